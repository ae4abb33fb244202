/** The walk over a chart by keys: from state to state, along its edges, and back. Pure. */
import type { ChartModel, EdgeModel, StateModel } from "../../src/draw/model.ts";
import type { ChartTree } from "../../src/draw/tree.ts";
import { edgeText } from "../../src/draw/words.ts";
import type { Selection } from "./overlay.ts";

/** Where a key leads from a selection; undefined if it does nothing here. */
export function walk(
  model: ChartModel,
  tree: ChartTree,
  selection: Selection | null,
  key: string,
): Selection | null | undefined {
  if (selection === null) {
    return key === "Enter" || key.startsWith("Arrow") ? stateOf(tree.root) : undefined;
  }
  if (selection.kind === "edge") {
    const edge = model.edges.find(({ id }) => id === selection.id);
    return edge === undefined ? null : walkFromEdge(tree, edge, key);
  }
  const state = model.states.find(({ id }) => id === selection.id);
  return state === undefined ? null : walkFromState(tree, state, key);
}

/** The edges of a state that one can go along: not where its inside begins. */
function edgesOf(tree: ChartTree, state: string): readonly EdgeModel[] {
  return tree.edgesFrom(state).filter(({ kind }) => kind !== "initial");
}

function walkFromState(
  tree: ChartTree,
  state: StateModel,
  key: string,
): Selection | null | undefined {
  const parent = state.parent === null ? null : tree.state(state.parent);
  const siblings = parent === null ? [state] : tree.childrenOf(parent.id);
  const at = siblings.findIndex(({ id }) => id === state.id);
  switch (key) {
    case "ArrowRight":
      return stateOf(tree.childrenOf(state.id)[0]);
    case "ArrowLeft":
      return stateOf(parent ?? undefined);
    case "ArrowUp":
      return stateOf(siblings[at - 1]);
    case "ArrowDown":
      return stateOf(siblings[at + 1]);
    case "Home":
      return stateOf(siblings[0]);
    case "End":
      return stateOf(siblings.at(-1));
    case "Tab":
      return edgeOf(edgesOf(tree, state.id)[0]);
    case "Escape":
      return parent === null ? null : stateOf(parent);
    default:
      return undefined;
  }
}

function walkFromEdge(tree: ChartTree, edge: EdgeModel, key: string): Selection | null | undefined {
  const edges = edgesOf(tree, edge.source);
  const at = edges.findIndex(({ id }) => id === edge.id);
  switch (key) {
    case "ArrowUp":
      return edgeOf(edges[at - 1]);
    case "ArrowDown":
      return edgeOf(edges[at + 1]);
    case "Home":
      return edgeOf(edges[0]);
    case "End":
      return edgeOf(edges.at(-1));
    case "Enter":
    case "ArrowRight":
      return edge.targets[0] === undefined ? undefined : { kind: "state", id: edge.targets[0] };
    case "ArrowLeft":
    case "Escape":
      return { kind: "state", id: edge.source };
    default:
      return undefined;
  }
}

function stateOf(state: StateModel | undefined): Selection | undefined {
  return state === undefined ? undefined : { kind: "state", id: state.id };
}

function edgeOf(edge: EdgeModel | undefined): Selection | undefined {
  return edge === undefined ? undefined : { kind: "edge", id: edge.id };
}

/** What is selected, as a screen reader says it: `waiting state backordered, active, 2 transitions`. */
export function spoken(
  tree: ChartTree,
  model: ChartModel,
  selection: Selection,
  active: ReadonlySet<string> | undefined,
): string {
  if (selection.kind === "edge") {
    const edge = model.edges.find(({ id }) => id === selection.id);
    if (edge === undefined) return "";
    const targets = edge.targets.map((id) => tree.state(id).key).join(", ") || "no other state";
    return `transition ${edgeText(edge)}, to ${targets}`;
  }
  return spokenState(tree, tree.state(selection.id), active);
}

export function spokenState(
  tree: ChartTree,
  state: StateModel,
  active: ReadonlySet<string> | undefined,
): string {
  const edges = edgesOf(tree, state.id).length;
  const inside = state.folded > 0 ? state.folded : tree.childrenOf(state.id).length;
  return [
    `${state.phase ?? state.type} state ${state.key}`,
    active?.has(state.id) === true ? "active" : "",
    state.folded > 0 ? "folded" : "",
    inside > 0 ? `${inside} ${inside === 1 ? "state" : "states"} inside` : "",
    `${edges} ${edges === 1 ? "transition" : "transitions"}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}
