/** The keys of a chart that has the focus. */
import type { ChartModel } from "../../src/draw/model.ts";
import type { ChartTree } from "../../src/draw/tree.ts";
import type { Command } from "../app/commands.ts";
import type { Selection } from "./overlay.ts";
import type { Viewport } from "./viewport.ts";
import { walk } from "./walk.ts";

export interface ChartKeys {
  readonly drawn: { readonly model: ChartModel };
  readonly tree: ChartTree;
  readonly viewport: Viewport;
  readonly selection: Selection | null;
  readonly onSelect: (selection: Selection | null) => void;
  readonly onFold: (state: string) => void;
  readonly reveal: (id: string) => void;
  readonly open: (selection: Selection) => void;
}

const PAN_PX = 60;
const ZOOM = 1.2;

export function useChartKeys(chart: ChartKeys): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const isDone = (event.shiftKey && pan(chart.viewport, event.key)) || press(chart, event);
    if (!isDone) return;
    event.preventDefault();
    event.stopPropagation();
  };
}

function pan(viewport: Viewport, key: string): boolean {
  const by = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
  if (by === undefined) return false;
  const [x = 0, y = 0] = by;
  viewport.pan(x * PAN_PX, y * PAN_PX);
  return true;
}

function press(chart: ChartKeys, event: KeyboardEvent): boolean {
  const { viewport, selection } = chart;
  const { key } = event;
  const seen = {
    "+": () => viewport.zoom(ZOOM),
    "=": () => viewport.zoom(ZOOM),
    "-": () => viewport.zoom(1 / ZOOM),
    "1": () => viewport.zoomTo(1),
    f: () => viewport.fit(),
  }[key];
  if (seen !== undefined) seen();
  else if (selection?.kind === "state" && key === " ") chart.onFold(selection.id);
  else if (selection?.kind === "state" && key === "Enter") chart.open(selection);
  else return go(chart, event);
  return true;
}

function go(chart: ChartKeys, { key, shiftKey }: KeyboardEvent): boolean {
  const { selection } = chart;
  // Back out of the chart; and an edge is where Tab leaves it.
  if (key === "Tab" && (shiftKey || selection?.kind !== "state")) return false;
  const next = walk(chart.drawn.model, chart.tree, selection, key);
  // Escape with nothing selected belongs to the screen, as do keys that mean nothing here.
  if (next === undefined) return false;
  chart.onSelect(next);
  if (next !== null) chart.reveal(next.id);
  return true;
}

/** For the help: what the keys above do. */
export const chartKeysHelp: readonly Command[] = [
  { group: "Chart", name: "Into a state, out of it", keys: ["ArrowRight", "ArrowLeft"] },
  { group: "Chart", name: "The state before, after", keys: ["ArrowUp", "ArrowDown"] },
  { group: "Chart", name: "First, last", keys: ["Home", "End"] },
  { group: "Chart", name: "First transition of a state", keys: ["Tab"] },
  { group: "Chart", name: "To the target of a transition; fold a state", keys: ["Enter"] },
  { group: "Chart", name: "One level out", keys: ["Escape"] },
  { group: "Chart", name: "Fold, unfold", keys: [" "] },
  { group: "Chart", name: "Fit, 100 %", keys: ["f", "1"] },
  { group: "Chart", name: "Zoom", keys: ["+", "-"] },
];
