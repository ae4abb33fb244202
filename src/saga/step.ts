/**
 * Steps: the pure heart. `start` and `advance` compute what one event makes of an instance, and write
 * nothing, run nothing, and ask no clock: time comes in, effects come out as data.
 */
import type { AnyEventObject, AnyMachineSnapshot, EventObject } from "xstate";
import { SagaError } from "../errors.ts";
import { isForbidding } from "./accepts.ts";
import type { Chart } from "./chart.ts";
import { normalize, normalizeError } from "./codec.ts";
import type { ChildRef, Effect, Macrostep, Pending, PendingActivity } from "./effect.ts";
import { explainFrozen } from "./freeze.ts";
import { readEffects } from "./read-effects.ts";
import { createScope } from "./scope.ts";
import type { InertScope } from "./scope.ts";
import { findChild, send } from "./send.ts";
import { settled } from "./snapshot.ts";

/** Timers and activities of one instance. Each is a row, read and kept in memory with it; a chart that loops could start them without end. */
export const PENDING_EFFECTS_MAX = 1_000;

/** Where an instance stands: its snapshot, and all that is pending. Immutable. */
export interface Standing extends Pending {
  readonly snapshot: AnyMachineSnapshot;
}

/** A computed transition, before its commit. */
export interface Step {
  readonly next: Standing;
  /** In order. */
  readonly effects: readonly Effect[];
}

/** When a step happens, and to whom. */
export interface Moment {
  readonly instanceId: string;
  /** The revision that the step's commit makes. */
  readonly revision: number;
  readonly nowMs: number;
  /** The id by which its parent knows the instance; absent if it has no parent. */
  readonly childId?: string | undefined;
}

/** The result of an activity's attempt. */
export type Outcome =
  | { readonly kind: "done"; readonly output: unknown }
  | { readonly kind: "error"; readonly error: unknown };

/**
 * The first step of a new instance.
 *
 * @throws {SagaError} SAGA_TRANSITION_FAILED if the chart throws, SAGA_CONTEXT_NOT_SERIALIZABLE if an input does not store.
 */
export function start(chart: Chart, input: unknown, moment: Moment): Step {
  const inert = scopeOf(moment);
  const after = chart.machine.getInitialSnapshot(inert.scope, input) as AnyMachineSnapshot;
  // Not an end but a fault: nothing has happened yet, so the caller may hear of it.
  if (after.status === "error") throw transitionFailed(chart, "xstate.init", after.error);
  const empty: Pending = { timers: [], activities: [], children: [], visits: {} };
  const macrostep = { before: null, after, actions: inert.actions, ...moment };
  return toStep(chart, empty, macrostep, "xstate.init");
}

/**
 * The step that `event` causes; null if no transition takes it.
 *
 * @throws {SagaError} SAGA_TRANSITION_FAILED if the chart throws: the instance stays as it was.
 */
export function advance(
  chart: Chart,
  current: Standing,
  event: EventObject,
  moment: Moment,
): Step | null {
  // XState would still run the handlers of the root.
  if (current.snapshot.status !== "active") return null;
  const inert = scopeOf(moment);
  const after = transition(chart, current.snapshot, event, inert);
  if (
    after === current.snapshot &&
    inert.actions.length === 0 &&
    chart.machine.getTransitionData(current.snapshot as never, event as never).every(isForbidding)
  ) {
    return null;
  }
  const macrostep = { before: current.snapshot, after, actions: inert.actions, ...moment };
  return toStep(chart, current, macrostep, event.type);
}

/** The step that a due timer causes. A timer that no transition takes is spent all the same. */
export function fire(
  chart: Chart,
  current: Standing,
  timerId: string,
  moment: Moment,
): Step | null {
  const timer = current.timers.find((candidate) => candidate.timerId === timerId);
  if (timer === undefined) return null;
  const spent = { ...current, timers: current.timers.filter((candidate) => candidate !== timer) };
  if (timer.to !== null) {
    const { effects, children } = send(chart, spent.children, { to: timer.to, event: timer.event });
    return { next: { ...spent, children }, effects };
  }
  return advance(chart, spent, timer.event, moment) ?? { next: spent, effects: [] };
}

/** An outcome, and XState's event for it if that was made already. */
export interface Settlement {
  readonly activity: PendingActivity;
  readonly outcome: Outcome;
  readonly event?: EventObject;
  /** Whether another attempt, lost with its process, may still take effect: then the activity is left, and not over. */
  readonly isAbout?: boolean;
}

