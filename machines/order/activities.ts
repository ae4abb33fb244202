/**
 * The work behind the order saga's effects: one call to the shop each.
 *
 * Every call carries the idempotency key of its operation, so that a repeated attempt has its effect
 * once. Undoing takes a missing id: the shop then finds by the order what there is to undo.
 */
import { z } from "zod";
import type { Activities, ActivityArguments } from "../../src/index.ts";
import type { orderMachine } from "./chart.ts";
import { post, postFor } from "./shop-client.ts";
import type { ShopCall } from "./shop-client.ts";

// Longer than any service's id; a snapshot keeps it.
const Id = z.string().min(1).max(200);
const Reserved = z.object({ reservationId: Id });
const Charged = z.object({ paymentId: Id });
const Shipped = z.object({ shipmentId: Id });

/** The saga's activities against the shop at `shopUrl()`, which is asked for at every call. */
export function orderActivities(shopUrl: () => string): Activities<typeof orderMachine> {
  return {
    reserveInventory: async (activity) =>
      postFor(shopUrl(), callOf("/inventory/reservations", activity), Reserved),
    chargePayment: async (activity) =>
      postFor(shopUrl(), callOf("/payments/charges", activity), Charged),
    createShipment: async (activity) =>
      postFor(shopUrl(), callOf("/shipping/shipments", activity), Shipped),
    notifyCustomer: async (activity) => {
      await post(shopUrl(), callOf("/notifications", activity));
    },
    cancelShipment: async (activity) => {
      await post(shopUrl(), callOf("/shipping/cancellations", activity));
    },
    refundPayment: async (activity) => {
      await post(shopUrl(), callOf("/payments/refunds", activity));
    },
    releaseInventory: async (activity) => {
      await post(shopUrl(), callOf("/inventory/releases", activity));
    },
  };
}

function callOf(
  path: ShopCall["path"],
  { input, idempotencyKey, correlationId, traceparent, signal }: ActivityArguments<object>,
): ShopCall {
  return { path, body: input, idempotencyKey, correlationId, traceparent, signal };
}
