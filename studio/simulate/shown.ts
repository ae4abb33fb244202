/** What the chart shows of a simulation: where it stands at a step, and what it came through until then. */
import type { ChartModel } from "../../src/draw/model.ts";
import type { SimulationStep } from "../../src/simulate/step.ts";
import type { Visits } from "../../src/simulate/visits.ts";
import type { Overlay, Tone } from "../chart/overlay.ts";
import { shownStates } from "../chart/use-chart.ts";

/** Edges that were taken until a step, and how often. */
export function overlayAt(
  steps: readonly SimulationStep[],
  shown: number,
  whole: ChartModel,
  folded: ReadonlySet<string>,
): Overlay {
  const drawn = shownStates(whole, folded);
  const step = steps[shown];
  const taken = new Map<string, number>();
  for (const { edges } of steps.slice(0, shown + 1)) {
    for (const edge of edges) taken.set(edge, (taken.get(edge) ?? 0) + 1);
  }
  const active = new Set((step?.active ?? []).map((id) => drawn.get(id) ?? id));
  return { active, lit: active, taken };
}

/** The folds under which all that is active at a step is seen. */
export function foldsFor(
  folded: readonly string[],
  active: readonly string[],
): ReadonlySet<string> | null {
  const inside = new Set(active);
  const left = folded.filter((id) => !inside.has(id));
  return left.length === folded.length ? null : new Set(left);
}

export interface CoverageCount {
  readonly states: { readonly covered: number; readonly total: number };
  readonly edges: { readonly covered: number; readonly total: number };
  /** Ids that nothing came through, in document order. */
  readonly missedStates: readonly string[];
  readonly missedEdges: readonly string[];
}

export function countCoverage(whole: ChartModel, visits: readonly Visits[]): CoverageCount {
  const states = whole.states.filter(({ parent, type }) => parent !== null && type !== "history");
  const edges = whole.edges.filter(
    ({ kind, targets, actions, reenter }) =>
      kind !== "initial" && (targets.length > 0 || actions.length > 0 || reenter),
  );
  const isSeen = (kind: "states" | "edges", id: string): boolean =>
    visits.some((each) => id in each[kind]);
  const missedStates = states.flatMap(({ id }) => (isSeen("states", id) ? [] : [id]));
  const missedEdges = edges.flatMap(({ id }) => (isSeen("edges", id) ? [] : [id]));
  return {
    states: { covered: states.length - missedStates.length, total: states.length },
    edges: { covered: edges.length - missedEdges.length, total: edges.length },
    missedStates,
    missedEdges,
  };
}

/** All that was gone through in one tone, the rest in another; how often, at the edges. */
export function coverageOverlay(whole: ChartModel, visits: readonly Visits[]): Overlay {
  const { missedStates, missedEdges } = countCoverage(whole, visits);
  const tones = new Map<string, Tone>();
  for (const { id, parent, type } of whole.states) {
    if (parent !== null && type !== "history") tones.set(id, "covered");
  }
  for (const { id, kind } of whole.edges) if (kind !== "initial") tones.set(id, "covered");
  for (const id of [...missedStates, ...missedEdges]) tones.set(id, "uncovered");
  const taken = new Map<string, number>();
  for (const { edges } of visits) {
    for (const [id, count] of Object.entries(edges)) taken.set(id, (taken.get(id) ?? 0) + count);
  }
  return { tones, taken, lit: new Set() };
}
