/**
 * Decisions: what comes of a delivery to an instance. Pure; the runtime carries them out.
 */
import { SagaError } from "../errors.ts";
import { acceptedEvents } from "../saga/accepts.ts";
import { encode, decode } from "../saga/codec.ts";
import type { PendingActivity } from "../saga/effect.ts";
import { isEndPhase } from "../saga/phase.ts";
import { advance, fire, settle, toEvent, without } from "../saga/step.ts";
import type { Moment, Outcome, Step } from "../saga/step.ts";
import type { EffectRef, EventSource, JournalEntry } from "../store/store.ts";
import type { Instance } from "./instance.ts";
import type { AnyEventObject, EventObject } from "xstate";

/** What can come to an instance that exists. */
export type Delivery =
  | {
      readonly kind: "event";
      readonly source: "client" | "operator";
      readonly event: EventObject;
      readonly eventId: string | null;
    }
  | { readonly kind: "timer"; readonly timerId: string }
  | { readonly kind: "outcome"; readonly effect: EffectRef; readonly outcome: Outcome }
  /** The lease of an abandoned attempt is over: it will not take effect any more. */
  | { readonly kind: "lapse"; readonly effect: EffectRef };

/** A step with what its commit must find, and what the journal says of it. */
export interface Decision {
  readonly step: Step;
  readonly source: EventSource;
  readonly event: EventObject;
  readonly verdict: JournalEntry["verdict"];
  readonly timerFired: string | null;
  readonly effectFinished: EffectRef | null;
  /** Why the chart could not take an internal event; null when it could. */
  readonly fault: string | null;
}

/**
 * Decides what a delivery does; null if what it comes from is no more, and nothing is to be done.
 *
 * @throws {SagaError} SAGA_INSTANCE_ENDED, SAGA_EVENT_NOT_ACCEPTED, SAGA_TRANSITION_FAILED for an event from outside.
 */
export function decide(instance: Instance, delivery: Delivery, moment: Moment): Decision | null {
  switch (delivery.kind) {
    case "event":
      return decideEvent(instance, delivery, moment);
    case "timer":
      return decideTimer(instance, delivery.timerId, moment);
    case "outcome":
      return decideOutcome(instance, delivery, moment);
    case "lapse":
      return decideLapse(instance, delivery.effect);
  }
}

function decideEvent(
  { chart, record, standing }: Instance,
  { event, source }: Delivery & { kind: "event" },
  moment: Moment,
): Decision {
  if (isEndPhase(record.phase)) {
    throw new SagaError(
      "SAGA_INSTANCE_ENDED",
      `instance "${record.instanceId}" of saga "${record.saga}" has ended as ${record.phase}`,
      { details: { accepts: [] } },
    );
  }
  // The event as the journal keeps it, so that what an assign takes from it is what a restart finds.
  const taken = decode(encode(event)) as AnyEventObject;
  const step = advance(chart, standing, taken, moment);
  if (step === null) {
    const accepts = acceptedEvents(chart, standing.snapshot);
    throw new SagaError(
      "SAGA_EVENT_NOT_ACCEPTED",
      `saga "${record.saga}" takes no event "${event.type}" in state "${record.state}"`,
      { details: { accepts } },
    );
  }
  return { ...applied(step), source, event: taken };
}

function decideTimer(instance: Instance, timerId: string, moment: Moment): Decision | null {
  const { chart, standing } = instance;
  const timer = standing.timers.find((candidate) => candidate.timerId === timerId);
  if (timer === undefined) return null;
  const common = { source: "timer", event: timer.event } as const;
  try {
    const step = fire(chart, standing, timerId, moment);
    return step && { ...applied(step), ...common, timerFired: timerId };
  } catch (error) {
    return { ...faulted(instance, error), ...common };
  }
}

function decideOutcome(
  instance: Instance,
  { effect, outcome }: Delivery & { kind: "outcome" },
  moment: Moment,
): Decision | null {
  const { chart, standing } = instance;
  const activity = findActivity(instance, effect);
  if (activity === undefined) return null;
  if (activity.abandoned) return late(instance, activity, outcome);

  const common = { source: "activity", event: toEvent(activity.activityId, outcome) } as const;
  try {
    const step = settle(chart, standing, { activity, outcome }, moment);
    return { ...applied(step), ...common, effectFinished: effect };
  } catch (error) {
    return { ...faulted(instance, error), ...common };
  }
}

function decideLapse(instance: Instance, effect: EffectRef): Decision | null {
  const activity = findActivity(instance, effect);
  if (activity === undefined || !activity.abandoned) return null;
  return late(instance, activity, { kind: "error", error: "the lease of the attempt lapsed" });
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

function applied(step: Step): Omit<Decision, "source" | "event"> {
  return { step, verdict: "applied", timerFired: null, effectFinished: null, fault: null };
}

// Nobody waits for an answer who could be told. The instance stays where it is, visibly stuck, and what
// it could not take stays in its table, to be delivered again.
function faulted(instance: Instance, error: unknown): Omit<Decision, "source" | "event"> {
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
