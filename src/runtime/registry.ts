/**
 * The registry: the sagas that this process runs, each checked before it is let in. Several versions of a
 * saga live side by side; new instances take the highest.
 */
import { SagaError } from "../errors.ts";
import { toChart } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import type { AnySaga } from "../saga/define.ts";
import { familyOf } from "../saga/family.ts";
import { assertDurable } from "../saga/lint.ts";

export class Registry {
  /** By name, versions ascending. */
  readonly #charts = new Map<string, Chart[]>();

  /** @throws {SagaError} SAGA_CHART_INVALID, SAGA_DEFINITION_INVALID if a saga cannot be run durably. */
  constructor(sagas: readonly AnySaga[]) {
    const all = sagas.flatMap((saga) => chartsOf(saga));
    for (const chart of all.toSorted((a, b) => a.saga.version - b.saga.version)) {
      const { saga } = chart;
      const versions = this.#charts.get(saga.name) ?? [];
      if (versions.at(-1)?.saga.version === saga.version) {
        throw new SagaError(
          "SAGA_DEFINITION_INVALID",
          `saga "${saga.name}" version ${saga.version} is given twice`,
        );
      }
      this.#charts.set(saga.name, [...versions, chart]);
    }
  }

  /** The newest version of each saga, by name. */
  newest(): readonly Chart[] {
    return [...this.#charts.values()]
      .map((versions) => versions.at(-1) as Chart)
      .toSorted((a, b) => a.saga.name.localeCompare(b.saga.name));
  }

  /** Null if it is not registered. */
  find(name: string, version: number): Chart | null {
    const versions = this.#charts.get(name) ?? [];
    return versions.find((chart) => chart.saga.version === version) ?? null;
  }

  /** @throws {SagaError} SAGA_NOT_FOUND, SAGA_VERSION_UNKNOWN */
  chart(name: string, version?: number): Chart {
    const versions = this.#charts.get(name);
    if (versions === undefined) {
      const known = [...this.#charts.keys()].toSorted().join(", ");
      throw new SagaError(
        "SAGA_NOT_FOUND",
        `there is no saga "${name}"; there are: ${known || "none"}`,
      );
    }
    const chart =
      version === undefined
        ? versions.at(-1)
        : versions.find((candidate) => candidate.saga.version === version);
    if (chart === undefined) {
      throw new SagaError(
        "SAGA_VERSION_UNKNOWN",
        `an instance runs on version ${version} of saga "${name}", which is not registered; register it beside the newer ones`,
      );
    }
    return chart;
  }
}

// A definition is frozen, so what was made of it once holds: whoever opens many runtimes pays for it once.
const families = new WeakMap<AnySaga, readonly Chart[]>();

/** The charts of a saga and of its family. */
function chartsOf(saga: AnySaga): readonly Chart[] {
  const known = families.get(saga);
  if (known !== undefined) return known;
  const charts = familyOf(saga).map((each) => {
    assertDurable(each);
    return toChart(each);
  });
  if (Object.isFrozen(saga)) families.set(saga, charts);
  return charts;
}
