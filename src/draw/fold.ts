/**
 * A chart with some of its compound states folded: what is inside them is not drawn, and edges to or from it
 * end at the fold. Ids stay as they are, so whatever follows a chart by them follows a folded one too.
 */
import { phases } from "../saga/phase.ts";
import type { ChartModel, EdgeModel, StateModel } from "./model.ts";
import { toTree } from "./tree.ts";
import type { ChartTree } from "./tree.ts";

/** Folds the states of these ids; those without states inside stay as they are. */
export function fold(model: ChartModel, ids: ReadonlySet<string>): ChartModel {
  const tree = toTree(model);
  const folded = (id: string): boolean => ids.has(id) && tree.childrenOf(id).length > 0;
  /** The state itself, or the outermost fold around it. */
  const shown = (id: string): string => tree.chainOf(id).find(folded) ?? id;
  return {
    ...model,
    states: model.states
      .filter(({ id }) => shown(id) === id)
      .map((state) => (folded(state.id) ? foldedState(state, model, tree) : state)),
    edges: model.edges.flatMap((edge) => foldedEdge(edge, shown, folded)),
  };
}

/** Ids of all states with states inside that are `depth` deep and deeper; the root is 0 deep. */
export function foldable(model: ChartModel, depth: number): ReadonlySet<string> {
  const tree = toTree(model);
  const deep = model.states.filter(({ path, id }) => {
    return path.length >= depth && tree.childrenOf(id).length > 0;
  });
  return new Set(deep.map(({ id }) => id));
}

function foldedState(state: StateModel, { states }: ChartModel, tree: ChartTree): StateModel {
  const inside = states.filter(({ id }) => tree.isInside(id, state.id));
  const phase = phases.find((one) => inside.some((other) => other.phase === one));
  // As the mildest of what is inside, which is what it mostly does.
  return { ...state, initial: null, phase: phase ?? state.phase, folded: inside.length - 1 };
}

function foldedEdge(
  edge: EdgeModel,
  shown: (id: string) => string,
  folded: (id: string) => boolean,
): readonly EdgeModel[] {
  const source = shown(edge.source);
  if (edge.targets.length === 0) return source === edge.source ? [edge] : [];
  if (edge.kind === "initial" && folded(source)) return [];
  // What begins and ends in the same fold is inside it, unless it is a state's own way back to itself.
  const targets = edge.targets
    .map((target) => ({ target, end: shown(target) }))
    .filter(({ target, end }) => end !== source || (target === end && edge.source === source));
  if (targets.length === 0) return [];
  return [{ ...edge, source, targets: [...new Set(targets.map(({ end }) => end))] }];
}
