/** Where a transition may lead, and why not elsewhere. Pure; the server has the last word. */
import type { ChartModel, StateModel } from "../../src/draw/model.ts";
import type { OutlinedEdge } from "../../src/edit/outline.ts";

/** Why an edge cannot lead to a state; null: it can. */
export function refusalOf(
  { states, edges }: ChartModel,
  edgeId: string,
  target: StateModel,
): string | null {
  const edge = edges.find(({ id }) => id === edgeId);
  if (target.parent === null) return "The chart as a whole is no target.";
  const parent = states.find(({ id }) => id === target.parent);
  if (parent?.type === "parallel") {
    return `A region is entered together with the others; lead to “${parent.key}”.`;
  }
  if (edge === undefined) return null;
  if (edge.targets.includes(target.id)) return "It leads there already.";
  const isLoop = edge.kind === "always" && edge.guard === null && edge.source === target.id;
  return isLoop ? "Without a guard it would be taken without end." : null;
}

/** Why an edge cannot be led elsewhere at all; null: it can. */
export function lockOf(edge: OutlinedEdge | undefined): string | null {
  if (edge === undefined) return "It is made by code.";
  return edge.locks.all ?? edge.locks.target;
}

/** States that a transition may lead to, by their paths. */
export function targetsIn({ states }: ChartModel): readonly { value: string; label: string }[] {
  return states
    .filter(({ parent }) => parent !== null)
    .map(({ path }) => ({ value: JSON.stringify(path), label: path.join(" › ") }));
}
