/**
 * The formats that a chart can be had in, for the command line, the HTTP API and programs. Each is loaded when it is
 * asked for: every server can draw, and few are asked to.
 */
import type { AnyStateMachine } from "xstate";
import type { LayoutEngine } from "./level.ts";
import type { ChartModel } from "./model.ts";
import type { Theme } from "./svg-style.ts";

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
    case "json": {
      const { toXStateJson } = await import("./xstate-json.ts");
      return `${JSON.stringify(toXStateJson(machine), null, 2)}\n`;
    }
    case "mermaid":
      return (await import("./mermaid.ts")).toMermaid(await modelOf(machine));
    case "model":
      return `${JSON.stringify(await modelOf(machine), null, 2)}\n`;
    case "scxml":
      return (await import("./scxml.ts")).toScxml(await modelOf(machine));
    case "svg":
      return drawSvg(machine, options);
  }
}

async function modelOf(machine: AnyStateMachine): Promise<ChartModel> {
  return (await import("./model.ts")).toChartModel(machine);
}

async function drawSvg(
  machine: AnyStateMachine,
  { foldDepth, engine, signal, ...look }: DrawOptions,
): Promise<string> {
  const whole = await modelOf(machine);
  const [{ fold, foldable }, { layoutChart }, { toSvg }] = await Promise.all([
    import("./fold.ts"),
    import("./layout.ts"),
    import("./svg.ts"),
  ]);
  const model = foldDepth === undefined ? whole : fold(whole, foldable(whole, foldDepth));
  const layout = await layoutChart(model, {
    engine: engine ?? (await (await import("./elk.ts")).loadElk()),
    ...(signal !== undefined && { signal }),
  });
  return toSvg(model, layout, look);
}
