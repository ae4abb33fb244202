/** What the world says to the payout saga, by example, and what its check is to know. */
import { always, never } from "../../src/check/check.ts";
import type { CheckOptions, Samples, WorldFacts } from "../../src/check/check.ts";

export const samples: Samples = {
  input: { payeeId: "p-1", iban: "DE02120300000000202051", amountCents: 4_200 },
  outputs: {
    reserveFunds: { holdId: "h-1" },
    submitTransfer: { transferId: "t-1" },
    withdrawTransfer: { transferId: null },
    // The bank tells the truth.
    findTransfer: (_input: never, { inPlace }: WorldFacts) => ({
      transferId: inPlace.includes("submitTransfer") ? "t-1" : null,
    }),
  },
};

const withdrawing = "compensating.withdrawingTransfer";
const reason = "No sample says that an undo came too late: its answer without an effect.";

export const checkOptions: Partial<CheckOptions> = {
  rules: [
    never({ effect: "submitTransfer" }, { before: { effect: "reserveFunds" } }),
    never({ effect: "notifyPayee" }, { before: { effect: "bookTransfer" } }),
    always({ takes: "saga.cancel" }, { in: "submittingTransfer" }),
  ],
  waivers: [
    { property: "state-unreachable", place: `${withdrawing}.taken`, reason },
    {
      property: "transition-dead",
      place: `${withdrawing} on xstate.done.state.payout.${withdrawing} if isTaken to bookingTransfer`,
      reason,
    },
    {
      property: "transition-dead",
      place: `${withdrawing}.attempting on xstate.done.actor.withdrawTransfer if isTransfer to ${withdrawing}.taken`,
      reason,
    },
  ],
};
