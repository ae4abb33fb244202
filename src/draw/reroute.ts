/** A line as it was before an edit, with its ends and its label where they are now. Pure. */
import type { Box, Point, Size } from "./box.ts";
import type { Keeping } from "./keeping.ts";
import type { LevelSpec, PlacedPort, RoutedSegment } from "./level.ts";
import type { Segment } from "./link.ts";

/** Half a pixel is nothing to the eye. */
const SAME_PX = 0.5;

/** Null if an end is elsewhere, or has no room for the line. */
export function reroute(keeping: Keeping, segment: Segment): RoutedSegment | null {
  const { before, matching } = keeping;
  const was = before.level.segments.get(matching.segments.get(segment.id) ?? "");
  const [first, last] = [was?.points[0], was?.points.at(-1)];
  if (was === undefined || first === undefined || last === undefined) return null;
  const [start, end] = [
    movedEnd(keeping, segment.from, first),
    movedEnd(keeping, segment.to, last),
  ];
  if (start === null || end === null) return null;
  const points = [start, ...was.points.slice(1, -1), end];
  if (!isSameWay(was.points, points)) return null;
  return { points, label: relabel(was.label, segment.label) };
}

/** Where a line ends at what may have another size by now; null if there is no such place. */
function movedEnd(keeping: Keeping, end: string, at: Point): Point | null {
  const [now, old] = [keeping.nodes.get(end), oldBox(keeping, end)];
  return now === undefined || old === null ? atPort(keeping, end, at) : onBox(at, old, now);
}

function atPort(
  { spec, before, matching, ...placed }: Keeping,
  end: string,
  at: Point,
): Point | null {
  const now = portAt(spec, placed, end);
  const old = portAt(before.spec, before.level, matching.ports.get(end) ?? "");
  if (now === null || old === null || now.side !== old.side) return null;
  // A port may only go with its border: a line would be slanted else.
  const isAcross = now.side === "NORTH" || now.side === "SOUTH";
  const aside = isAcross ? now.x - old.x : now.y - old.y;
  if (Math.abs(aside) >= SAME_PX) return null;
  return isAcross ? { x: at.x, y: now.y } : { x: now.x, y: at.y };
}

/** The same place of the same side. */
function onBox(at: Point, old: Box, now: Box): Point | null {
  const moved = {
    x: Math.abs(at.x - old.x - old.width) < SAME_PX ? now.x + now.width : at.x,
    y: Math.abs(at.y - old.y - old.height) < SAME_PX ? now.y + now.height : at.y,
  };
  const isOn = moved.x <= now.x + now.width && moved.y <= now.y + now.height;
  return isOn ? moved : null;
}

function oldBox({ before, matching }: Keeping, id: string): Box | null {
  const oldId = matching.nodes.get(id);
  const place = before.level.nodes.get(oldId ?? "");
  const node = before.spec.nodes.find((one) => one.id === oldId);
  if (place === undefined || node === undefined) return null;
  return { ...place, width: node.width, height: node.height };
}

/** A port of the level itself, or of a node in it, from the upper left corner of the level. */
export function portAt(
  spec: LevelSpec,
  {
    nodes,
    ports,
  }: { readonly nodes: ReadonlyMap<string, Point>; readonly ports: readonly PlacedPort[] },
  id: string,
): PlacedPort | null {
  const own = ports.find((port) => port.id === id);
  if (own !== undefined) return own;
  for (const node of spec.nodes) {
    const port = node.ports.find((one) => one.id === id);
    const place = nodes.get(node.id);
    if (port === undefined || place === undefined) continue;
    return { ...port, x: place.x + port.x, y: place.y + port.y };
  }
  return null;
}

/** Whether each leg of a line still goes the way that it went. */
function isSameWay(before: readonly Point[], after: readonly Point[]): boolean {
  return before.slice(1).every((point, at) => {
    const [from, to, start] = [after[at], after[at + 1], before[at]];
    if (from === undefined || to === undefined || start === undefined) return false;
    const isSameAcross = isSameSign(point.x - start.x, to.x - from.x);
    return isSameAcross && isSameSign(point.y - start.y, to.y - from.y);
  });
}

function isSameSign(before: number, after: number): boolean {
  return Math.abs(before) < SAME_PX ? Math.abs(after) < SAME_PX : before * after > 0;
}

/** Around the middle that it had, which is on its line. */
function relabel(was: Box | null, size: Size | null): Box | null {
  if (was === null || size === null) return null;
  const { width, height } = size;
  const [x, y] = [was.x + (was.width - width) / 2, was.y + (was.height - height) / 2];
  return { x, y, width, height };
}
