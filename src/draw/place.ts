/** From the layouts of all levels to one drawing: every state, mark, line and label at its final place. */
import { moved } from "./box.ts";
import type { Box, Point } from "./box.ts";
import type { Layout, LayoutPlan, Line, Mark, StateBox } from "./layout.ts";
import { LABEL_GAP, markId } from "./link.ts";
import type { Link, LinkedEdge } from "./link.ts";
import type { LevelLayout } from "./level.ts";
import type { StateModel } from "./model.ts";
import { markSize } from "./solve.ts";
import type { Solved } from "./solve.ts";
import { found } from "./tree.ts";

/** Around the whole drawing. */
const MARGIN = 16;

export function placeAll(plan: LayoutPlan, solved: Solved): Layout {
  const placing: Placing = { plan, states: [], marks: [], levels: new Map() };
  placeState(placing, { state: plan.tree.root, solved, at: { x: MARGIN, y: MARGIN }, depth: 0 });
  return {
    width: solved.level.width + 2 * MARGIN,
    height: solved.level.height + 2 * MARGIN,
    style: "lines",
    states: placing.states,
    marks: placing.marks,
    lines: plan.wiring.links.flatMap((link) => placeLink(placing, link)),
  };
}

interface Placing {
  readonly plan: LayoutPlan;
  readonly states: StateBox[];
  readonly marks: Mark[];
  /** By state, where its inside begins. */
  readonly levels: Map<string, { readonly at: Point; readonly level: LevelLayout }>;
}

interface Placed {
  readonly state: StateModel;
  /** Null for a leaf. */
  readonly solved: Solved | null;
  readonly at: Point;
  readonly depth: number;
}

function placeState(placing: Placing, { state, solved, at, depth }: Placed): void {
  const { tree, contents } = placing.plan;
  const content = found(contents.get(state.id), "content");
  const { width, height } = solved?.level ?? content;
  placing.states.push({
    id: state.id,
    ...at,
    width,
    height,
    depth,
    isLeaf: solved === null,
    isRegion: tree.isRegion(state),
    content,
  });
  if (solved === null) return;
  placing.levels.set(state.id, { at, level: solved.level });
  const placeOf = (id: string): Point | null => {
    const place = solved.level.nodes.get(id);
    return place === undefined ? null : moved(place, at);
  };
  placing.marks.push(...marksOf(state.id, placeOf));
  for (const child of tree.childrenOf(state.id)) {
    const inner = solved.inner.get(child.id) ?? null;
    const place = found(placeOf(child.id) ?? undefined, "place");
    placeState(placing, { state: child, solved: inner, at: place, depth: depth + 1 });
  }
}

function marksOf(state: string, placeOf: (id: string) => Point | null): readonly Mark[] {
  return (["any", "begin"] as const).flatMap((kind) => {
    const place = placeOf(markId[kind](state));
    return place === null ? [] : [{ kind, state, ...place, ...markSize[kind] }];
  });
}

function placeLink({ levels }: Placing, link: Link): readonly Line[] {
  const points: Point[] = [];
  let room: Box | null = null;
  for (const { level: id, segment } of link.way) {
    const { at, level } = found(levels.get(id), "level");
    const routed = found(level.segments.get(segment), "segment");
    points.push(...routed.points.map((point) => moved(point, at)));
    if (routed.label !== null) room = moved(routed.label, at);
  }
  const corners = withoutMiddles(points);
  const isShared = new Set(link.edges.map(({ edge }) => edge.kind)).size > 1;
  const labels = stack(link.edges, room);
  return link.edges.map(({ edge }, at) => ({
    edge: edge.id,
    target: link.target,
    points: corners,
    isShared,
    label: labels[at] ?? null,
  }));
}

/** The labels of a line, one below the other in the room that was kept for them. */
function stack(edges: readonly LinkedEdge[], room: Box | null): readonly Line["label"][] {
  let y = room?.y ?? 0;
  return edges.map(({ label }) => {
    if (label === null || room === null) return null;
    const { width, height } = label;
    const box = { x: room.x + (room.width - width) / 2, y, width, height, content: label };
    y += height + LABEL_GAP;
    return box;
  });
}

/** Half a pixel is nothing to the eye, and ELK's sums differ by less. */
const SAME_PX = 0.5;

/** Only the ends and the corners: nothing twice, and nothing in the middle of a straight run. */
function withoutMiddles(points: readonly Point[]): readonly Point[] {
  const corners: Point[] = [];
  for (const point of points) {
    const last = corners.at(-1);
    if (last !== undefined && isSame(last.x, point.x) && isSame(last.y, point.y)) continue;
    const before = corners.at(-2);
    if (isStraight(before, last, point)) corners.pop();
    corners.push(point);
  }
  return corners;
}

function isStraight(a: Point | undefined, b: Point | undefined, c: Point): boolean {
  if (a === undefined || b === undefined) return false;
  const isVertical = isSame(a.x, b.x) && isSame(b.x, c.x);
  return isVertical || (isSame(a.y, b.y) && isSame(b.y, c.y));
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) < SAME_PX;
}
