/**
 * A new line in a level that is drawn already: level and upright legs between what is there, with as few corners and
 * crossings as may be. It finds none where it would have to wind; a layout anew is better then. Pure.
 *
 * Seen as if the level went down; whoever asks turns one that goes to the right.
 */
import { grown, overlaps } from "./box.ts";
import type { Box, Point, Size } from "./box.ts";
import { legsOf } from "./room.ts";
import type { DrawnLine } from "./room.ts";

/** Where a line may begin or end: at a point below or above which it goes on, or anywhere on a border. */
export type LineEnd =
  | { readonly kind: "below" | "above"; readonly at: Point; readonly box: Box | null }
  | { readonly kind: "border"; readonly side: "top" | "bottom" | "left" | "right" };

export interface Ground {
  /** Nothing is drawn outside it. */
  readonly inside: Box;
  readonly boxes: readonly Box[];
  readonly labels: readonly Box[];
  readonly lines: readonly DrawnLine[];
}

export interface Route {
  readonly points: readonly Point[];
  readonly label: Box | null;
}

/** Pixels between a line and a box, and between two lines side by side. */
const BOX_GAP_PX = 8;
const LINE_GAP_PX = 7;
/** Pixels from a thing to where a line may run beside it. */
const TRACK_GAP_PX = BOX_GAP_PX + 4;
/** Pixels that a corner, and a crossing, is worth going around. */
const CORNER_PX = 40;
const CROSSING_PX = 60;
/** Heights near an end at which a line may turn. */
const TURNS_MAX = 7;
/** Routes whose label is tried for a place. */
const TRIED_MAX = 300;
/** States, labels and legs of a level. Among more the search would hold up the server. */
const THINGS_MAX = 250;

/** Null if there is no simple one, or too much is there to look for one while somebody waits. */
export function findRoute(
  { from, to, label }: { from: LineEnd; to: LineEnd; label: Size | null },
  ground: Ground,
): Route | null {
  const legs = ground.lines.flatMap(({ points }) => legsOf(points));
  if (ground.boxes.length + ground.labels.length + legs.length > THINGS_MAX) return null;
  const search = { ...ground, legs, ...tracksOf({ ...ground, legs }, label) };
  const routes = routesBetween({ from, to }, search)
    .filter((points) => !isDoublingBack(points))
    .map(withoutMiddles)
    .map((points) => ({ points, cost: costOf(points, search) }))
    .toSorted((a, b) => a.cost - b.cost);
  for (const { points } of routes.slice(0, TRIED_MAX)) {
    const box = label === null ? null : labelOn(points, label, search);
    if (label === null || box !== null) return { points, label: box };
  }
  return null;
}

interface Obstacles extends Ground {
  /** Of all lines. */
  readonly legs: readonly Box[];
}

interface Search extends Obstacles, Tracks {}

