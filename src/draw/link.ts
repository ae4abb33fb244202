/**
 * Which edges of a chart are drawn as lines, and through which states each line goes.
 *
 * Every compound state is laid out by itself, so a line that crosses borders is cut at each of them: one
 * segment for each level, from port to port. Edges from one state to the same other share a line; their
 * labels stand on it one below the other.
 */
import { edgeRow, labelContent } from "./content.ts";
import type { LabelContent, Row } from "./content.ts";
import type { Size } from "./box.ts";
import type { ChartModel, EdgeModel } from "./model.ts";
import { found, groupBy } from "./tree.ts";
import type { ChartTree } from "./tree.ts";

/** The edges that share a line, and the way of it. */
export interface Link {
  readonly source: string;
  readonly target: string;
  readonly edges: readonly LinkedEdge[];
  /** From the source to the target. */
  readonly way: readonly { readonly level: string; readonly segment: string }[];
}

export interface LinkedEdge {
  readonly edge: EdgeModel;
  /** Null: it needs none, as where a state begins. */
  readonly label: LabelContent | null;
}

/** A piece of a line inside one compound state. */
export interface Segment {
  readonly id: string;
  /** A child, a port of a child, a port of the level itself, or one of its marks. */
  readonly from: string;
  readonly to: string;
  readonly label: Size | null;
  /** Whether it should be straight before others are: the way that goes well. */
  readonly isMain: boolean;
}

export interface Port {
  readonly id: string;
  /** Whether lines leave the state by it, or enter. */
  readonly way: "in" | "out";
}

/** All lines of a chart, by the level that they are laid out in. */
export interface Wiring {
  readonly links: readonly Link[];
  readonly segmentsOf: (level: string) => readonly Segment[];
  readonly portsOf: (state: string) => readonly Port[];
  /** The edges that are told in their source, for want of a line. */
  readonly rowsOf: (state: string) => readonly Row[];
  /** Whether the state needs a mark "any state inside" for edges to its own descendants. */
  readonly hasAnyMark: (state: string) => boolean;
}

export const markId = {
  /** The dot where a compound state begins. */
  begin: (state: string): string => `${state}|begin`,
  /** What edges from a state to its own descendants start at. */
  any: (state: string): string => `${state}|any`,
} as const;

/** The gap between labels that share a line. */
export const LABEL_GAP = 3;

export function wire(model: ChartModel, tree: ChartTree): Wiring {
  const pairs = model.edges.flatMap((edge) =>
    edge.targets.filter((target) => target !== tree.root.id).map((target) => ({ edge, target })),
  );
  const bundles = groupBy(pairs, ({ edge, target }) => {
    return JSON.stringify([edge.source, target, edge.kind === "initial"]);
  });
  const levels = new Map<string, Segment[]>();
  const ports = new Map<string, Port[]>();
  const anyMarks = new Set<string>();
  const links = [...bundles].map(([name, bundle]) => {
    const first = found(bundle[0], "edge");
    const edges = bundle.map(({ edge }) => linkedEdge(edge));
    const plan = planWay(tree, { id: name, edges, ...first });
    for (const { state, ...port } of plan.ports) append(ports, state, port);
    for (const { level, ...segment } of plan.segments) append(levels, level, segment);
    if (plan.anyMark !== null) anyMarks.add(plan.anyMark);
    const way = plan.segments.map(({ level, id }) => ({ level, segment: id }));
    return { source: first.edge.source, target: first.target, edges, way };
  });
  return {
    links,
    segmentsOf: (level) => levels.get(level) ?? [],
    portsOf: (state) => ports.get(state) ?? [],
    rowsOf: (state) => tree.edgesFrom(state).flatMap((edge) => rowsFor(edge, tree)),
    hasAnyMark: (state) => anyMarks.has(state),
  };
}

/** An edge that leads nowhere, or to the root, around which there is no room for a line. */
function rowsFor(edge: EdgeModel, tree: ChartTree): readonly Row[] {
  if (edge.targets.length === 0) return edge.kind === "initial" ? [] : [edgeRow(edge, null)];
  return edge.targets.includes(tree.root.id) ? [edgeRow(edge, tree.root.key)] : [];
}

