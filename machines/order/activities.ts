/**
 * The work behind the order saga's effects: one call to the shop each.
 *
 * Every call carries the idempotency key of its operation, so that a repeated attempt has its effect
 * once. Undoing takes a missing id: the shop then finds by the order what there is to undo.
 */
import { z } from "zod";
import type { Activities } from "../../src/index.ts";
import { Id, callsTo } from "../calls/call.ts";
import type { orderMachine } from "./chart.ts";

const Reserved = z.object({ reservationId: Id });
const Charged = z.object({ paymentId: Id });
const Shipped = z.object({ shipmentId: Id });

/** The saga's activities against the shop at `shopUrl()`, which is asked for at every call. */
export function orderActivities(shopUrl: () => string): Activities<typeof orderMachine> {
  const { post, postFor } = callsTo(shopUrl);
  return {
    reserveInventory: postFor("/inventory/reservations", Reserved),
    chargePayment: postFor("/payments/charges", Charged),
    createShipment: postFor("/shipping/shipments", Shipped),
    notifyCustomer: post("/notifications"),
    cancelShipment: post("/shipping/cancellations"),
    refundPayment: post("/payments/refunds"),
    releaseInventory: post("/inventory/releases"),
  };
}
