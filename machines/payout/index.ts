/** The payout saga: its chart, its activities against funds and bank, what undoes them, and who may send it what. */
import { z } from "zod";
import { defineSaga } from "../../src/index.ts";
import type { Saga } from "../../src/index.ts";
import { AttemptDelaysInput } from "../calls/attempt-delays.ts";
import { servicesUrlOf } from "../calls/services-url.ts";
import { payoutActivities } from "./activities.ts";
import { payoutMachine } from "./chart.ts";

const PayoutInput = z.strictObject({
  payeeId: z.string().min(1).max(200),
  // Its length and letters only: whether there is such an account, the bank knows.
  iban: z.string().regex(/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/),
  amountCents: z.int().min(1),
  delays: AttemptDelaysInput.optional(),
});

const Reasoned = z.strictObject({ reason: z.string().max(500).optional() });

/** The saga against the services at `payoutUrl()`, which is asked for at every call: it may move. */
export function definePayoutSaga(payoutUrl: () => string): Saga<typeof payoutMachine> {
  return defineSaga({
    name: "payout",
    version: 1,
    machine: payoutMachine,
    activities: payoutActivities(payoutUrl),
    compensations: {
      reserveFunds: "releaseFunds",
      submitTransfer: "withdrawTransfer",
      bookTransfer: null,
      notifyPayee: null,
    },
    input: PayoutInput,
    events: { "saga.cancel": Reasoned, "saga.retry": Reasoned, "saga.skip": Reasoned },
  });
}

export const payoutSaga: Saga<typeof payoutMachine> = definePayoutSaga(() =>
  servicesUrlOf("payout"),
);
