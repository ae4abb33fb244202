/** The subscription saga: its chart, its activities against payments and access, what undoes them, and who may send it what. */
import { z } from "zod";
import { defineSaga } from "../../src/index.ts";
import type { Saga } from "../../src/index.ts";
import { AttemptDelaysInput } from "../calls/attempt-delays.ts";
import { servicesUrlOf } from "../calls/services-url.ts";
import { subscriptionActivities } from "./activities.ts";
import { subscriptionMachine } from "./chart.ts";

// Yearly plans, and no typing error that charges in a century.
const WaitMs = z
  .int()
  .min(1)
  .max(366 * 24 * 60 * 60_000);

const SubscriptionInput = z.strictObject({
  customerId: z.string().min(1).max(200),
  planId: z.string().min(1).max(64),
  amountCents: z.int().min(1),
  periodsMax: z.int().min(1).max(1_200).optional(),
  delays: AttemptDelaysInput.extend({
    periodMs: WaitMs.optional(),
    dunningMs: WaitMs.optional(),
  }).optional(),
});

const Reasoned = z.strictObject({ reason: z.string().max(500).optional() });

/** The saga against the services at `subscriptionUrl()`, which is asked for at every call: it may move. */
export function defineSubscriptionSaga(
  subscriptionUrl: () => string,
): Saga<typeof subscriptionMachine> {
  return defineSaga({
    name: "subscription",
    version: 1,
    machine: subscriptionMachine,
    activities: subscriptionActivities(subscriptionUrl),
    compensations: {
      chargeFirstPeriod: "refundFirstPeriod",
      grantAccess: "revokeAccess",
      renewPeriod: "refundRenewal",
      closeAccess: null,
    },
    input: SubscriptionInput,
    events: {
      CANCEL: Reasoned,
      KEEP: Reasoned,
      CARD_UPDATED: z.strictObject({}),
      "saga.cancel": Reasoned,
      "saga.retry": Reasoned,
      "saga.skip": Reasoned,
    },
  });
}

export const subscriptionSaga: Saga<typeof subscriptionMachine> = defineSubscriptionSaga(() =>
  servicesUrlOf("subscription"),
);