function linkedEdge(edge: EdgeModel): LinkedEdge {
  const isPlain = edge.kind === "initial" && edge.actions.length === 0;
  return { edge, label: isPlain ? null : labelContent(edge) };
}

/** The room that the labels of a line need together. */
function labelsSize(edges: readonly LinkedEdge[]): Size | null {
  const labels = edges.flatMap(({ label }) => label ?? []);
  if (labels.length === 0) return null;
  const gaps = (labels.length - 1) * LABEL_GAP;
  return {
    width: Math.max(...labels.map(({ width }) => width)),
    height: labels.reduce((sum, { height }) => sum + height, gaps),
  };
}

interface Plan {
  readonly segments: readonly LevelSegment[];
  readonly ports: readonly (Port & { readonly state: string })[];
  readonly anyMark: string | null;
}

type LevelSegment = Segment & { readonly level: string };

interface Asked {
  readonly id: string;
  readonly edge: EdgeModel;
  readonly target: string;
  readonly edges: readonly LinkedEdge[];
}

/** From the source up to the state around both ends, and down from there to the target. */
function planWay(tree: ChartTree, { id, edge, target, edges }: Asked): Plan {
  const { source, kind } = edge;
  const isMain = kind !== "error" && kind !== "after";
  const mark = startMark(tree, edge, target);
  const level = mark === null ? levelAround(tree, source, target) : source;

  const up = mark === null ? borders({ tree, id, way: "out", isMain }, source, level) : noBorders;
  const down = borders({ tree, id, way: "in", isMain }, target, level);
  const from = mark === null ? (up.end ?? source) : markId[mark](source);
  const to = down.end ?? target;
  const middle = { id: `${id}|mid`, from, to, label: labelsSize(edges), isMain, level };
  return {
    segments: [...up.segments, middle, ...down.segments],
    ports: [...up.ports, ...down.ports],
    anyMark: mark === "any" ? source : null,
  };
}

/** A line into its own source starts at a mark inside it. */
function startMark(tree: ChartTree, edge: EdgeModel, target: string): "begin" | "any" | null {
  const { source, kind } = edge;
  if (kind === "initial" && tree.state(source).type !== "history") return "begin";
  return source !== target && tree.isInside(target, source) ? "any" : null;
}

interface Borders {
  /** In the order of the line. */
  readonly segments: readonly LevelSegment[];
  readonly ports: Plan["ports"];
  /** The outermost port; null if there is no border to cross. */
  readonly end: string | null;
}

const noBorders: Borders = { segments: [], ports: [], end: null };

interface Crossing {
  readonly tree: ChartTree;
  readonly id: string;
  readonly way: Port["way"];
  readonly isMain: boolean;
}

/** The ports and segments between `state` and the inside of `level`, from the innermost border out. */
function borders({ tree, id, way, isMain }: Crossing, state: string, level: string): Borders {
  const segments: LevelSegment[] = [];
  const ports: Plan["ports"][number][] = [];
  let end: string | null = null;
  for (const border of bordersOf(tree, state, level).toReversed()) {
    const port = `${id}|${way}|${border}`;
    ports.push({ id: port, way, state: border });
    // Its own border is where the line begins or ends: there is nothing inside.
    if (border !== state) {
      const inner: string = end ?? state;
      const ends = way === "out" ? { from: inner, to: port } : { from: port, to: inner };
      segments.push({ id: `${port}|line`, ...ends, label: null, isMain, level: border });
    }
    end = port;
  }
  return { segments: way === "out" ? segments : segments.toReversed(), ports, end };
}

/** The innermost state that has both strictly inside. */
function levelAround(tree: ChartTree, source: string, target: string): string {
  const around = new Set(tree.chainOf(source).slice(0, -1));
  const level = tree
    .chainOf(target)
    .slice(0, -1)
    .findLast((id) => around.has(id));
  return level ?? tree.root.id;
}

/** The states inside `level` whose borders a line to `state` meets, outermost first. */
function bordersOf(tree: ChartTree, state: string, level: string): readonly string[] {
  const chain = tree.chainOf(state);
  return chain.slice(chain.indexOf(level) + 1).filter((id) => tree.childrenOf(id).length > 0);
}

function append<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  map.set(key, [...(map.get(key) ?? []), item]);
}
