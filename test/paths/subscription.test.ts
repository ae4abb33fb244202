/** The subscription saga on its paths, with a crash at every moment of all of them. */
import { subscriptionSaga } from "../../machines/subscription/index.ts";
import { checkOptions } from "../../machines/subscription/samples.ts";
import { describeSaga } from "../../src/testing/describe-saga.ts";
import { subscriptionSamples } from "../check/samples.ts";

describeSaga(subscriptionSaga, {
  samples: subscriptionSamples,
  crashes: { paths: "all" },
  ignoreContext: ["failure.message", "failure.step", "stuckReason"],
  scope: { attemptsMax: 2, triesMax: 2 },
  check: checkOptions,
  uncovered: {
    "subscribed: xstate.after.period.subscription.subscribed [isUnpaid] → ending.refundingRenewal":
      "With two tries a dunning is over before the next period begins.",
  },
  // A subscription may end before its first renewal.
  rules: ["compensated", "reverse-order"],
});
