/**
 * Effects: what a transition asks of the world, as data. Here is the one reading of what XState left
 * behind after a macrostep: its resolved actions, in order, and the difference of the children.
 *
 * Children are compared by reference and not read from the actions, since `spawn()` inside `assign` leaves
 * no action at all, and a state that was entered and left again within the macrostep must start nothing.
 */
import type { AnyActorRef, AnyMachineSnapshot, EventObject } from "xstate";
import { SagaError } from "../errors.ts";
import { VISITED } from "./chart.ts";
import type { Chart } from "./chart.ts";
import { normalize } from "./codec.ts";
import type { ResolvedAction } from "./scope.ts";

/** A timer that is set. */
export interface PendingTimer {
  /** Unique within the instance, for ever: the revision that set it, and a number. */
  readonly timerId: string;
  /** XState's id of the delayed event; `cancel(id)` cancels all timers that share it. */
  readonly sendId: string | null;
  readonly event: EventObject;
  readonly dueAtMs: number;
}

/** An activity whose result is awaited, or whose abandoned attempt may still take effect. */
export interface PendingActivity {
  readonly activityId: string;
  /** The revision that started it. Its result counts only for this generation. */
  readonly generation: number;
  readonly src: string;
  readonly input: unknown;
  readonly idempotencyKey: string;
  /** Which drawn attempt of its operation this is, counts from 1. */
  readonly attempt: number;
  readonly abandoned: boolean;
}

/** When the parent of an invoking state was last entered, and how often each of its activities was started since. */
export interface Visit {
  readonly revision: number;
  readonly starts: Readonly<Record<string, number>>;
}

export type Visits = Readonly<Record<string, Visit>>;

export type Effect =
  | { readonly kind: "startActivity"; readonly activity: PendingActivity }
  | { readonly kind: "leaveActivity"; readonly activity: PendingActivity }
  | { readonly kind: "setTimer"; readonly timer: PendingTimer; readonly delayMs: number }
  | { readonly kind: "cancelTimer"; readonly timer: PendingTimer }
  | { readonly kind: "log"; readonly label: string | null; readonly value: unknown };

/** What is pending for an instance beside its snapshot. */
export interface Pending {
  readonly timers: readonly PendingTimer[];
  readonly activities: readonly PendingActivity[];
  readonly visits: Visits;
}

/** One macrostep, as XState left it. */
export interface Macrostep {
  readonly instanceId: string;
  /** The revision that its commit makes. */
  readonly revision: number;
  readonly nowMs: number;
  readonly before: AnyMachineSnapshot | null;
  readonly after: AnyMachineSnapshot;
  readonly actions: readonly ResolvedAction[];
}

/** Later due times than this are no dates any more (ECMA-262, 21.4.1.1). */
const DUE_AT_MS_MAX = 8.64e15;

/** Reads a macrostep: its effects in order, and what is pending after them. */
export function readEffects(
  chart: Chart,
  pending: Pending,
  macrostep: Macrostep,
): { effects: readonly Effect[]; pending: Pending } {
  const effects: Effect[] = [];
  const visits = readVisits(pending.visits, macrostep);
  let timers = readActions(pending.timers, macrostep, effects);
  const { activities, startedVisits } = readChildren(
    chart,
    { ...pending, visits },
    macrostep,
    effects,
  );

  // An end emits no cancel in every case: an instance in error keeps its timers and exits nothing.
  if (macrostep.after.status !== "active") {
    for (const timer of timers) effects.push({ kind: "cancelTimer", timer });
    timers = [];
  }
  return { effects, pending: { timers, activities, visits: startedVisits } };
}

function readVisits(visits: Visits, { actions, revision }: Macrostep): Visits {
  let next = visits;
  for (const action of actions) {
    if (action.type !== VISITED) continue;
    const { stateId } = action.params as { stateId: string };
    next = { ...next, [stateId]: { revision, starts: {} } };
  }
  return next;
}

function readActions(
  before: readonly PendingTimer[],
  macrostep: Macrostep,
  effects: Effect[],
): readonly PendingTimer[] {
  let timers = before;
  let count = 0;
  for (const action of macrostep.actions) {
    switch (action.type) {
      case "xstate.raise": {
        const timer = toTimer(action.params as Raise, macrostep, count);
        if (timer === null) break;
        count += 1;
        timers = [...timers, timer];
        effects.push({ kind: "setTimer", timer, delayMs: timer.dueAtMs - macrostep.nowMs });
        break;
      }
      case "xstate.cancel": {
        const { sendId } = action.params as { sendId: string };
        for (const timer of timers) {
          if (timer.sendId === sendId) effects.push({ kind: "cancelTimer", timer });
        }
        timers = timers.filter((timer) => timer.sendId !== sendId);
        break;
      }
      case "xstate.log": {
        const { label, value } = action.params as { label?: string; value: unknown };
        effects.push({ kind: "log", label: label ?? null, value });
        break;
      }
      // Seen in the difference of the children, or by readVisits.
      case "xstate.spawnChild":
      case "xstate.stopChild":
      case VISITED:
        break;
      default:
        throw new SagaError(
          "SAGA_TRANSITION_FAILED",
          `action "${action.type}" cannot be made durable; use an activity, a timer or an assign`,
        );
    }
  }
  return timers;
}

interface Raise {
  readonly event: EventObject;
  readonly id?: string;
  readonly delay?: unknown;
}

