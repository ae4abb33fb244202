/** Deliveries: how they are checked when they come from outside, and what telemetry calls them. */
import { declaredEvents } from "../../saga/accepts.ts";
import type { Chart } from "../../saga/chart.ts";
import type { Delivery, OuterDelivery } from "./decide.ts";
import { checkEvent } from "../incoming.ts";
import type { Transaction } from "../attempts/transact.ts";

/**
 * The delivery with its event as the event's schema gives it.
 *
 * @throws {SagaError} SAGA_EVENT_INVALID
 */
export async function checkDelivery(chart: Chart, delivery: OuterDelivery): Promise<OuterDelivery> {
  const { event } = delivery;
  // An operation that the saga does not draw is refused for its state, like one that this state does not.
  const isDrawn = event !== null && declaredEvents(chart).includes(event.type);
  if (event === null || (delivery.kind === "operation" && !isDrawn)) return delivery;
  return { ...delivery, event: await checkEvent(chart, event) };
}

export function nameOf(delivery: Delivery | Transaction): string {
  switch (delivery.kind) {
    case "event":
      return `event ${delivery.event.type}`;
    case "operation":
      return `operation ${delivery.operation.name}`;
    case "timer":
      return `timer ${delivery.timerId}`;
    case "child":
      return `event ${delivery.event.type} of child ${delivery.child.childId}`;
    case "action":
      return `action ${delivery.action}`;
    case "begin":
      return "begin";
    case "outcome":
    case "transaction":
    case "lapse": {
      const { activityId, generation } = delivery.effect;
      return `${delivery.kind} of ${activityId} of revision ${generation}`;
    }
  }
}
