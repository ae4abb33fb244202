/**
 * The work behind the subscription saga's effects: one call each to payments or access.
 *
 * Every call carries the idempotency key of its operation, so that a repeated attempt has its effect
 * once. Undoing takes a missing id: the service then finds by subscription and period what there is to undo.
 */
import { z } from "zod";
import type { Activities } from "../../src/index.ts";
import { callsTo, Id } from "../calls/call.ts";
import type { subscriptionMachine } from "./chart.ts";

const Charged = z.object({ paymentId: Id });

/** The saga's activities against the services at `subscriptionUrl()`, which is asked for at every call. */
export function subscriptionActivities(
  subscriptionUrl: () => string,
): Activities<typeof subscriptionMachine> {
  const { post, postFor } = callsTo(subscriptionUrl);
  return {
    chargeFirstPeriod: postFor("/payments/charges", Charged),
    grantAccess: postFor("/access/grants", z.object({ accessId: Id })),
    renewPeriod: postFor("/payments/charges", Charged),
    closeAccess: post("/access/closings"),
    refundRenewal: post("/payments/refunds"),
    revokeAccess: post("/access/revocations"),
    refundFirstPeriod: post("/payments/refunds"),
  };
}
