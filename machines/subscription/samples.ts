/** What the world says to the subscription saga, by example, and what its check is to know. */
import { always } from "../../src/check/check.ts";
import type { CheckOptions, Samples } from "../../src/check/check.ts";

export const samples: Samples = {
  // A term, since the periods are counted.
  input: { customerId: "c-1", planId: "p-1", amountCents: 900, periodsMax: 2 },
  outputs: {
    chargeFirstPeriod: { paymentId: "p-1" },
    grantAccess: { accessId: "a-1" },
    renewPeriod: { paymentId: "p-2" },
  },
};

export const checkOptions: Partial<CheckOptions> = {
  rules: [always({ takes: "CANCEL" }, { in: "subscribed" })],
  waivers: [
    {
      property: "completed",
      place: "renewPeriod",
      reason: "A subscription may end before its first renewal.",
    },
  ],
};
