/**
 * Parking: an event that comes before its time, of a type that its saga parks, is kept with its instance and
 * delivered once, in the order of arrival, as soon as a state takes it. Pure; the mover carries it out.
 *
 * What a state takes is asked of the same decision that an event from outside gets, guards included.
 */
import type { EventObject } from "xstate";
import { SagaError } from "../../errors.ts";
import { normalize } from "../../saga/codec.ts";
import type { Moment } from "../../saga/step.ts";
import { decide, toFault } from "./decide.ts";
import type { Decision, OuterDelivery } from "./decide.ts";
import type { Instance, ParkedEvent } from "../instance.ts";

/** Events that one instance keeps. Each is looked at after every transition; more is a client that is in the wrong saga. */
export const PARKED_EVENTS_MAX = 100;

/** What a chart does wrong, not the one who sent the event. */
const faults: ReadonlySet<string> = new Set([
  "SAGA_TRANSITION_FAILED",
  "SAGA_CONTEXT_NOT_SERIALIZABLE",
]);

interface Parkable {
  readonly event: EventObject;
  readonly source: Decision["source"];
  readonly eventId: string | null;
  readonly traceparent?: string | null;
}

/** A parked event, and what comes of it now. */
export interface Unparking {
  readonly parked: ParkedEvent;
  readonly decision: Decision;
}

/**
 * Like `decide`, but an event that no transition takes, of a type that the saga parks, is parked.
 *
 * @throws {SagaError} as `decide` does, and SAGA_PARKING_FULL if too many are parked already.
 */
export function decideOrPark(
  instance: Instance,
  delivery: OuterDelivery,
  moment: Moment,
): Decision {
  try {
    return decide(instance, delivery, moment) as Decision;
  } catch (error) {
    if (codeOf(error) !== "SAGA_EVENT_NOT_ACCEPTED" || delivery.kind !== "event") throw error;
    if (!instance.chart.saga.parks.includes(delivery.event.type)) throw error;
    return park(instance, delivery, moment);
  }
}

/**
 * The oldest parked event that something can be done with now, but for those that were `passed` by; null if
 * there is none. It is delivered if the state takes it, and stranded if the instance has ended; one that the
 * chart throws on is a fault, and stays.
 */
export function unpark(
  instance: Instance,
  moment: Moment,
  passed: ReadonlySet<number>,
): Unparking | null {
  for (const parked of instance.parked) {
    if (passed.has(parked.sequence)) continue;
    const decision = decideParked(instance, parked, moment);
    if (decision !== null) return { parked, decision };
  }
  return null;
}

/** What is parked after a decision. */
export function parkedAfter(before: Instance | null, decision: Decision): readonly ParkedEvent[] {
  const had = before?.parked ?? [];
  if (decision.unparked === undefined && decision.parked === undefined) return had;
  const left = had.filter(({ sequence }) => sequence !== decision.unparked);
  return decision.parked === undefined ? left : [...left, decision.parked];
}

/** @throws {SagaError} SAGA_PARKING_FULL if too many are parked already. */
export function park(
  instance: Instance,
  { event, source, eventId, traceparent = null }: Parkable,
  { revision, nowMs }: Moment,
): Decision {
  const { record, parked } = instance;
  if (parked.length >= PARKED_EVENTS_MAX) {
    throw new SagaError(
      "SAGA_PARKING_FULL",
      `${PARKED_EVENTS_MAX} events are parked for instance "${record.instanceId}" of saga "${record.saga}" already; send it again later`,
    );
  }
  // As it will be after a restart.
  const kept = normalize(event) as EventObject;
  return {
    ...unmoved(instance),
    source,
    event: kept,
    traceparent,
    verdict: "parked",
    parked: { sequence: revision, atMs: nowMs, eventId, traceparent, event: kept },
  };
}

function decideParked(instance: Instance, parked: ParkedEvent, moment: Moment): Decision | null {
  const { event, eventId, traceparent, sequence } = parked;
  const source = event.type.startsWith("saga.") ? "operator" : "client";
  const delivery = { kind: "event", source, event, eventId, traceparent } as const;
  const stays: Decision = { ...unmoved(instance), source, event, traceparent, verdict: "stranded" };
  try {
    return { ...(decide(instance, delivery, moment) as Decision), unparked: sequence };
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    if (code === "SAGA_INSTANCE_ENDED") return { ...stays, unparked: sequence };
    // Any other refusal is as it would be if the event came now: it stays where it is.
    return faults.has(code) ? toFault(instance, stays, error) : null;
  }
}

function unmoved({ standing, record }: Instance): Omit<Decision, "source" | "event" | "verdict"> {
  return {
    step: { next: standing, effects: [] },
    timerFired: null,
    effectFinished: null,
    fault: record.fault,
  };
}

function codeOf(error: unknown): SagaError["code"] | null {
  return error instanceof SagaError ? error.code : null;
}