interface Tracks {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

/** Where legs may run: beside each thing, and so far from it that the label fits between. */
function tracksOf({ inside, boxes, labels, legs }: Obstacles, label: Size | null): Tracks {
  const all = [...boxes, ...labels];
  const xs = [
    ...all.flatMap(({ x, width }) => beside(x, width, label?.width ?? 0)),
    ...legs.flatMap(({ x, width }) => (width < 1 ? besideLine(x) : [])),
  ];
  const ys = [
    ...all.flatMap(({ y, height }) => beside(y, height, label?.height ?? 0)),
    ...legs.flatMap(({ y, height }) => (height < 1 ? besideLine(y) : [])),
  ];
  return {
    xs: distinct(xs).filter((x) => x > inside.x && x < inside.x + inside.width),
    ys: distinct(ys).filter((y) => y > inside.y && y < inside.y + inside.height),
  };
}

/** Before and behind a thing, for a line alone, and for one with its label. */
function beside(start: number, length: number, room: number): readonly number[] {
  const [before, behind] = [start - TRACK_GAP_PX, start + length + TRACK_GAP_PX];
  return [before, behind, before - room / 2, behind + room / 2];
}

function besideLine(at: number): readonly number[] {
  return [at - 2 * LINE_GAP_PX, at + 2 * LINE_GAP_PX];
}

function distinct(values: readonly number[]): readonly number[] {
  return [...new Set(values)].toSorted((a, b) => a - b);
}

type Way = readonly Point[];

function routesBetween(
  { from, to }: { readonly from: LineEnd; readonly to: LineEnd },
  search: Search,
): readonly Way[] {
  if (to.kind === "border") {
    return from.kind === "border" ? [] : toBorder(from, to.side, search);
  }
  if (from.kind === "border") {
    return toBorder(to, from.side, search).map((points) => points.toReversed());
  }
  const lasts = turnsOf(to, search);
  return turnsOf(from, search).flatMap((first) =>
    lasts.flatMap((last) => joined(first, last, search)),
  );
}

type Fixed = Exclude<LineEnd, { kind: "border" }>;

/** A free upright leg from an end, and the places to which a free level leg goes on from there. */
interface Turn {
  readonly at: Point;
  readonly start: Point;
  readonly reaches: ReadonlySet<number>;
}

/** The shortest first. */
function turnsOf({ kind, at, box }: Fixed, search: Search): readonly Turn[] {
  const ys =
    kind === "below"
      ? search.ys.filter((y) => y > at.y + BOX_GAP_PX)
      : search.ys.filter((y) => y < at.y - BOX_GAP_PX).toReversed();
  return ys
    .map((y) => ({ x: at.x, y }))
    .filter((turn) => isFree(at, turn, { ...search, own: box }))
    .slice(0, TURNS_MAX)
    .map((turn) => ({
      start: at,
      at: turn,
      reaches: new Set(search.xs.filter((x) => isFree(turn, { x, y: turn.y }, search))),
    }));
}

/** By one level leg, or by two and an upright one between them. */
function joined(first: Turn, last: Turn, search: Search): readonly Way[] {
  const [a, b] = [first.at, last.at];
  const ends = (...between: Way): Way => [first.start, a, ...between, b, last.start];
  if (a.y === b.y || a.x === b.x) return isFree(a, b, search) ? [ends()] : [];
  return [...first.reaches]
    .filter((x) => last.reaches.has(x))
    .map((x): [Point, Point] => [
      { x, y: a.y },
      { x, y: b.y },
    ])
    .filter(([from, to]) => isFree(from, to, search))
    .map(([from, to]) => ends(from, to));
}

function toBorder(
  end: Fixed,
  side: "top" | "bottom" | "left" | "right",
  search: Search,
): readonly Way[] {
  const { x, y, width, height } = search.inside;
  const turns = turnsOf(end, search);
  if (side === "left" || side === "right") {
    const border = side === "left" ? x : x + width;
    return turns
      .map(({ start, at }): Way => [start, at, { x: border, y: at.y }])
      .filter(([, at, last]) => at !== undefined && last !== undefined && isFree(at, last, search));
  }
  const border = side === "top" ? y : y + height;
  const isAhead = (side === "bottom") === (end.kind === "below");
  const straight = { x: end.at.x, y: border };
  const isStraight = isAhead && isFree(end.at, straight, { ...search, own: end.box });
  const around = turns.flatMap(({ start, at, reaches }) =>
    [...reaches]
      .map((to): [Point, Point] => [
        { x: to, y: at.y },
        { x: to, y: border },
      ])
      .filter(([from, to]) => isFree(from, to, search))
      .map(([from, to]): Way => [start, at, from, to]),
  );
  return isStraight ? [[end.at, straight], ...around] : around;
}

/** Whether a leg is clear of all but the box that it belongs to. */
function isFree(
  from: Point,
  to: Point,
  { boxes, labels, legs, own }: Obstacles & { readonly own?: Box | null },
): boolean {
  const [leg] = legsOf([from, to]);
  if (leg === undefined) return true;
  const [around, close] = [grown(leg, BOX_GAP_PX), grown(leg, LINE_GAP_PX)];
  return (
    boxes.every((box) => box === own || !overlaps(around, box)) &&
    labels.every((box) => !overlaps(close, box)) &&
    legs.every((other) => !isBeside(leg, other))
  );
}

function withoutMiddles(points: readonly Point[]): readonly Point[] {
  return points.filter((point, at) => {
    const [before, after] = [points[at - 1], points[at + 1]];
    if (before === undefined || after === undefined) return true;
    const isSame = before.x === point.x && before.y === point.y;
    const isUpright = before.x === point.x && point.x === after.x;
    return !isSame && !isUpright && !(before.y === point.y && point.y === after.y);
  });
}

/** A leg that runs over the one before it. */
function isDoublingBack(points: readonly Point[]): boolean {
  return points.some((point, at) => {
    const [before, after] = [points[at - 1], points[at + 1]];
    if (before === undefined || after === undefined) return false;
    const isStraight =
      (before.x === point.x && point.x === after.x) ||
      (before.y === point.y && point.y === after.y);
    const isBack =
      (point.x - before.x) * (after.x - point.x) < 0 ||
      (point.y - before.y) * (after.y - point.y) < 0;
    return isStraight && isBack;
  });
}

/** Whether two legs that go the same way are too close to be told apart. */
function isBeside(a: Box, b: Box): boolean {
  const isUpright = a.width < 1 && b.width < 1;
  const isLevel = a.height < 1 && b.height < 1;
  return (isUpright || isLevel) && overlaps(grown(a, LINE_GAP_PX), grown(b, 0.5));
}

function costOf(points: readonly Point[], { legs: others }: Obstacles): number {
  const legs = legsOf(points);
  const length = legs.reduce((sum, { width, height }) => sum + width + height, 0);
  const crossings = legs.flatMap((leg) =>
    others.filter((other) => overlaps(grown(leg, 0.5), grown(other, 0.5))),
  );
  return length + CORNER_PX * (points.length - 2) + CROSSING_PX * crossings.length;
}

/** In the middle of the first leg that has room for it. */
function labelOn(points: Way, size: Size, { boxes, labels, legs }: Obstacles): Box | null {
  const taken = [...boxes, ...labels, ...legs];
  const own = legsOf(points);
  for (const [at, leg] of own.entries()) {
    const isLong =
      leg.width < 1
        ? leg.height >= size.height + 2 * BOX_GAP_PX
        : leg.width >= size.width + 2 * BOX_GAP_PX;
    if (!isLong) continue;
    const box = {
      x: leg.x + (leg.width - size.width) / 2,
      y: leg.y + (leg.height - size.height) / 2,
      ...size,
    };
    const others = [...taken, ...own.filter((_, index) => index !== at)];
    if (others.every((other) => !overlaps(grown(box, 4), grown(other, 0.5)))) return box;
  }
  return null;
}