/** The step that an attempt's outcome causes. The activity must be live in `current`. */
export function settle(
  chart: Chart,
  current: Standing,
  { activity, outcome, event = toEvent(activity.activityId, outcome), isAbout }: Settlement,
  moment: Moment,
): Step {
  // XState itself takes a stale result for a new one.
  if (activity.abandoned || !current.activities.includes(activity)) {
    throw new Error(`activity "${activity.activityId}" is not live`);
  }
  const spent = isAbout ? leaving(current, activity) : without(current, activity);
  const step = advance(chart, spent, event, moment) ?? { next: spent, effects: [] };
  return isAbout
    ? { ...step, effects: [{ kind: "leaveActivity", activity }, ...step.effects] }
    : step;
}

/**
 * The step that news of a child cause: an event that it sent, a snapshot, or its end. Null if it comes too late.
 *
 * That a child is done is told even if the chart has left it meanwhile, unless another has taken its id since
 * (SCXML, 6.4: what was sent stays sent); its failure counts only while the chart waits for it.
 */
export function hear(
  chart: Chart,
  current: Standing,
  { child: ref, event }: { readonly child: ChildRef; readonly event: EventObject },
  moment: Moment,
): Step | null {
  const child = findChild(current.children, ref);
  const isDone = event.type === `xstate.done.actor.${ref.childId}`;
  const isSuperseded = current.children.some(
    ({ childId, generation }) => childId === ref.childId && generation > ref.generation,
  );
  if (child === undefined && (!isDone || isSuperseded)) return null;
  const isOver = isDone || event.type === `xstate.error.actor.${ref.childId}`;
  const children = isOver ? current.children.filter((one) => one !== child) : current.children;
  const spent = { ...current, children };
  return advance(chart, spent, event, moment) ?? { next: spent, effects: [] };
}

/** What is left of `current` when an activity needs no more waiting for. */
export function without(current: Standing, activity: PendingActivity): Standing {
  const { snapshot, timers, children, visits } = current;
  const activities = current.activities.filter((candidate) => candidate !== activity);
  // Spelled out, as in each step: whoever reads a standing meets one shape of it.
  return { snapshot, timers, activities, children, visits };
}

/** `current` with an activity whose result counts no more, and which may still take effect. */
function leaving(current: Standing, activity: PendingActivity): Standing {
  const left = { ...activity, abandoned: true };
  return {
    ...current,
    activities: current.activities.map((one) => (one === activity ? left : one)),
  };
}

/** XState's event for the outcome of an invoked actor. */
export function toEvent(activityId: string, outcome: Outcome): AnyEventObject {
  switch (outcome.kind) {
    case "done":
      return {
        type: `xstate.done.actor.${activityId}`,
        output: normalize(outcome.output),
        actorId: activityId,
      };
    case "error":
      return {
        type: `xstate.error.actor.${activityId}`,
        error: normalizeError(outcome.error),
        actorId: activityId,
      };
  }
}

function scopeOf({ instanceId, revision, childId }: Moment): InertScope {
  return createScope({ instanceId, revision, childId });
}

function transition(
  chart: Chart,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
  { scope }: InertScope,
): AnyMachineSnapshot {
  try {
    return chart.machine.transition(snapshot as never, event, scope as never) as AnyMachineSnapshot;
  } catch (error) {
    const hint = explainFrozen(error, snapshot.context);
    throw transitionFailed(chart, event.type, error, hint);
  }
}

function toStep(chart: Chart, pending: Pending, macrostep: Macrostep, eventType: string): Step {
  try {
    const { effects, pending: left } = readEffects(chart, pending, macrostep);
    checkPending(pending, left);
    const { timers, activities, children, visits } = left;
    // Spelled out: to add to what was spread costs V8 ten times as much.
    const next = { snapshot: settled(macrostep.after), timers, activities, children, visits };
    return { next, effects };
  } catch (error) {
    throw transitionFailed(chart, eventType, error);
  }
}

function checkPending(before: Pending, after: Pending): void {
  const count = pendingOf(after);
  if (count <= PENDING_EFFECTS_MAX || count <= pendingOf(before)) return;
  throw new Error(
    `${count} timers and activities would be pending, at most ${PENDING_EFFECTS_MAX} may be; use an instance for each of what they are for`,
  );
}

function pendingOf({ timers, activities }: Pending): number {
  return timers.length + activities.length;
}

function transitionFailed(
  chart: Chart,
  eventType: string,
  cause: unknown,
  hint: string | null = null,
): SagaError {
  if (cause instanceof SagaError) return cause;
  const what = cause instanceof Error ? cause.message : String(cause);
  const reason = hint === null ? what : `${what}; ${hint}`;
  return new SagaError(
    "SAGA_TRANSITION_FAILED",
    `saga "${chart.saga.name}" threw on event "${eventType}": ${reason}`,
    { cause },
  );
}
