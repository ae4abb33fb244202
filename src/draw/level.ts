/**
 * The layout of one level: the children of one compound state, the lines between them, and the ports where
 * lines cross its border. ELK does the work; what it is asked has no names in it, so that levels of the same
 * shape are laid out once.
 */
import type { ElkExtendedEdge, ElkNode, ElkPort, ElkShape } from "elkjs/lib/elk-api.js";
import type { Box, Point, Size } from "./box.ts";
import type { Port, Segment } from "./link.ts";
import { found } from "./tree.ts";

export type Direction = "DOWN" | "RIGHT";

/** Computes where the nodes and edges of a graph go. */
export interface LayoutEngine {
  layout(graph: ElkNode): Promise<ElkNode>;
}

export interface PlacedPort extends Point {
  readonly id: string;
  readonly side: "NORTH" | "SOUTH" | "EAST" | "WEST";
}

export interface LevelNode extends Size {
  readonly id: string;
  /** On its border, where lines come from its inside. */
  readonly ports: readonly PlacedPort[];
}

/** What is asked of a level. */
export interface LevelSpec {
  readonly direction: Direction;
  /** In which direction the level around it goes. */
  readonly outerDirection: Direction;
  readonly nodes: readonly LevelNode[];
  readonly segments: readonly Segment[];
  readonly ports: readonly Port[];
  /** Height of what is written above the children. */
  readonly headHeight: number;
  readonly widthMin: number;
}

export interface LevelLayout extends Size {
  /** Where each node is, from the upper left corner of the state. */
  readonly nodes: ReadonlyMap<string, Point>;
  readonly ports: readonly PlacedPort[];
  readonly segments: ReadonlyMap<string, RoutedSegment>;
}

export interface RoutedSegment {
  readonly points: readonly Point[];
  readonly label: Box | null;
}

/** Levels that were laid out before, by what was asked. */
export type LevelMemory = Map<string, Promise<ElkNode>>;

export async function layoutLevel(
  spec: LevelSpec,
  engine: LayoutEngine,
  memory: LevelMemory,
): Promise<LevelLayout> {
  const crossing = portsWithin(spec);
  const graph = toGraph(spec, crossing);
  const key = JSON.stringify(graph);
  const known = memory.get(key);
  const asked = known ?? engine.layout(graph);
  if (known === undefined) memory.set(key, asked);
  try {
    return toLevelLayout(spec, crossing, await asked);
  } catch (error) {
    memory.delete(key);
    throw error;
  }
}

/** Pixels between the border of a state and what is inside. */
export const PADDING = { side: 18, bottom: 18, belowHead: 10 } as const;

const inline = { "elk.edgeLabels.inline": "true" } as const;

const options = {
  "elk.algorithm": "layered",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.portConstraints": "FIXED_SIDE",
  "elk.nodeSize.constraints": "MINIMUM_SIZE",
  "elk.separateConnectedComponents": "false",
  "elk.edgeLabels.placement": "CENTER",
  // Who reads a line begins at its source.
  "elk.layered.edgeLabels.centerLabelPlacementStrategy": "TAIL_LAYER",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.thoroughness": "7",
  "elk.spacing.nodeNode": "28",
  "elk.layered.spacing.nodeNodeBetweenLayers": "26",
  "elk.spacing.edgeNode": "16",
  "elk.layered.spacing.edgeNodeBetweenLayers": "14",
  "elk.spacing.edgeEdge": "12",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
  "elk.spacing.edgeLabel": "4",
  "elk.spacing.portPort": "14",
} as const;

/** Which side lines leave by, and come in by. */
export const sides = {
  DOWN: { in: "NORTH", out: "SOUTH" },
  RIGHT: { in: "WEST", out: "EAST" },
} as const;

/** The ports of the level that a line inside it comes to; others have only an outside. */
function portsWithin({ ports, segments }: LevelSpec): readonly Port[] {
  const ends = new Set(segments.flatMap(({ from, to }) => [from, to]));
  return ports.filter(({ id }) => ends.has(id));
}

function toGraph(spec: LevelSpec, crossing: readonly Port[]): ElkNode {
  const names = localNames(spec, crossing);
  const name = (id: string): string => names.get(id) ?? "";
  const children: ElkNode[] = spec.nodes.map(({ id, width, height, ports }) => ({
    id: name(id),
    width,
    height,
    layoutOptions: {
      "elk.alignment": spec.direction === "DOWN" ? "TOP" : "LEFT",
      ...(ports.length > 0 && { "elk.portConstraints": "FIXED_POS" }),
    },
    ports: ports.map((port) => toPort(name(port.id), port.side, port)),
  }));
  const ports = crossing.map(({ id, way }) => toPort(name(id), sides[spec.outerDirection][way]));
  const edges: ElkExtendedEdge[] = spec.segments.map(({ id, from, to, label, isMain }) => ({
    id: name(id),
    sources: [name(from)],
    targets: [name(to)],
    ...(label !== null && {
      labels: [{ id: `${name(id)}t`, text: " ", ...label, layoutOptions: inline }],
    }),
    layoutOptions: {
      "elk.layered.priority.straightness": isMain ? "4" : "0",
      "elk.layered.priority.direction": isMain ? "4" : "0",
    },
  }));
  const top = spec.headHeight + PADDING.belowHead;
  const layoutOptions = {
    ...options,
    "elk.direction": spec.direction,
    "elk.nodeSize.minimum": `(${spec.widthMin},${spec.headHeight})`,
    "elk.padding": `[top=${top},left=${PADDING.side},bottom=${PADDING.bottom},right=${PADDING.side}]`,
  };
  // ELK refuses ports on the outermost graph, so there is one around it.
  const level = { id: "level", children, ports, edges, layoutOptions };
  return { id: "outside", layoutOptions: { "elk.algorithm": "layered" }, children: [level] };
}

