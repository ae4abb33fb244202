/**
 * Adoption: where one instance stood becomes the beginning of another. The other is an operation of its own,
 * so its activities get keys of its own, and its timers the time that was left to them.
 */
import type { Chart } from "./chart.ts";
import { keyOf } from "./effect.ts";
import type { Effect, PendingActivity, PendingTimer, Visit, Visits } from "./effect.ts";
import type { Moment, Standing, Step } from "./step.ts";

/** The first step of an instance that begins where `from` stood at `thenMs`. Attempts that were left stay behind. */
export function adopt(chart: Chart, from: Standing, thenMs: number, moment: Moment): Step {
  const { instanceId, revision, nowMs } = moment;
  const live = from.activities.filter(({ abandoned }) => !abandoned);
  const visits = visitsOf(chart, from.visits, live, revision);

  const timers = from.timers.map((timer, index): PendingTimer => {
    const leftMs = Math.max(0, timer.dueAtMs - thenMs);
    return { ...timer, timerId: `${revision}.${index}`, dueAtMs: nowMs + leftMs };
  });
  const activities = live.map((activity): PendingActivity => {
    const facts = {
      instanceId,
      context: from.snapshot.context as unknown,
      visitRevision: revision,
    };
    const idempotencyKey = keyOf(chart, activity.activityId, facts);
    return { ...activity, generation: revision, idempotencyKey, attempt: 1 };
  });
  const effects: Effect[] = [
    ...timers.map(
      (timer) => ({ kind: "setTimer", timer, delayMs: timer.dueAtMs - nowMs }) as const,
    ),
    ...activities.map((activity) => ({ kind: "startActivity", activity }) as const),
  ];
  return { next: { snapshot: from.snapshot, timers, activities, visits }, effects };
}

// Revisions of the other instance would meet those of this one, and its later visits get keys that were used.
function visitsOf(
  chart: Chart,
  visits: Visits,
  live: readonly PendingActivity[],
  revision: number,
): Visits {
  const entries = Object.keys(visits).map((stateId): [string, Visit] => {
    const started = live.filter(
      ({ activityId }) => chart.invocations.get(activityId)?.visitedId === stateId,
    );
    const starts = Object.fromEntries(started.map(({ activityId }) => [activityId, 1]));
    return [stateId, { revision, starts }];
  });
  return Object.fromEntries(entries);
}
