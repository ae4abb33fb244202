/**
 * Adoption: where one instance stood becomes the beginning of another. The other is an operation of its own,
 * so its activities get keys of its own, its timers the time that was left to them, and its children begin anew.
 */
import type { AnyActorRef, AnyMachineSnapshot } from "xstate";
import type { Chart } from "./chart.ts";
import { decode, encode } from "./codec.ts";
import type {
  Effect,
  PendingActivity,
  PendingChild,
  PendingTimer,
  Visit,
  Visits,
} from "./effect.ts";
import { keyOf } from "./idempotency-key.ts";
import { inertRef } from "./ref.ts";
import type { Address } from "./ref.ts";
import { findChild } from "./send.ts";
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
  const children = from.children.map((child): PendingChild => ({
    ...child,
    generation: revision,
    instanceId: null,
  }));
  const effects: Effect[] = [
    ...timers.map(
      (timer) => ({ kind: "setTimer", timer, delayMs: timer.dueAtMs - nowMs }) as const,
    ),
    ...activities.map((activity) => ({ kind: "startActivity", activity }) as const),
    ...children.map((child) => ({ kind: "startChild", child }) as const),
  ];
  const snapshot = withOwnChildren(from, revision);
  return { next: { snapshot, timers, activities, children, visits }, effects };
}

/** The snapshot with references to its own children in place of those of the other instance. */
function withOwnChildren({ snapshot, children }: Standing, revision: number): AnyMachineSnapshot {
  if (children.length === 0) return snapshot;
  const toOwn = (address: Address): Address =>
    address.kind === "child" && findChild(children, address) !== undefined
      ? { ...address, generation: revision }
      : address;
  const context: unknown = decode(encode(snapshot.context, toOwn));
  const refs = snapshot.children as Record<string, AnyActorRef>;
  const own = children.map(({ childId, src }) => [
    childId,
    inertRef({ kind: "child", childId, generation: revision }, { src }),
  ]);
  const all = { ...refs, ...Object.fromEntries(own) };
  return { ...snapshot, context, children: all } as AnyMachineSnapshot;
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
