/** Room in a level that is drawn already: whether all of it is clear of each other, and where something new may go. */
import { grown, overlaps } from "./box.ts";
import type { Box, Point, Size } from "./box.ts";
import { PADDING } from "./level.ts";

export interface DrawnLine {
  readonly points: readonly Point[];
  readonly label: Box | null;
  /** Ids of the nodes at its ends; null: the border. */
  readonly ends: readonly (string | null)[];
}

export interface Room {
  /** Nodes by id. */
  readonly boxes: ReadonlyMap<string, Box>;
  readonly labels: readonly Box[];
  readonly lines: readonly DrawnLine[];
}

/** Pixels between two things, at the least. ELK leaves more. */
const CLEAR_PX = 3;

/** Whether nothing lies on anything, and each label on its own line. */
export function isClear({ boxes, labels, lines }: Room): boolean {
  const all = [...boxes.values(), ...labels];
  const apart = all.every((one, at) =>
    all.slice(at + 1).every((other) => !overlaps(grown(one, CLEAR_PX), other)),
  );
  return apart && lines.every((line) => isLabelled(line) && isFree(line, { boxes, labels }));
}

/** A leg that the label is on, with a bit of it to be seen at both sides. */
function isLabelled({ points, label }: DrawnLine): boolean {
  return label === null || legsOf(points).some((leg) => isAlong(leg, label));
}

function isAlong(leg: Box, label: Box): boolean {
  const isUpright =
    leg.width < 1 && leg.y <= label.y && leg.y + leg.height >= label.y + label.height;
  if (isUpright) return leg.x >= label.x && leg.x <= label.x + label.width;
  const isLevel = leg.height < 1 && leg.x <= label.x && leg.x + leg.width >= label.x + label.width;
  return isLevel && leg.y >= label.y && leg.y <= label.y + label.height;
}

/** Whether it runs through no label but its own, and no node but where it ends. */
function isFree(
  { points, label, ends }: DrawnLine,
  { boxes, labels }: Omit<Room, "lines">,
): boolean {
  const legs = legsOf(points);
  const others = labels.filter((one) => one !== label);
  if (legs.some((leg) => others.some((one) => overlaps(grown(leg, 1), one)))) return false;
  return [...boxes].every(([id, box]) => {
    const [isFrom, isTo] = ends.map((end) => end === id);
    const through = legs.slice(isFrom === true ? 1 : 0, isTo === true ? -1 : undefined);
    return through.every((leg) => !overlaps(grown(leg, 1), box));
  });
}

/** Its straight pieces, as boxes without a width or a height. */
export function legsOf(points: readonly Point[]): readonly Box[] {
  return points.slice(1).map((to, at) => {
    const from = points[at] ?? to;
    return {
      x: Math.min(from.x, to.x),
      y: Math.min(from.y, to.y),
      width: Math.abs(to.x - from.x),
      height: Math.abs(to.y - from.y),
    };
  });
}

/** Pixels around what is new. */
const NEW_GAP_PX = 14;

export interface Surroundings extends Size {
  readonly boxes: readonly Box[];
  readonly labels: readonly Box[];
  readonly lines: readonly DrawnLine[];
  /** Below it the inside begins. */
  readonly top: number;
  /** Where it would be best. */
  readonly near: Point;
}

/** The free place inside that is nearest to `near`; below all that is there, if there is none. */
export function freePlace(size: Size, around: Surroundings): Point {
  const { boxes, labels, lines, top, near, width, height } = around;
  const taken = [...boxes, ...labels];
  const xs = [PADDING.side, ...taken.flatMap((box) => [box.x, box.x + box.width + 2 * NEW_GAP_PX])];
  const ys = [top, ...taken.flatMap((box) => [box.y, box.y + box.height + 2 * NEW_GAP_PX])];
  const all = [...taken, ...lines.flatMap(({ points }) => legsOf(points))];
  const free = xs
    .flatMap((x) => ys.map((y) => ({ x, y, ...size })))
    .filter((box) => box.x + box.width + PADDING.side <= width && box.y >= top)
    .filter((box) => box.y + box.height + PADDING.bottom <= height)
    .filter((box) => all.every((one) => !overlaps(grown(box, NEW_GAP_PX), grown(one, 1))));
  const [nearest] = free.toSorted((a, b) => distance(a, near) - distance(b, near));
  if (nearest !== undefined) return { x: nearest.x, y: nearest.y };
  // Lines to the lower border will be longer.
  const bottom = Math.max(top, ...taken.map((box) => box.y + box.height + 2 * NEW_GAP_PX));
  const down = all.filter((one) => one.y + one.height >= height - 1);
  const below = xs
    .map((x) => ({ x, y: bottom, ...size }))
    .filter((box) => down.every((leg) => !overlaps(grown(leg, 4), { ...box, y: leg.y })))
    .map((box) => ({ ...box, over: Math.max(0, box.x + box.width + PADDING.side - width) }))
    .toSorted((a, b) => a.over - b.over || distance(a, near) - distance(b, near));
  return { x: below[0]?.x ?? PADDING.side, y: bottom };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
