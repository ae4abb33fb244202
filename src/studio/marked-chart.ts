/**
 * A copy of a chart that notes which edges a step takes: each transition leaves the mark of a visit, as states do
 * for idempotency keys (`saga/chart.ts`). So edges that are left at once, by `always`, are noted too, and what is
 * told is what the step did, not what a glance at two states suggests.
 */
import { isForbidding } from "../saga/accepts.ts";
import { toChart, VISITED } from "../saga/chart.ts";
import { stateNodes } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import type { Visits } from "../saga/effect.ts";
import { transitionsOf } from "../saga/finding.ts";
import type { StaticTransition } from "../saga/finding.ts";

/** Before the id of an edge. No state has such an id: lint refuses a "/" in a key. */
const MARK = "@edge/";

/** A marked copy; the chart itself is not touched. */
export function markedChart({ saga }: Chart): Chart {
  const chart = toChart(saga);
  for (const node of stateNodes(chart.machine)) {
    const counts = new Map<string, number>();
    for (const transition of transitionsOf(node)) {
      const { eventType } = transition;
      const index = counts.get(eventType) ?? 0;
      counts.set(eventType, index + 1);
      if (isForbidding(transition)) continue;
      const mark = {
        type: VISITED,
        params: { stateId: `${MARK}${node.id}|${eventType}|${index}` },
      };
      (transition as { actions: StaticTransition["actions"] }).actions = [
        ...transition.actions,
        mark,
      ];
    }
  }
  return chart;
}

/** Ids of the edges, as the chart model has them, that were taken by the step of this revision. */
export function edgesTaken(visits: Visits, revision: number): readonly string[] {
  return Object.entries(visits).flatMap(([id, visit]) =>
    id.startsWith(MARK) && visit.revision === revision ? [id.slice(MARK.length)] : [],
  );
}
