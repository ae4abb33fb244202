/** How the Studio gets its charts: folded as it asks, laid out, and those of drafts read first. */
import { fold, foldable } from "../draw/fold.ts";
import type { Layout } from "../draw/layout.ts";
import type { Direction } from "../draw/level.ts";
import { toChartModel } from "../draw/model.ts";
import type { ChartModel } from "../draw/model.ts";
import { SagaError } from "../errors.ts";
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

/** What a request says of a drawing, not looked at yet. */
interface Asked {
  readonly folded: unknown;
  readonly direction: unknown;
  readonly near?: unknown;
}

/** A chart with fewer states is shown unfolded if nobody asks for anything else. */
const STATES_UNFOLDED_MAX = 14;

const models = new WeakMap<Chart, ChartModel>();

/** A chart does not change, so it is read once. */
export function modelOf(chart: Chart): ChartModel {
  const model = models.get(chart) ?? toChartModel(chart.saga.machine);
  models.set(chart, model);
  return model;
}

/** @throws {SagaError} SAGA_REQUEST_INVALID if the model of a draft is none, or what is asked for is not there. */
export async function drawDraft(
  layouts: Layouts,
  model: unknown,
  asked: Asked,
): Promise<DrawnChart> {
  return draw(layouts, readModel(model), asked);
}

/** @throws {SagaError} SAGA_REQUEST_INVALID if what is asked for is not there. */
export async function draw(layouts: Layouts, whole: ChartModel, asked: Asked): Promise<DrawnChart> {
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

function invalid(message: string): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", message);
}
