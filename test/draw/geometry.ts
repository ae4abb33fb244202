/** What is wrong with a drawing, by the ids of those that are. */
import { contains, overlaps } from "../../src/draw/box.ts";
import type { Box, Point } from "../../src/draw/box.ts";
import type { Layout, Line, StateBox } from "../../src/draw/layout.ts";
import type { ChartModel } from "../../src/draw/model.ts";

/** States that stick out of their parent, or stand on what is written in it. */
export function strayed({ states }: Layout, model: ChartModel): readonly string[] {
  const parents = parentsOf(model);
  return states
    .filter((child) => {
      const parent = states.find(({ id }) => id === parents.get(child.id));
      if (parent === undefined) return false;
      return !contains(parent, child) || child.y < parent.y + parent.content.headHeight;
    })
    .map(({ id }) => id);
}

export function overlapping({ states }: Layout, model: ChartModel): readonly string[] {
  const parents = parentsOf(model);
  return pairsOf(states)
    .filter(([a, b]) => parents.get(a.id) === parents.get(b.id) && overlaps(a, b))
    .map(([a, b]) => `${a.id} and ${b.id}`);
}

/** Edges whose line begins or ends elsewhere than at the border of its state, or of a mark inside it. */
export function endsOff({ states, marks, lines }: Layout, model: ChartModel): readonly string[] {
  const boxOf = (id: string): StateBox => states.find((box) => box.id === id) as StateBox;
  return lines
    .filter(({ edge, target, points }) => {
      const { source = "" } = model.edges.find(({ id }) => id === edge) ?? {};
      const starts = [boxOf(source), ...marks.filter(({ state }) => state === source)];
      const isStarted = starts.some((box) => isOnBorder(box, points[0] as Point));
      return !isStarted || !isOnBorder(boxOf(target), points.at(-1) as Point);
    })
    .map(({ edge }) => edge);
}

export function slanted({ lines }: Layout): readonly string[] {
  return lines
    .filter(({ points }) =>
      runsOf(points).some(([a, b]) => Math.min(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) > NEAR_PX),
    )
    .map(({ edge }) => edge);
}

export function crossings({ states, lines }: Layout): Readonly<Record<string, readonly string[]>> {
  const leaves = states.filter(({ isLeaf }) => isLeaf);
  const labels = lines.flatMap(({ label, edge }) => (label === null ? [] : [{ ...label, edge }]));
  const onLeaves = labels.flatMap((label) =>
    leaves.filter((leaf) => overlaps(label, leaf)).map(({ id }) => `${label.edge} on ${id}`),
  );
  const onLabels = pairsOf(labels)
    .filter(([a, b]) => overlaps(a, b))
    .map(([a, b]) => `${a.edge} on ${b.edge}`);
  const through = lines.flatMap((line) =>
    leaves.filter((leaf) => runsThrough(line, leaf)).map(({ id }) => `${line.edge} through ${id}`),
  );
  return { labelsOnLeaves: onLeaves, labelsOnLabels: onLabels, linesThroughLeaves: through };
}

/** Edges that are told in words, sorted. */
export function idsInRows({ states }: Layout): readonly string[] {
  const rows = states.flatMap(({ content }) => content.rows);
  return rows.flatMap(({ edge }) => edge?.id ?? []).toSorted();
}

/** ELK's sums differ by less. */
const NEAR_PX = 0.6;

function parentsOf({ states }: ChartModel): ReadonlyMap<string, string | null> {
  return new Map(states.map(({ id, parent }) => [id, parent]));
}

function pairsOf<Item>(items: readonly Item[]): readonly (readonly [Item, Item])[] {
  return items.flatMap((a, at) => items.slice(at + 1).map((b) => [a, b] as const));
}

function runsOf(points: readonly Point[]): readonly (readonly [Point, Point])[] {
  return points.slice(1).map((to, at) => [points[at] as Point, to] as const);
}

function isOnBorder({ x, y, width, height }: Box, point: Point): boolean {
  const near = (a: number, b: number): boolean => Math.abs(a - b) < NEAR_PX;
  const outer = {
    x: x - NEAR_PX,
    y: y - NEAR_PX,
    width: width + 2 * NEAR_PX,
    height: height + 2 * NEAR_PX,
  };
  const isAtSide = near(point.x, x) || near(point.x, x + width);
  const isAtEnd = near(point.y, y) || near(point.y, y + height);
  return contains(outer, { ...point, width: 0, height: 0 }) && (isAtSide || isAtEnd);
}

function runsThrough({ points }: Line, { x, y, width, height }: Box): boolean {
  const inner = { x: x + 1, y: y + 1, width: width - 2, height: height - 2 };
  return runsOf(points).some(([a, b]) =>
    overlaps(inner, {
      x: Math.min(a.x, b.x),
      y: Math.min(a.y, b.y),
      width: Math.max(Math.abs(a.x - b.x), 0.01),
      height: Math.max(Math.abs(a.y - b.y), 0.01),
    }),
  );
}
