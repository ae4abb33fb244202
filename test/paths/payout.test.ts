/** The payout saga on its paths, with a crash at every moment of all of them. */
import { payoutSaga } from "../../machines/payout/index.ts";
import { checkOptions } from "../../machines/payout/samples.ts";
import { describeSaga } from "../../src/testing/describe-saga.ts";
import type { WorldFacts } from "../../src/testing/testing.ts";
import { payoutSamples } from "../check/samples.ts";

describeSaga(payoutSaga, {
  samples: {
    ...payoutSamples,
    outputs: {
      ...payoutSamples.outputs,
      // What was withdrawn is not with the bank any more.
      withdrawTransfer: (_input: never, { inPlace }: WorldFacts) => ({
        transferId: inPlace.includes("submitTransfer") ? "t-1" : null,
      }),
    },
  },
  crashes: { paths: "all" },
  ignoreContext: ["failure.message", "failure.step", "stuckReason"],
  scope: { attemptsMax: 2 },
  check: checkOptions,
  uncovered: {
    "compensating.withdrawingTransfer.taken": "The bank lets every transfer be withdrawn here.",
    "compensating.withdrawingTransfer: xstate.done.state.payout.compensating.withdrawingTransfer [isTaken] → bookingTransfer":
      "The bank lets every transfer be withdrawn here.",
    "compensating.withdrawingTransfer.attempting: xstate.done.actor.withdrawTransfer [isTransfer] → compensating.withdrawingTransfer.taken":
      "The bank lets every transfer be withdrawn here.",
  },
});
