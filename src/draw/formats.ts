/** The formats that a chart can be had in, for the command line, the HTTP API and programs. */
import type { AnyStateMachine } from "xstate";
import { loadElk } from "./elk.ts";
import { fold, foldable } from "./fold.ts";
import { layoutChart } from "./layout.ts";
import type { LayoutEngine } from "./level.ts";
import { toMermaid } from "./mermaid.ts";
import { toChartModel } from "./model.ts";
import { toScxml } from "./scxml.ts";
import type { Theme } from "./svg-style.ts";
import { toSvg } from "./svg.ts";
import { toXStateJson } from "./xstate-json.ts";

/** Format → media type of its text. */
export const chartFormats = {
  /** XState's configuration, for `createMachine` and Stately's tools. */
  json: "application/json",
  /** A Mermaid state diagram. */
  mermaid: "text/vnd.mermaid",
  /** The chart model: states and edges as the drawing and the editor share them. */
  model: "application/json",
  /** State Chart XML of the W3C. */
  scxml: "application/scxml+xml",
  svg: "image/svg+xml",
} as const;

export type ChartFormat = keyof typeof chartFormats;

export function isChartFormat(text: string): text is ChartFormat {
  return Object.hasOwn(chartFormats, text);
}

export interface DrawOptions {
  /** What an SVG shows; default the id of the chart. */
  readonly title?: string;
  /** Of an SVG; default `auto`, which follows the reader's system. */
  readonly theme?: Theme;
  /** Folds states with states inside that are so deep and deeper; 1 leaves the first level. Of an SVG. */
  readonly foldDepth?: number;
  /** Lays out an SVG; default ELK in this thread. */
  readonly engine?: LayoutEngine;
  /** When an SVG is done without lines; default after 10 seconds. */
  readonly signal?: AbortSignal;
}

/**
 * The chart of a machine as text in a format. Nothing of the chart runs.
 *
 * @example
 * const svg = await drawChart(orderSaga.machine, "svg");
 */
export async function drawChart(
  machine: AnyStateMachine,
  format: ChartFormat,
  options: DrawOptions = {},
): Promise<string> {
  switch (format) {
    case "json":
      return `${JSON.stringify(toXStateJson(machine), null, 2)}\n`;
    case "mermaid":
      return toMermaid(toChartModel(machine));
    case "model":
      return `${JSON.stringify(toChartModel(machine), null, 2)}\n`;
    case "scxml":
      return toScxml(toChartModel(machine));
    case "svg":
      return drawSvg(machine, options);
  }
}

async function drawSvg(
  machine: AnyStateMachine,
  { foldDepth, engine, signal, ...look }: DrawOptions,
): Promise<string> {
  const whole = toChartModel(machine);
  const model = foldDepth === undefined ? whole : fold(whole, foldable(whole, foldDepth));
  const layout = await layoutChart(model, {
    engine: engine ?? (await loadElk()),
    ...(signal !== undefined && { signal }),
  });
  return toSvg(model, layout, look);
}
