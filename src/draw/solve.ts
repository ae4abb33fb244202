/** Lays out the levels of a chart from the innermost out. */
import { directionsOf } from "./direction.ts";
import type { LayoutPlan } from "./layout.ts";
import { keepLevel } from "./keep.ts";
import type { KeptLevel, KeptLevels } from "./keeping.ts";
import { layoutLevel } from "./level.ts";
import type { Direction, LayoutEngine, LevelLayout, LevelMemory, LevelNode } from "./level.ts";
import { markId } from "./link.ts";
import type { StateModel } from "./model.ts";
import { found } from "./tree.ts";

/** The layout of a state with children, and of those inside it. */
export interface Solved {
  readonly level: LevelLayout;
  /** By id, those with children of their own. */
  readonly inner: ReadonlyMap<string, Solved>;
}

export interface Solving {
  readonly engine: LayoutEngine;
  readonly memory: LevelMemory;
  readonly signal: AbortSignal;
  /** Of the root. */
  readonly direction: Direction;
  /** Levels that somebody looks at: what an edit left as it was stays where it is. */
  readonly before?: ReadonlyMap<string, KeptLevel>;
  /** Takes the levels as they are now. */
  readonly levels?: KeptLevels;
}

export const markSize = {
  begin: { width: 10, height: 10 },
  any: { width: 66, height: 22 },
} as const;

/** The layout of the root, with all that is inside it. Throws if the time is up. */
export function solveLevels(plan: LayoutPlan, solving: Solving): Promise<Solved> {
  const directions = directionsOf(plan, solving.direction);
  return solve(plan.tree.root, solving.direction, { ...plan, ...solving, directions });
}

interface Work extends LayoutPlan, Solving {
  readonly directions: ReadonlyMap<string, Direction>;
}

/** `outer` is the direction of the level around it: it says at which sides lines come in. */
async function solve(state: StateModel, outer: Direction, work: Work): Promise<Solved> {
  const { tree, wiring, contents, engine, memory, signal } = work;
  // Side by side, across the way that lines come in and go out.
  const isParallel = state.type === "parallel";
  const direction = isParallel ? outer : found(work.directions.get(state.id), "direction");
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
  const before = work.before?.get(state.id);
  const kept = before === undefined ? null : keepLevel(spec, before);
  const level = kept ?? (await unlessAborted(layoutLevel(spec, engine, memory), signal));
  work.levels?.set(state.id, { spec, level });
  return { level, inner };
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