function toPort(id: string, side: string, at: Partial<Point> = {}): ElkPort {
  const position = at.x === undefined || at.y === undefined ? {} : { x: at.x, y: at.y };
  // ELK makes room for a port of no size as for one of the default size.
  return { id, width: 0.01, height: 0.01, ...position, layoutOptions: { "elk.port.side": side } };
}

/** What nodes, ports and segments are called in the graph: by kind and number. */
function localNames(
  { nodes, segments }: LevelSpec,
  crossing: readonly Port[],
): ReadonlyMap<string, string> {
  const inner = nodes.flatMap(({ ports }) => ports);
  return new Map([
    ...numbered(nodes, "n"),
    ...numbered([...inner, ...crossing], "p"),
    ...numbered(segments, "e"),
  ]);
}

function numbered(
  items: readonly { readonly id: string }[],
  letter: string,
): readonly (readonly [string, string])[] {
  return items.map(({ id }, at) => [id, `${letter}${at}`] as const);
}

function toLevelLayout(
  spec: LevelSpec,
  crossing: readonly Port[],
  { children: [level] = [] }: ElkNode,
): LevelLayout {
  const { ports = [], edges = [], children: nodes = [], ...rest } = found(level, "level");
  const size = sizeOf(rest);
  const placed = crossing.map(({ id, way }, at) => {
    const { x = 0, y = 0 } = ports[at] ?? {};
    return onBorder({ id, side: sides[spec.outerDirection][way], x, y }, size);
  });
  const bare = spec.ports.filter((port) => !crossing.includes(port));
  return {
    ...size,
    nodes: new Map(spec.nodes.map(({ id }, at) => [id, pointOf(nodes[at])])),
    ports: [...placed, ...spread(bare, placed, { ...spec, ...size })],
    segments: new Map(spec.segments.map(({ id }, at) => [id, routeOf(edges[at])])),
  };
}

function sizeOf({ width, height }: ElkShape): Size {
  return { width: found(width, "width"), height: found(height, "height") };
}

function pointOf(shape: ElkShape | undefined): Point {
  return { x: found(shape?.x, "place"), y: found(shape?.y, "place") };
}

function routeOf(edge: ElkExtendedEdge | undefined): RoutedSegment {
  const { startPoint, bendPoints = [], endPoint } = found(edge?.sections?.[0], "line");
  const [label] = edge?.labels ?? [];
  return {
    points: [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({ x, y })),
    label: label === undefined ? null : { ...pointOf(label), ...sizeOf(label) },
  };
}

function onBorder(port: PlacedPort, { width, height }: Size): PlacedPort {
  switch (port.side) {
    case "NORTH":
      return { ...port, y: 0 };
    case "SOUTH":
      return { ...port, y: height };
    case "WEST":
      return { ...port, x: 0 };
    case "EAST":
      return { ...port, x: width };
  }
}

/** Ports with an outside only: ELK would put them into corners, so they are spread between the others. */
function spread(
  bare: readonly Port[],
  placed: readonly PlacedPort[],
  { outerDirection, width, height }: LevelSpec & Size,
): readonly PlacedPort[] {
  const isDown = outerDirection === "DOWN";
  const length = isDown ? width : height;
  return (["in", "out"] as const).flatMap((way) => {
    const side = sides[outerDirection][way];
    const own = bare.filter((port) => port.way === way);
    const taken = placed.filter((port) => port.side === side).map(({ x, y }) => (isDown ? x : y));
    return freePlaces(own.length, length, taken).map((at, index) => {
      const { id } = own[index] as Port;
      return onBorder({ id, side, x: isDown ? at : 0, y: isDown ? 0 : at }, { width, height });
    });
  });
}

/** `count` places on a side, as far from each other and from those taken as there is room. */
function freePlaces(count: number, length: number, taken: readonly number[]): readonly number[] {
  const all = [...taken];
  const places: number[] = [];
  for (let one = 0; one < count; one += 1) {
    const stops = [0, ...all.toSorted((a, b) => a - b), length];
    const gaps = stops.slice(1).map((end, at) => ({ end, start: stops[at] ?? 0 }));
    const widest = gaps.reduce((a, b) => (b.end - b.start > a.end - a.start ? b : a));
    const place = (widest.start + widest.end) / 2;
    all.push(place);
    places.push(place);
  }
  return places.toSorted((a, b) => a - b);
}
