/**
 * Decisions: what comes of a delivery to an instance. Pure; the runtime carries them out.
 */
import { SagaError } from "../../errors.ts";
import { acceptedEvents, refusalOf } from "../../saga/accepts.ts";
import { normalize } from "../../saga/codec.ts";
import type { PendingActivity } from "../../saga/effect.ts";
import type { ChildRef } from "../../saga/effect.ts";
import { advance, fire, hear, settle, toEvent, without } from "../../saga/step.ts";
import type { Phase } from "../../saga/phase.ts";
import type { Moment, Outcome, Step } from "../../saga/step.ts";
import type {
  EffectRef,
  EventSource,
  InstanceKey,
  JournalEntry,
  Limited,
  OperationRecord,
  Suspension,
} from "../../store/store.ts";
import { decideBegin, decideWaiting, isWaiting } from "./begin.ts";
import type { Instance, ParkedEvent } from "../instance.ts";
import { checkNotEnded, checkNotSuspended, operate } from "./operate.ts";
import type { Operation } from "../operators/operation.ts";
import type { AnyEventObject, EventObject } from "xstate";

/** What can come to an instance that exists. */
export type Delivery =
  | {
      readonly kind: "event";
      readonly source: "client" | "operator";
      readonly event: EventObject;
      readonly eventId: string | null;
      /** Valid W3C trace context that came with it. */
      readonly traceparent?: string | null;
    }
  | { readonly kind: "timer"; readonly timerId: string }
  | {
      readonly kind: "outcome";
      readonly effect: EffectRef;
      readonly outcome: Outcome;
      /** Until when another attempt of it, lost with its process, may still take effect; absent or null: there is none. */
      readonly lostUntilMs?: number | null;
    }
  | {
      readonly kind: "operation";
      readonly operation: Operation;
      /** The chart's event for it, as its schema gave it; null if the operation is the runtime's own. */
      readonly event: EventObject | null;
      readonly eventId: string | null;
    }
  /** There is room under the limit of instances for one that waits, which was started with that input. */
  | { readonly kind: "begin"; readonly input: unknown }
  /** The lease of an abandoned attempt is over: it will not take effect any more. */
  | { readonly kind: "lapse"; readonly effect: EffectRef }
  /** A child that the process hosts has sent an event, shown a snapshot, or ended. */
  | { readonly kind: "child"; readonly child: ChildRef; readonly event: EventObject }
  /** An action failed, or (null) was performed after it had. */
  | { readonly kind: "action"; readonly action: string; readonly failure: string | null };

/** Deliveries that somebody waits for an answer to. */
export type OuterDelivery = Delivery & { readonly kind: "event" | "operation" };

/** Deliveries from inside: they are brought again until they are taken. */
export type InnerDelivery = Exclude<Delivery, OuterDelivery>;

/** A step with what its commit must find, and what the journal says of it. */
export interface Decision {
  readonly step: Step;
  readonly source: EventSource;
  readonly event: EventObject;
  /** W3C trace context that came with the event from outside; absent or null if none did. */
  readonly traceparent?: string | null;
  readonly verdict: JournalEntry["verdict"];
  readonly timerFired: string | null;
  readonly effectFinished: EffectRef | null;
  /** The effect whose attempt is over, while another, lost with its process, may still take effect. */
  readonly effectReleased?: EffectRef;
  /** The event, if it is parked by this decision. */
  readonly parked?: ParkedEvent;
  /** Sequence of the parked event that this event is. */
  readonly unparked?: number;
  /** Position of the message that this event is. */
  readonly messageTaken?: number;
  /** Who sent that message. */
  readonly sender?: InstanceKey;
  /** Why the chart could not take an internal event; null when it could. */
  readonly fault: string | null;
  /** Absent if no operator did it. */
  readonly operation?: OperationRecord;
  /** Absent: as before. */
  readonly suspended?: Suspension | null;
  /** Where the instance stands under the limit of instances. Absent: as before. */
  readonly limited?: Limited | null;
  /** The phase, if the chart has none to tell since it has not begun. */
  readonly phase?: Phase;
}