function toTimer(raise: Raise, macrostep: Macrostep, count: number): PendingTimer | null {
  const { event, id, delay } = raise;
  if (typeof delay !== "number") {
    // XState takes a delay that is no number for none, and the timeout would strike at once.
    if (event.type.startsWith("xstate.after.")) throw badDelay(event.type, delay);
    // Without one the event was consumed inside this same macrostep.
    return null;
  }
  const dueAtMs = macrostep.nowMs + Math.max(0, Math.ceil(delay));
  if (!(dueAtMs <= DUE_AT_MS_MAX)) throw badDelay(id ?? event.type, delay);
  return {
    timerId: `${macrostep.revision}.${count}`,
    sendId: id ?? null,
    event: normalize(event) as EventObject,
    dueAtMs,
  };
}

function badDelay(name: string, delay: unknown): SagaError {
  return new SagaError(
    "SAGA_TRANSITION_FAILED",
    `the delay of "${name}" is ${String(delay)}; give a number of milliseconds`,
  );
}

function readChildren(
  chart: Chart,
  pending: Pending,
  macrostep: Macrostep,
  effects: Effect[],
): { activities: readonly PendingActivity[]; startedVisits: Visits } {
  const { before, after } = macrostep;
  const children = after.status === "active" ? childrenOf(after) : {};
  const previous = before === null ? {} : childrenOf(before);
  const isLeft = (activity: PendingActivity): boolean =>
    !activity.abandoned && children[activity.activityId] !== previous[activity.activityId];

  const activities = pending.activities.map((activity) =>
    isLeft(activity) ? { ...activity, abandoned: true } : activity,
  );
  for (const activity of pending.activities) {
    if (isLeft(activity)) effects.push({ kind: "leaveActivity", activity });
  }

  let visits = pending.visits;
  for (const [activityId, ref] of Object.entries(children)) {
    if (ref !== undefined && previous[activityId] === ref) continue;
    const started = toActivity(chart, visits, macrostep, checkedChild(chart, activityId, ref));
    visits = started.visits;
    activities.push(started.activity);
    effects.push({ kind: "startActivity", activity: started.activity });
  }
  return { activities, startedVisits: visits };
}

// Lint sees what the chart draws; what `assign` and `enqueueActions` spawn is met only here.
function checkedChild(chart: Chart, childId: string, ref: AnyActorRef | undefined): AnyActorRef {
  if (ref === undefined) throw badChild(`child "${childId}" is of an actor that is not registered`);
  const { id, src } = ref as { id: string; src: unknown };
  if (typeof src !== "string" || !Object.hasOwn(chart.saga.activities, src)) {
    throw badChild(`child "${id}" is not of an activity; spawn one by its name`);
  }
  // XState keeps all children without an id under one and the same key.
  if (id !== childId) throw badChild(`a child of "${src}" was spawned without an id; give it one`);
  return ref;
}

function badChild(what: string): SagaError {
  return new SagaError("SAGA_TRANSITION_FAILED", what);
}

function toActivity(
  chart: Chart,
  visits: Visits,
  { instanceId, revision, after }: Macrostep,
  ref: AnyActorRef,
): { activity: PendingActivity; visits: Visits } {
  const invocation = chart.invocations.get(ref.id);
  const { input } = ref.getSnapshot() as { input: unknown };

  // A spawned child belongs to no state: each spawn is an operation of its own.
  const stateId = invocation?.visitedId ?? null;
  const visit = (stateId === null ? undefined : visits[stateId]) ?? { revision, starts: {} };
  const attempt = (visit.starts[ref.id] ?? 0) + 1;

  const activity: PendingActivity = {
    activityId: ref.id,
    generation: revision,
    src: ref.src as string,
    input: normalize(input),
    idempotencyKey: keyOf(chart, ref.id, {
      instanceId,
      context: after.context,
      visitRevision: visit.revision,
    }),
    attempt,
    abandoned: false,
  };
  const starts = { ...visit.starts, [ref.id]: attempt };
  return {
    activity,
    visits: stateId === null ? visits : { ...visits, [stateId]: { ...visit, starts } },
  };
}

/** The idempotency key of an operation that an instance begins. */
export function keyOf(
  { saga, invocations }: Chart,
  activityId: string,
  facts: { instanceId: string; context: unknown; visitRevision: number },
): string {
  const own = invocations.get(activityId)?.idempotencyKey ?? null;
  if (own !== null) return checkedKey(own(facts), activityId);
  return operationKey([saga.name, facts.instanceId, activityId, String(facts.visitRevision)]);
}

/** Parts are percent-encoded, so that the key reads back and fits into an HTTP header. */
function operationKey(parts: readonly string[]): string {
  return parts.map((part) => encodeURIComponent(part)).join("/");
}

const OWN_KEY_LENGTH_MAX = 500;

function checkedKey(key: unknown, activityId: string): string {
  if (typeof key === "string" && key.length > 0 && key.length <= OWN_KEY_LENGTH_MAX) return key;
  throw new SagaError(
    "SAGA_TRANSITION_FAILED",
    `meta.idempotencyKey of "${activityId}" gave ${JSON.stringify(key)}; give a string of 1-${OWN_KEY_LENGTH_MAX} characters`,
  );
}

function childrenOf(
  snapshot: AnyMachineSnapshot,
): Readonly<Record<string, AnyActorRef | undefined>> {
  return snapshot.children as Record<string, AnyActorRef | undefined>;
}
