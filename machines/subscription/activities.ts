/**
 * The work behind the subscription saga's effects: one call each to payments or access.
 *
 * Every call carries the idempotency key of its operation, so that a repeated attempt has its effect
 * once. Undoing takes a missing id: the service then finds by the subscription what there is to undo.
 */
import { z } from "zod";
import type { Activities } from "../../src/index.ts";
import { callsTo, Id } from "../calls/call.ts";
import type { subscriptionMachine } from "./chart.ts";

/** The saga's activities against the services at `subscriptionUrl()`, which is asked for at every call. */
export function subscriptionActivities(
  subscriptionUrl: () => string,
): Activities<typeof subscriptionMachine> {
  const { post, postFor } = callsTo(subscriptionUrl);
  return {
    chargePeriod: postFor("/payments/charges", z.object({ paymentId: Id })),
    grantAccess: postFor("/access/grants", z.object({ accessId: Id })),
    closeAccess: post("/access/closings"),
    refundPeriod: post("/payments/refunds"),
    revokeAccess: post("/access/revocations"),
  };
}
