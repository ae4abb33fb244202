/** A point of a drawing tells what is there. */
import { expect, test } from "vitest";
import { loadElk } from "../../src/draw/elk.ts";
import { hitAt } from "../../src/draw/hit.ts";
import { layoutChart } from "../../src/draw/layout.ts";
import { toChartModel } from "../../src/draw/model.ts";
import { fulfilment } from "./charts.ts";

const layout = await layoutChart(toChartModel(fulfilment), {
  engine: await loadElk(),
  signal: AbortSignal.timeout(60_000),
});
const middle = (box: { x: number; y: number; width: number; height: number }) => ({
  x: box.x + box.width / 2,
  y: box.y + box.height / 2,
});

test("the middle of a leaf is that leaf, and the corner of any state is that state", () => {
  for (const box of layout.states) {
    expect(hitAt(layout, { x: box.x + 3, y: box.y + 3 }, 0)).toEqual({ kind: "state", id: box.id });
  }
  for (const leaf of layout.states.filter(({ isLeaf }) => isLeaf)) {
    expect(hitAt(layout, middle(leaf))).toEqual({ kind: "state", id: leaf.id });
  }
});

test("a label is its edge, also where several share a line", () => {
  for (const { edge, label } of layout.lines) {
    expect(label === null || hitAt(layout, middle(label))?.id === edge).toBe(true);
  }
});

test("beside a line is still the line, further away it is the state around", () => {
  const { points = [] } = layout.lines.find(({ edge }) => edge.includes("|FRAUD_REJECTED|")) ?? {};
  // Its longest run goes straight down the left of the chart, where nothing else is.
  const runs = points.slice(1).map((end, at) => ({ start: points[at] ?? end, end }));
  const [run] = runs.toSorted((a, b) => b.end.y - b.start.y - (a.end.y - a.start.y));
  const { x = 0, y = 0 } = run?.end ?? {};

  expect(hitAt(layout, { x: x + 4, y: y - 90 })?.id).toContain("|FRAUD_REJECTED|");
  expect(hitAt(layout, { x: x + 12, y: y - 90 })).toEqual({ kind: "state", id: "fulfilment" });
});

test("outside of everything there is nothing", () => {
  expect(hitAt(layout, { x: 2, y: 2 })).toBeNull();
});