/**
 * Decides what a delivery does; null if what it comes from is no more, and nothing is to be done.
 *
 * @throws {SagaError} SAGA_INSTANCE_ENDED, SAGA_EVENT_NOT_ACCEPTED, SAGA_TRANSITION_FAILED for an event from outside.
 * @throws {SagaError} SAGA_INSTANCE_SUSPENDED for whatever has to wait until the instance is resumed.
 */
export function decide(instance: Instance, delivery: Delivery, moment: Moment): Decision | null {
  checkNotSuspended(instance, delivery);
  switch (delivery.kind) {
    case "event":
      return decideEvent(instance, delivery, moment);
    case "operation":
      return decideOperation(instance, delivery, moment);
    case "timer":
      return decideTimer(instance, delivery.timerId, moment);
    case "outcome":
      return decideOutcome(instance, delivery, moment);
    case "lapse":
      return decideLapse(instance, delivery.effect);
    case "child":
      return decideChild(instance, delivery, moment);
    case "action":
      return decideAction(instance, delivery);
    case "begin":
      return decideBeginning(instance, delivery.input, moment);
  }
}

function decideBeginning(instance: Instance, input: unknown, moment: Moment): Decision | null {
  try {
    return decideBegin(instance, input, moment);
  } catch (error) {
    const event = { type: "xstate.init", input } as EventObject;
    return { ...faulted(instance, error), source: "start", event };
  }
}

function decideEvent(
  instance: Instance,
  { event, source, traceparent = null }: Delivery & { kind: "event" },
  moment: Moment,
): Decision {
  const { chart, record, standing } = instance;
  checkNotEnded(instance);
  // The event as the journal keeps it, so that what an assign takes from it is what a restart finds.
  const taken = normalize(event) as AnyEventObject;
  if (isWaiting(record)) return { ...decideWaiting(instance, taken), traceparent };
  const step = advance(chart, standing, taken, moment);
  if (step === null) {
    const accepts = acceptedEvents(chart, standing.snapshot);
    const { why, guards } = refusalOf(chart, standing.snapshot, taken);
    const cause = why === "guard" ? `: no by ${guards.join(", ")}` : "";
    throw new SagaError(
      "SAGA_EVENT_NOT_ACCEPTED",
      `saga "${record.saga}" takes no event "${event.type}" in state "${record.state}"${cause}`,
      { details: { why, ...(why === "guard" && { guards }), accepts } },
    );
  }
  return { traceparent, ...moved(step, source, taken) };
}

function decideOperation(
  instance: Instance,
  { operation, event }: Delivery & { kind: "operation" },
  moment: Moment,
): Decision {
  if (event === null) return operate(instance, operation, moment.nowMs);
  const decision = decideEvent(
    instance,
    { kind: "event", source: "operator", event, eventId: null },
    moment,
  );
  return { ...decision, operation: operation.record };
}

/** Whether a timer is brought before its due time: the clock was set back meanwhile. */
export function isEarly({ standing }: Instance, delivery: Delivery, nowMs: number): boolean {
  if (delivery.kind !== "timer") return false;
  const timer = standing.timers.find(({ timerId }) => timerId === delivery.timerId);
  return timer !== undefined && timer.dueAtMs > nowMs;
}

function decideTimer(instance: Instance, timerId: string, moment: Moment): Decision | null {
  const { chart, standing } = instance;
  const timer = standing.timers.find((candidate) => candidate.timerId === timerId);
  if (timer === undefined) return null;
  try {
    const step = fire(chart, standing, timerId, moment);
    return step && moved(step, "timer", timer.event, { timerFired: timerId });
  } catch (error) {
    return { ...faulted(instance, error), source: "timer", event: timer.event };
  }
}

