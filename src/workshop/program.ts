/**
 * The program of the workshop's thread: loads sagas from the machines folder and answers what is asked of them. What
 * authors wrote runs here, guards, assigns, delays and samples, and never an activity.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { MessagePort } from "node:worker_threads";
import { check } from "../check/check.ts";
import type { CheckFinding } from "../check/check.ts";
import type { Samples } from "../check/samples.ts";
import { chosenSagas, samplesOf } from "../cli/sagas.ts";
import type { CheckSettings } from "../cli/sagas.ts";
import { layoutFor } from "../cli/new/write-files.ts";
import { systemClock } from "../clock.ts";
import { toChartModel } from "../draw/model.ts";
import { SagaError } from "../errors.ts";
import { toJson } from "../http/render.ts";
import { toFoldEntry } from "../runtime/operators/replay.ts";
import type { AnySaga } from "../saga/define.ts";
import { scoped } from "../saga/scoped.ts";
import { identifierOf } from "../scaffold/names.ts";
import { readAct, readPath } from "../simulate/path.ts";
import { simulate } from "../simulate/simulate.ts";
import { testOf } from "../simulate/test-file.ts";
import { journalVisits, pathVisits } from "../simulate/visits.ts";
import type { WorkshopAnswer, WorkshopData, WorkshopRequest } from "./request.ts";

/** Configurations of one world that a check looks at here: somebody waits for it. */
const CONFIGURATIONS_MAX = 40_000;

interface Loaded {
  readonly saga: AnySaga;
  readonly samples: Samples;
  readonly settings: CheckSettings;
  /** Why there are no samples; null if there are some. */
  readonly missing: SagaError | null;
}

/** Answers what comes by the port, one after the other. */
export function serve(port: MessagePort, { machinesPath }: WorkshopData): void {
  const bench = new Bench(machinesPath);
  port.on("message", ({ id, request }: { id: number; request: WorkshopRequest }) => {
    void bench.answer(request).then(
      // What is told crosses a thread and then the network.
      (value) => post(port, { id, ok: true, value: toJson(value) }),
      (error: unknown) => post(port, { id, ok: false, ...told(error) }),
    );
  });
  port.postMessage({ id: 0, ok: true, value: null });
}

function post(port: MessagePort, answer: WorkshopAnswer): void {
  port.postMessage(answer);
}

function told(
  error: unknown,
): Pick<WorkshopAnswer & { ok: false }, "code" | "message" | "details"> {
  if (error instanceof SagaError) {
    const { code, message, details } = error;
    return { code, message, details: toJson(details) as Readonly<Record<string, unknown>> };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "SAGA_SIMULATION_FAILED", message, details: {} };
}

class Bench {
  readonly #machinesPath: string;
  readonly #loaded = new Map<string, Promise<Loaded>>();

  constructor(machinesPath: string) {
    this.#machinesPath = machinesPath;
  }

  async answer(request: WorkshopRequest): Promise<unknown> {
    const loaded = await this.#load(request.saga);
    const { saga } = loaded;
    switch (request.kind) {
      case "simulate":
        return this.#simulate(loaded, request);
      case "test":
        return this.#test(loaded, request.path);
      case "paths": {
        const { ignoreContext, scope = {} } = withSamples(loaded).settings;
        const options = ignoreContext === undefined ? {} : { ignoreContext };
        return pathVisits(scoped(saga, scope), loaded.samples, options);
      }
      case "journals": {
        const instances = request.instances.map(({ instanceId, entries }) => ({
          instanceId,
          entries: entries.map(toFoldEntry),
        }));
        return journalVisits(saga, instances);
      }
      case "check":
        return this.#check(withSamples(loaded));
      case "chart":
        return { version: saga.version, model: toChartModel(saga.machine) };
    }
  }

  #simulate(
    { saga, samples, missing }: Loaded,
    request: WorkshopRequest & { kind: "simulate" },
  ): object {
    const path = readPath(request.path);
    if (missing !== null && !("input" in path) && saga.input !== null) throw missing;
    const act = request.act === undefined ? {} : { act: readAct(request.act) };
    return {
      ...simulate(saga, samples, path, { monotonic: () => systemClock.monotonic(), ...act }),
      input: samples.input,
    };
  }

  #test(loaded: Loaded, given: unknown): object {
    const { saga, samples } = withSamples(loaded);
    const layout = layoutFor(process.cwd(), this.#machinesPath, saga.name);
    const { folder, testing } = layout.test;
    const sagaName = exportedName(this.#machinesPath, saga);
    const written = testOf(saga, samples, readPath(given), {
      sagaName,
      saga: `${folder}/index.ts`,
      samples: `${folder}/samples.ts`,
      testing,
    });
    return { ...written, file: layout.testPath.replace(/\.test\.ts$/, ".simulated.test.ts") };
  }

  #check({ saga, samples, settings }: Loaded): object {
    const report = check(saga, {
      configurationsMax: CONFIGURATIONS_MAX,
      ...settings,
      samples,
      clock: systemClock,
    });
    return {
      ok: report.ok,
      findings: report.findings.map(findingOf),
      waived: report.waived.map(({ finding, reason }) => ({ ...findingOf(finding), reason })),
      worlds: report.worlds.map(({ world, configurations, cutOff }) => ({
        world,
        configurations,
        cutOff,
      })),
      notExplored: report.notExplored,
    };
  }

  #load(name: string): Promise<Loaded> {
    const known = this.#loaded.get(name) ?? load(this.#machinesPath, name);
    this.#loaded.set(name, known);
    return known;
  }
}

/** The finding, and its witness as a path. */
function findingOf({ witness, ...finding }: CheckFinding): object {
  if (witness === null) return { ...finding, witness: null };
  const { world, steps, repeating } = witness;
  return {
    ...finding,
    witness: { world, repeating, path: { moves: steps.map(({ move }) => move) } },
  };
}

async function load(machinesPath: string, name: string): Promise<Loaded> {
  const [saga] = await chosenSagas(machinesPath, [name]);
  if (saga === undefined) throw new SagaError("SAGA_NOT_FOUND", `there is no saga "${name}"`);
  try {
    return { saga, ...(await samplesOf(machinesPath, saga)), missing: null };
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    return { saga, samples: { input: undefined }, settings: {}, missing: error };
  }
}

/** @throws {SagaError} SAGA_CONFIG_INVALID if there are none: the text says how to write them. */
function withSamples(loaded: Loaded): Loaded {
  if (loaded.missing !== null) throw loaded.missing;
  return loaded;
}

/** The name that the saga has in its module; by convention if the text does not tell. */
function exportedName(machinesPath: string, { name }: AnySaga): string {
  const path = join(resolve(machinesPath), name, "index.ts");
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const [, found] = /export const (\w+)[^=]*=\s*defineSaga/.exec(text) ?? [];
  return found ?? `${identifierOf(name)}Saga`;
}
