/**
 * Charts and their layouts for the Studio: of a saga with some of its states folded, and of a draft that nobody
 * has saved.
 */
import type { FastifyInstance } from "fastify";
import { fold, foldable } from "../draw/fold.ts";
import type { Layout } from "../draw/layout.ts";
import type { Direction } from "../draw/level.ts";
import { toChartModel } from "../draw/model.ts";
import type { ChartModel } from "../draw/model.ts";
import { SagaError } from "../errors.ts";
import { readObject } from "../http/json-body.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Chart } from "../saga/chart.ts";
import { readModel } from "./draft-model.ts";
import { layoutKey } from "./layouts.ts";
import type { Layouts } from "./layouts.ts";

/** A chart as the Studio draws it. */
export interface DrawnChart {
  /** The chart with its folds. */
  readonly model: ChartModel;
  readonly layout: Layout;
  /** What the layout is called when another is to be near it. */
  readonly key: string;
  /** Ids of the states that are folded. */
  readonly folded: readonly string[];
}

/** A chart with fewer states is shown unfolded if nobody asks for anything else. */
const STATES_UNFOLDED_MAX = 14;

interface SagaRequest {
  Params: { saga: string };
}

export function layoutRoutes(
  app: FastifyInstance,
  { runtime, layouts }: { runtime: Runtime; layouts: Layouts },
): void {
  const modelOf = remembered((chart: Chart) => toChartModel(chart.saga.machine));
  const chartOf = (saga: string, query: unknown): Chart => {
    return runtime.saga(saga, readVersion(parametersOf(query)["version"]));
  };

  app.get<SagaRequest>("/studio/api/charts/:saga", async ({ params, query }) => {
    const chart = chartOf(params.saga, query);
    const { name, version } = chart.saga;
    return { saga: name, version, model: modelOf(chart) };
  });

  app.get<SagaRequest>(
    "/studio/api/layouts/:saga",
    async ({ params, query }): Promise<DrawnChart> => {
      const { folded, direction } = parametersOf(query);
      return draw(layouts, modelOf(chartOf(params.saga, query)), { folded, direction });
    },
  );

  app.post("/studio/api/layouts", async ({ body }): Promise<DrawnChart> => {
    const names = ["model", "folded", "direction", "near"] as const;
    const { model, folded, direction, near } = readObject(body, [...names]);
    return draw(layouts, readModel(model), { folded, direction, near });
  });
}

async function draw(
  layouts: Layouts,
  whole: ChartModel,
  asked: { folded: unknown; direction: unknown; near?: unknown },
): Promise<DrawnChart> {
  const folded = asked.folded === undefined ? overview(whole) : readFolded(asked.folded, whole);
  const direction = readDirection(asked.direction);
  const model = fold(whole, folded);
  const layout = await layouts.of(model, direction, readNear(asked.near));
  return { model, layout, key: layoutKey(model, direction), folded: [...folded] };
}

/** What is folded if nobody says: the first level of a chart that is too large to be read at once. */
function overview(whole: ChartModel): ReadonlySet<string> {
  return whole.states.length <= STATES_UNFOLDED_MAX ? new Set() : foldable(whole, 1);
}

// A parameter that is given once is a text; an empty one says that nothing is folded.
function readFolded(folded: unknown, { states }: ChartModel): ReadonlySet<string> {
  const ids = [folded].flat().filter((id) => id !== "");
  const known = new Set(states.map(({ id }) => id));
  const unknown = ids.find((id) => typeof id !== "string" || !known.has(id));
  if (unknown === undefined) return new Set(ids as string[]);
  throw invalid(`folded names no state of the chart: ${JSON.stringify(unknown)}`);
}

/** One that is not known any more is none. */
function readNear(near: unknown): string | undefined {
  if (near === undefined || typeof near === "string") return near;
  throw invalid("near is no key of a layout");
}

function readDirection(direction: unknown): Direction {
  if (direction === undefined) return "DOWN";
  if (direction === "DOWN" || direction === "RIGHT") return direction;
  throw invalid("direction is none of DOWN, RIGHT");
}

function readVersion(version: unknown): number | undefined {
  if (version === undefined) return undefined;
  if (typeof version === "string" && /^[1-9][0-9]{0,9}$/.test(version)) return Number(version);
  throw invalid("version is no positive integer");
}

const known = new Set(["version", "folded", "direction"]);

function parametersOf(query: unknown): Readonly<Record<string, unknown>> {
  const parameters = query as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(parameters).find((name) => !known.has(name));
  if (unknown === undefined) return parameters;
  throw invalid(`${JSON.stringify(unknown)} is no parameter here; known: ${[...known].join(", ")}`);
}

function remembered<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    const found = made.get(key) ?? { value: make(key) };
    made.set(key, found);
    return found.value;
  };
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", message);
}
