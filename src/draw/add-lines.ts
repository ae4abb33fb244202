/** The new lines of a level that is drawn already, one after the other, with the ports that they need. Pure. */
import type { Box, Point } from "./box.ts";
import { partsOf } from "./keeping.ts";
import type { Keeping } from "./keeping.ts";
import { sides } from "./level.ts";
import type { PlacedPort } from "./level.ts";
import type { Port, Segment } from "./link.ts";
import { portAt } from "./reroute.ts";
import { findRoute } from "./route.ts";
import type { Ground, LineEnd, Route } from "./route.ts";

/** More new lines than an edit has. Each takes some milliseconds to find its way. */
const NEW_LINES_MAX = 8;

/** Null if one of them finds no simple way, or there are too many. */
export function addLines(keeping: Keeping): Keeping | null {
  if (keeping.spec.segments.length - keeping.segments.size > NEW_LINES_MAX) return null;
  let all: Keeping | null = keeping;
  for (const segment of keeping.spec.segments) {
    if (all === null || all.segments.has(segment.id)) continue;
    all = withLine(all, segment);
  }
  return all === null ? null : withBarePorts(all);
}

/** Ports that no line inside comes to, each in the widest gap of its side. */
function withBarePorts(keeping: Keeping): Keeping {
  const { spec, size } = keeping;
  const ports = [...keeping.ports];
  for (const { id, way } of spec.ports) {
    if (ports.some((port) => port.id === id)) continue;
    const side = sides[spec.outerDirection][way];
    const taken = ports.filter((port) => port.side === side);
    const isAcross = spec.outerDirection === "DOWN";
    const at = widestGap(
      [0, isAcross ? size.width : size.height],
      taken.map(({ x, y }) => (isAcross ? x : y)),
    );
    const border = { NORTH: 0, WEST: 0, SOUTH: size.height, EAST: size.width }[side];
    ports.push({ id, side, x: isAcross ? at : border, y: isAcross ? border : at });
  }
  return { ...keeping, ports };
}

function withLine(keeping: Keeping, segment: Segment): Keeping | null {
  if (segment.from === segment.to) return null;
  const isTurned = keeping.spec.direction === "RIGHT";
  const [from, to] = [endAt(keeping, segment.from, "out"), endAt(keeping, segment.to, "in")];
  if (from === null || to === null) return null;
  const ends = isTurned ? { from: turnedEnd(from), to: turnedEnd(to) } : { from, to };
  const label = segment.label === null || !isTurned ? segment.label : turnedSize(segment.label);
  const ground = groundOf(keeping, [from, to]);
  const found = findRoute({ ...ends, label }, isTurned ? turnedGround(ground) : ground);
  if (found === null) return null;
  const route = isTurned ? turnedRoute(found) : found;
  const ports = [
    ...newPort(keeping, segment.from, route.points[0]),
    ...newPort(keeping, segment.to, route.points.at(-1)),
  ];
  return {
    ...keeping,
    ports: [...keeping.ports, ...ports],
    segments: new Map([...keeping.segments, [segment.id, route]]),
  };
}

/** Where a line may begin (`out`) or end (`in`); as it is drawn, before anything is turned. */
function endAt(keeping: Keeping, id: string, way: Port["way"]): LineEnd | null {
  const { spec, nodes } = keeping;
  const isDown = spec.direction === "DOWN";
  const kind = way === "out" ? "below" : "above";
  const own = spec.ports.find((port) => port.id === id);
  if (own !== undefined && !keeping.ports.some((port) => port.id === id)) {
    return { kind: "border", side: borders[sides[spec.outerDirection][own.way]] };
  }
  const port = portAt(spec, keeping, id);
  if (port !== null) {
    // One that is there already, and looks across the way of the level.
    const isAlong = (port.side === "NORTH" || port.side === "SOUTH") === isDown;
    const owner = spec.nodes.find(({ ports }) => ports.some((one) => one.id === id));
    if (!isAlong || owner === undefined) return null;
    return { kind, at: { x: port.x, y: port.y }, box: nodes.get(owner.id) ?? null };
  }
  const box = nodes.get(id);
  return box === undefined ? null : { kind, at: freeOn(keeping, box, way), box };
}

const borders = { NORTH: "top", SOUTH: "bottom", WEST: "left", EAST: "right" } as const;

/** In the middle of the widest gap between the lines that end at that side. */
function freeOn(keeping: Keeping, box: Box, way: Port["way"]): Point {
  const isDown = keeping.spec.direction === "DOWN";
  const [start, length] = isDown ? [box.x, box.width] : [box.y, box.height];
  const side = isDown ? box.y : box.x;
  const border = way === "in" ? side : side + (isDown ? box.height : box.width);
  const taken = partsOf(keeping)
    .lines.flatMap(({ points }) => [points[0], points.at(-1)])
    .flatMap((point) => {
      if (point === undefined) return [];
      const [along, across] = isDown ? [point.x, point.y] : [point.y, point.x];
      return Math.abs(across - border) < 1 && along >= start && along <= start + length
        ? [along]
        : [];
    });
  const middle = widestGap([start, start + length], taken);
  return isDown ? { x: middle, y: border } : { x: border, y: middle };
}

/** The middle of it. */
function widestGap([start, end]: readonly [number, number], taken: readonly number[]): number {
  const stops = [start, ...taken.toSorted((a, b) => a - b), end];
  const gaps = stops.slice(1).map((to, at) => ({ from: stops[at] ?? to, to }));
  const widest = gaps.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a));
  return (widest.from + widest.to) / 2;
}

/** What is written above the children is in the way too, but for a line that comes in from there. */
function groundOf(keeping: Keeping, ends: readonly LineEnd[]): Ground {
  const { spec, size, nodes } = keeping;
  const isFromHead = ends.some(
    (end) => end.kind === "border" && (end.side === "top" || end.side === "left"),
  );
  const head = { x: 0, y: 0, width: size.width, height: spec.headHeight };
  return {
    inside: { x: 0, y: 0, ...size },
    boxes: [...nodes.values(), ...(isFromHead ? [] : [head])],
    ...partsOf(keeping),
  };
}

function newPort(
  { spec, ports }: Keeping,
  id: string,
  at: Point | undefined,
): readonly PlacedPort[] {
  const own = spec.ports.find((port) => port.id === id);
  if (own === undefined || at === undefined || ports.some((port) => port.id === id)) return [];
  return [{ id, side: sides[spec.outerDirection][own.way], x: at.x, y: at.y }];
}

function turned<Shape extends Point>(shape: Shape): Shape {
  return { ...shape, x: shape.y, y: shape.x };
}

function turnedSize<Shape extends { readonly width: number; readonly height: number }>(
  shape: Shape,
): Shape {
  return { ...shape, width: shape.height, height: shape.width };
}

function turnedBox(box: Box): Box {
  return turnedSize(turned(box));
}

function turnedEnd(end: LineEnd): LineEnd {
  if (end.kind !== "border") {
    return { ...end, at: turned(end.at), box: end.box === null ? null : turnedBox(end.box) };
  }
  const side = ({ top: "left", left: "top", bottom: "right", right: "bottom" } as const)[end.side];
  return { kind: "border", side };
}

function turnedRoute({ points, label }: Route): Route {
  return { points: points.map(turned), label: label === null ? null : turnedBox(label) };
}

function turnedGround({ inside, boxes, labels, lines }: Ground): Ground {
  return {
    inside: turnedBox(inside),
    boxes: boxes.map(turnedBox),
    labels: labels.map(turnedBox),
    lines: lines.map((line) => ({ ...line, ...turnedRoute(line) })),
  };
}
