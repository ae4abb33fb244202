/**
 * In which direction each compound state is laid out. Trying both would take twice the time at each depth, so
 * both are estimated: children in layers, by the edges between them in the order of the source, and labels in
 * the gaps between layers.
 */
import type { Size } from "./box.ts";
import type { StateContent } from "./content.ts";
import type { Direction } from "./level.ts";
import type { Segment, Wiring } from "./link.ts";
import { found } from "./tree.ts";
import type { ChartTree } from "./tree.ts";

/** A direction for each state with children. A parallel one has no say: it goes as the level around it does. */
export function directionsOf(
  plan: {
    readonly tree: ChartTree;
    readonly wiring: Wiring;
    readonly contents: ReadonlyMap<string, StateContent>;
  },
  rootDirection: Direction,
): ReadonlyMap<string, Direction> {
  const { tree, wiring, contents } = plan;
  const directions = new Map<string, Direction>();

  const estimate = (id: string): Size => {
    const children = tree.childrenOf(id);
    const content = found(contents.get(id), "content");
    if (children.length === 0) return content;
    const sizes = new Map(children.map((child) => [child.id, estimate(child.id)]));
    const layers = layersOf([...sizes.keys()], wiring, wiring.segmentsOf(id));
    const inside = { down: sizeDown(layers, sizes), right: sizeRight(layers, sizes) };
    const framed = {
      DOWN: withFrame(inside.down, content),
      RIGHT: withFrame(inside.right, content),
    };
    const isDown =
      tree.state(id).type === "parallel" || costOf(framed.DOWN) <= costOf(framed.RIGHT);
    const better = isDown ? "DOWN" : "RIGHT";
    const direction = id === tree.root.id ? rootDirection : better;
    directions.set(id, direction);
    return framed[direction];
  };

  estimate(tree.root.id);
  return directions;
}

/** What stands in one layer, and the labels between it and the next. */
interface Layer {
  readonly nodes: string[];
  readonly labels: Size[];
}

/** A segment between two children, by their numbers, the lower first: one that goes back takes as much room. */
interface Span {
  readonly a: number;
  readonly b: number;
  readonly label: Size | null;
}

function layersOf(
  children: readonly string[],
  wiring: Wiring,
  segments: readonly Segment[],
): readonly Layer[] {
  const spans = spansOf(children, wiring, segments);
  const depths = depthsOf(children.length, spans);
  const count = Math.max(0, ...depths) + 1;
  const layers = Array.from({ length: count }, (): Layer => ({ nodes: [], labels: [] }));
  for (const [at, id] of children.entries()) layers[depths[at] ?? 0]?.nodes.push(id);
  for (const { a, label } of spans) {
    if (label !== null) layers[depths[a] ?? 0]?.labels.push(label);
  }
  return layers;
}

function spansOf(
  children: readonly string[],
  { portsOf }: Wiring,
  segments: readonly Segment[],
): readonly Span[] {
  const owners = new Map(children.map((id, at) => [id, at]));
  for (const [at, id] of children.entries()) {
    for (const port of portsOf(id)) owners.set(port.id, at);
  }
  return segments.flatMap(({ from, to, label }) => {
    const [one, other] = [owners.get(from), owners.get(to)];
    if (one === undefined || other === undefined) return [];
    return [{ a: Math.min(one, other), b: Math.max(one, other), label }];
  });
}

/** How many children stand before each, on the longest way to it. */
function depthsOf(count: number, spans: readonly Span[]): readonly number[] {
  const depths = Array.from({ length: count }, () => 0);
  for (let at = 0; at < count; at += 1) {
    const depth = depths[at] ?? 0;
    for (const { a, b } of spans) {
      if (a === at && b > at) depths[b] = Math.max(depths[b] ?? 0, depth + 1);
    }
  }
  return depths;
}

const NODE_GAP = 28;
const LABEL_GAP = 16;
const LAYER_GAP = 30;
const FRAME = 36;

function sizeDown(layers: readonly Layer[], sizes: ReadonlyMap<string, Size>): Size {
  const turned = new Map([...sizes].map(([id, size]) => [id, turn(size)]));
  const turnedLayers = layers.map(({ nodes, labels }) => ({ nodes, labels: labels.map(turn) }));
  return turn(sizeRight(turnedLayers, turned));
}

function turn({ width, height }: Size): Size {
  return { width: height, height: width };
}

/** Layers side by side: their widths add up, and the tallest gives the height. */
function sizeRight(layers: readonly Layer[], sizes: ReadonlyMap<string, Size>): Size {
  let width = 0;
  let height = 0;
  for (const { nodes, labels } of layers) {
    const boxes = nodes.map((id) => found(sizes.get(id), "size"));
    width += widest(boxes) + LAYER_GAP + (labels.length > 0 ? widest(labels) + LAYER_GAP : 0);
    height = Math.max(height, stacked(boxes, NODE_GAP), stacked(labels, LABEL_GAP));
  }
  return { width, height };
}

function widest(boxes: readonly Size[]): number {
  return Math.max(0, ...boxes.map(({ width }) => width));
}

function stacked(boxes: readonly Size[], gap: number): number {
  return boxes.reduce((sum, { height }) => sum + height + gap, 0);
}

function withFrame({ width, height }: Size, { width: ownWidth, headHeight }: StateContent): Size {
  return { width: Math.max(width + FRAME, ownWidth), height: height + headHeight + FRAME };
}

/** Screens are wider than high. */
const ASPECT = 1.5;

function costOf({ width, height }: Size): number {
  return Math.max(width / ASPECT, height);
}
