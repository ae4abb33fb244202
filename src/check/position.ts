/**
 * Positions: where the chart stands, apart from the world around it. They are few, and come again in many
 * configurations; so each real step of `saga/step.ts` is computed once and remembered.
 *
 * In a position, what only names things has one name: all revisions but that of the next step are equal.
 */
import type { AnyMachineSnapshot, AnyStateNode } from "xstate";
import { encode } from "../saga/codec.ts";
import type { PendingActivity, PendingTimer, Visits } from "../saga/effect.ts";
import { keyOf } from "../saga/idempotency-key.ts";
import type { Moment, Standing } from "../saga/step.ts";
import { isMade } from "./samples.ts";
import type { Subject } from "./subject.ts";

export interface Position {
  readonly id: number;
  /** Positions of the same likeness differ in nothing but the context. */
  readonly likeness: number;
  /** Without attempts that were left: these are of the world. */
  readonly standing: Standing;
}

/** Every instance of a check has this id: none is told from another. */
const INSTANCE_ID = "checked";

/** The revision that everything in a position has. */
const EARLIER = 1;

/** When every step of a check happens. Nothing in a chart looks at the time. */
export const NOW: Moment = { instanceId: INSTANCE_ID, revision: EARLIER + 1, nowMs: 0 };

/** Whether a visit began with the last step. */
export function isNewVisit(visit: Visits[string] | undefined): boolean {
  return visit?.revision !== EARLIER;
}

/** The name of the operation of an attempt: its own key, or that of the present visit, of which there is one. */
export function operationOf(
  { chart }: Subject,
  { activityId, idempotencyKey }: PendingActivity,
): string {
  const own = chart.invocations.get(activityId)?.idempotencyKey ?? null;
  return own === null ? activityId : `=${idempotencyKey}`;
}

export class Positions {
  readonly #subject: Subject;
  readonly #byKey = new Map<string, Position>();
  readonly #likenesses = new Map<string, number>();

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /**
   * The position of a standing, and where each of its timers comes from: its index in `next`.
   */
  of(next: Standing): { position: Position; timerOrder: readonly number[] } {
    const { snapshot } = next;
    const timerOrder = orderOf(next.timers);
    const activities = next.activities
      .filter(({ abandoned }) => !abandoned)
      .toSorted((a, b) => (a.activityId < b.activityId ? -1 : 1));
    const facts = JSON.stringify([
      snapshot.status,
      snapshot.value,
      historyOf(snapshot),
      activities.map((activity) => [activity.activityId, this.#seenOf(activity)]),
      timerOrder.map((index) => [next.timers[index]?.sendId, next.timers[index]?.event]),
    ]);
    const key = `${facts}${contextOf(this.#subject, snapshot)}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return { position: known, timerOrder };

    const likeness = this.#likenesses.get(facts) ?? this.#likenesses.size;
    this.#likenesses.set(facts, likeness);
    const visits = currentVisits(snapshot, next.visits);
    const standing: Standing = {
      ...next,
      timers: timerOrder.map((index, at) => ({
        ...(next.timers[index] as PendingTimer),
        timerId: `${EARLIER}.${at}`,
        dueAtMs: 0,
      })),
      activities: activities.map((activity) => this.#renamed(activity)),
      visits,
    };
    const position = { id: this.#byKey.size, likeness, standing };
    this.#byKey.set(key, position);
    return { position, timerOrder };
  }

  #renamed(activity: PendingActivity): PendingActivity {
    const { chart } = this.#subject;
    const { activityId } = activity;
    const facts = { instanceId: INSTANCE_ID, context: null, visitRevision: EARLIER };
    const hasOwn = (chart.invocations.get(activityId)?.idempotencyKey ?? null) !== null;
    const idempotencyKey = hasOwn ? activity.idempotencyKey : keyOf(chart, activityId, facts);
    return { ...activity, generation: EARLIER, attempt: 1, idempotencyKey };
  }

  // What may be told of an attempt later: its own key, and its input if the output is made of that.
  #seenOf(activity: PendingActivity): readonly unknown[] {
    const { samples } = this.#subject;
    const operation = operationOf(this.#subject, activity);
    return [operation, isMade(samples, activity.src) ? encode(activity.input ?? null) : null];
  }
}

/** The states that are active, by their ids. */
export function activeIds(snapshot: AnyMachineSnapshot): ReadonlySet<string> {
  return new Set((snapshot._nodes as AnyStateNode[]).map(({ id }) => id));
}

// To come back to a state that was left begins another visit.
function currentVisits(snapshot: AnyMachineSnapshot, visits: Visits): Visits {
  const active = activeIds(snapshot);
  return Object.fromEntries(
    Object.keys(visits)
      .filter((stateId) => active.has(stateId))
      .map((stateId) => [stateId, { revision: EARLIER, starts: {} }]),
  );
}

// An order that does not depend on when they were set.
function orderOf(timers: readonly PendingTimer[]): readonly number[] {
  if (timers.length < 2) return [...timers.keys()];
  const facts = timers.map(({ event, sendId }) => JSON.stringify([event, sendId]));
  return [...timers.keys()].toSorted((a, b) =>
    facts[a] === facts[b] ? a - b : (facts[a] as string) < (facts[b] as string) ? -1 : 1,
  );
}

function contextOf({ ignoreContext }: Subject, { context }: AnyMachineSnapshot): string {
  return encode(
    ignoreContext.reduce((left, path) => without(left, path.split(".")), context as unknown),
  );
}

/** The value without what is at a path, in which "*" stands for any key. */
export function without(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (value === null || typeof value !== "object" || key === undefined) return value;
  const entries = Object.entries(value).flatMap(([name, part]) => {
    if (key !== "*" && key !== name) return [[name, part]];
    return rest.length === 0 ? [] : [[name, without(part, rest)]];
  });
  return Object.fromEntries(entries);
}

// Remembered by history states, which decide where the chart goes back to.
function historyOf(snapshot: AnyMachineSnapshot): readonly unknown[] {
  const history = snapshot.historyValue as Record<string, readonly AnyStateNode[]>;
  return Object.keys(history)
    .toSorted()
    .map((id) => [id, (history[id] as readonly AnyStateNode[]).map((node) => node.id)]);
}