function decideOutcome(
  instance: Instance,
  { effect, outcome, lostUntilMs }: Delivery & { kind: "outcome" },
  moment: Moment,
): Decision | null {
  const { chart, standing } = instance;
  const activity = findActivity(instance, effect);
  if (activity === undefined) return null;
  if (activity.abandoned) return late(instance, activity, outcome);

  const event = toEvent(activity.activityId, outcome);
  // Whoever hears of a failure may undo, and the attempt before it may yet take effect: undo waits for that one.
  const isUndone = chart.saga.compensations[activity.src] != null;
  const isAbout = outcome.kind === "error" && isUndone && (lostUntilMs ?? 0) > moment.nowMs;
  try {
    const step = settle(chart, standing, { activity, outcome, event, isAbout }, moment);
    if (isAbout) return { ...moved(step, "activity", event), effectReleased: effect };
    return moved(step, "activity", event, { effectFinished: effect });
  } catch (error) {
    return { ...faulted(instance, error), source: "activity", event };
  }
}

function decideLapse(instance: Instance, effect: EffectRef): Decision | null {
  const activity = findActivity(instance, effect);
  if (activity === undefined || !activity.abandoned) return null;
  return late(instance, activity, { kind: "error", error: "the lease of the attempt lapsed" });
}

function decideChild(
  instance: Instance,
  { child, event }: Delivery & { kind: "child" },
  moment: Moment,
): Decision | null {
  const { chart, standing } = instance;
  // What the process hosts speaks of itself at once, so nothing of it can be under way when it is left.
  const isLive = standing.children.some(
    ({ childId, generation }) => childId === child.childId && generation === child.generation,
  );
  if (!isLive) return null;
  const common = { source: "child", event: normalize(event) as AnyEventObject } as const;
  try {
    const step = hear(chart, standing, { child, event: common.event }, moment);
    return step && { ...applied(step), ...common };
  } catch (error) {
    return { ...faulted(instance, error), ...common };
  }
}

function decideAction(
  instance: Instance,
  { action, failure }: Delivery & { kind: "action" },
): Decision | null {
  const common = { source: "action", event: { type: action } } as const;
  if (failure === null) {
    const isOurs = instance.record.fault?.startsWith(`action "${action}"`) ?? false;
    return isOurs ? { ...applied({ next: instance.standing, effects: [] }), ...common } : null;
  }
  return {
    ...applied({ next: instance.standing, effects: [] }),
    ...common,
    verdict: "failed",
    fault: `action "${action}" failed: ${failure}`,
  };
}

// The chart has gone on: the result is told in the journal and changes nothing.
function late(instance: Instance, activity: PendingActivity, outcome: Outcome): Decision {
  return {
    ...applied({ next: without(instance.standing, activity), effects: [] }),
    source: "activity",
    event: toEvent(activity.activityId, outcome),
    verdict: "late",
    effectFinished: { activityId: activity.activityId, generation: activity.generation },
    fault: instance.record.fault,
  };
}

// Spelled out, since it is made at each step: two objects put together into one with more properties cost V8 2.8 µs.
function moved(
  step: Step,
  source: EventSource,
  event: EventObject,
  {
    timerFired = null,
    effectFinished = null,
  }: Partial<Pick<Decision, "timerFired" | "effectFinished">> = NOTHING_FOUND,
): Decision {
  return {
    step,
    source,
    event,
    verdict: "applied",
    timerFired,
    effectFinished,
    fault: null,
  };
}

const NOTHING_FOUND = {};

export function applied(step: Step): Omit<Decision, "source" | "event"> {
  return { step, verdict: "applied", timerFired: null, effectFinished: null, fault: null };
}

// Nobody waits for an answer who could be told. The instance stays where it is, visibly stuck, and what
// it could not take stays in its table, to be delivered again.
export function faulted(instance: Instance, error: unknown): Omit<Decision, "source" | "event"> {
  if (!(error instanceof SagaError)) throw error;
  return {
    ...applied({ next: instance.standing, effects: [] }),
    verdict: "failed",
    fault: error.message,
  };
}

/** The decision that is left when the one that was made cannot be stored. */
export function toFault(instance: Instance, decision: Decision, error: unknown): Decision {
  return { ...faulted(instance, error), source: decision.source, event: decision.event };
}

function findActivity(
  { standing }: Instance,
  { activityId, generation }: EffectRef,
): PendingActivity | undefined {
  return standing.activities.find(
    (activity) => activity.activityId === activityId && activity.generation === generation,
  );
}
