/** Lays out the levels of a chart from the innermost out, each in the direction that suits it better. */
import type { LayoutPlan } from "./layout.ts";
import { layoutLevel } from "./level.ts";
import type { Direction, LayoutEngine, LevelLayout, LevelMemory, LevelNode } from "./level.ts";
import { markId } from "./link.ts";
import type { StateModel } from "./model.ts";
import { found } from "./tree.ts";

/** The layout of a state with children, and of those inside it. */
export interface Solved {
  readonly level: LevelLayout;
  readonly direction: Direction;
  /** By id, those with children of their own. */
  readonly inner: ReadonlyMap<string, Solved>;
}

export interface Solving {
  readonly engine: LayoutEngine;
  readonly memory: LevelMemory;
  readonly signal: AbortSignal;
}

export const markSize = {
  begin: { width: 10, height: 10 },
  any: { width: 66, height: 22 },
} as const;

/** The layout of the root, with all that is inside it. Throws if the time is up. */
export function solveLevels(plan: LayoutPlan, solving: Solving): Promise<Solved> {
  return solve(plan.tree.root, "DOWN", { ...plan, ...solving, known: new Map() });
}

interface Work extends LayoutPlan, Solving {
  readonly known: Map<string, Promise<Solved>>;
}

/** A layout depends on the direction around it: it says where lines come in. */
function solve(state: StateModel, outer: Direction, work: Work): Promise<Solved> {
  const key = `${outer} ${state.id}`;
  const known = work.known.get(key);
  if (known !== undefined) return known;
  const solved = solveBest(state, outer, work);
  work.known.set(key, solved);
  return solved;
}

async function solveBest(state: StateModel, outer: Direction, work: Work): Promise<Solved> {
  let best: Solved | null = null;
  for (const direction of directionsFor(state)) {
    const solved = await solveIn(direction, { state, outer, work });
    if (best === null || costOf(solved, state) < costOf(best, state)) best = solved;
  }
  return best as Solved;
}

function directionsFor(state: StateModel): readonly Direction[] {
  if (state.parent === null) return ["DOWN"];
  return ["DOWN", "RIGHT"];
}

/** Small, and rather wide than high, as screens are. */
function costOf({ level: { width, height, segments } }: Solved, _state: StateModel): number {
  let lengthPx = 0;
  for (const { points } of segments.values()) {
    for (const [at, { x, y }] of points.entries()) {
      const before = points[at - 1];
      if (before !== undefined) lengthPx += Math.abs(x - before.x) + Math.abs(y - before.y);
    }
  }
  const side = Math.max(width / 1.5, height);
  return side * side + lengthPx * 20;
}

interface InDirection {
  readonly state: StateModel;
  readonly outer: Direction;
  readonly work: Work;
}

async function solveIn(direction: Direction, { state, outer, work }: InDirection): Promise<Solved> {
  const { tree, wiring, contents, engine, memory, signal } = work;
  const inner = new Map<string, Solved>();
  const nodes: LevelNode[] = [];
  if (wiring.hasAnyMark(state.id)) nodes.push(markNode("any", state.id));
  if (state.initial !== null) nodes.push(markNode("begin", state.id));
  for (const child of tree.childrenOf(state.id)) {
    if (tree.childrenOf(child.id).length > 0) {
      const solved = await solve(child, direction, work);
      inner.set(child.id, solved);
      const { width, height, ports } = solved.level;
      nodes.push({ id: child.id, width, height, ports });
    } else {
      const { width, height } = found(contents.get(child.id), "content");
      nodes.push({ id: child.id, width, height, ports: [] });
    }
  }
  signal.throwIfAborted();
  const { headHeight, width: widthMin } = found(contents.get(state.id), "content");
  const spec = {
    direction,
    outerDirection: outer,
    nodes,
    segments: wiring.segmentsOf(state.id),
    ports: wiring.portsOf(state.id),
    headHeight,
    widthMin,
  };
  const level = await unlessAborted(layoutLevel(spec, engine, memory), signal);
  return { level, direction, inner };
}

function markNode(kind: "begin" | "any", state: string): LevelNode {
  return { id: markId[kind](state), ...markSize[kind], ports: [] };
}

/** An engine in another thread may never answer. */
function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
