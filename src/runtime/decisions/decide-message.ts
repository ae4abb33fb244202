/**
 * Decisions about messages between instances: taken, parked, or told as what nobody takes. Pure, like all
 * decisions; each takes its message off in its commit, so it is delivered exactly once.
 */
import type { EventObject } from "xstate";
import { decode } from "../../saga/codec.ts";
import { advance, hear } from "../../saga/step.ts";
import type { Moment } from "../../saga/step.ts";
import { stop } from "../../saga/terminate.ts";
import type { StoredMessage } from "../../store/family.ts";
import { isWaiting } from "./begin.ts";
import { applied, faulted } from "./decide.ts";
import type { Decision } from "./decide.ts";
import { hasEnded } from "./family-rows.ts";
import type { Instance } from "../instance.ts";
import { checkMoves, checkNotEnded } from "./operate.ts";
import { park } from "./park.ts";

/**
 * What a message does to its receiver; null if it is of no use any more: news of a child that was left, a stop of
 * what has ended.
 *
 * @throws {SagaError} SAGA_INSTANCE_ENDED for an event to an instance that has ended, SAGA_INSTANCE_SUSPENDED.
 */
export function decideMessage(
  instance: Instance,
  message: StoredMessage,
  moment: Moment,
): Decision | null {
  if (message.kind !== "event" && hasEnded(instance)) return null;
  checkNotEnded(instance);
  // Its parent ends it as an operator may, whether it holds still or not.
  if (message.kind !== "stop") checkMoves(instance);

  const event = decode(message.event) as EventObject;
  const { traceparent, from: sender } = message;
  const common = { event, traceparent, sender, messageTaken: message.position };
  const source = message.kind === "news" ? "child" : "message";
  try {
    const decision = toDecision(instance, { message, event }, moment);
    return decision && { ...decision, ...common, source };
  } catch (error) {
    const { event: told, traceparent: trace } = common;
    return { ...faulted(instance, error), event: told, traceparent: trace, sender, source };
  }
}

/** What a message that nobody can take does to its sender: it is told in the journal. */
export function decideBounce(instance: Instance, message: StoredMessage): Decision {
  return {
    ...unmoved(instance),
    verdict: "undeliverable",
    source: "message",
    event: decode(message.event) as EventObject,
    traceparent: message.traceparent,
    sender: message.to,
    messageTaken: message.position,
  };
}

function toDecision(
  instance: Instance,
  { message, event }: { message: StoredMessage; event: EventObject },
  moment: Moment,
): Omit<Decision, "source" | "event"> | null {
  const { chart, standing } = instance;
  switch (message.kind) {
    case "stop":
      return { ...applied(stop(standing)), suspended: null };
    case "news": {
      if (message.about === null) throw new Error("news are of a child");
      const step = hear(chart, standing, { child: message.about, event }, moment);
      return step && applied(step);
    }
    case "event": {
      // One that waits to begin is in no state that could take it.
      const step = isWaiting(instance.record) ? null : advance(chart, standing, event, moment);
      if (step !== null) return applied(step);
      if (!chart.saga.parks.includes(event.type)) {
        return { ...unmoved(instance), verdict: "unhandled" };
      }
      const { traceparent } = message;
      return park(instance, { event, source: "message", eventId: null, traceparent }, moment);
    }
  }
}

function unmoved({ standing, record }: Instance): Omit<Decision, "source" | "event" | "verdict"> {
  return { ...applied({ next: standing, effects: [] }), fault: record.fault };
}
