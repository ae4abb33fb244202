/** The sagas that mistakes are planted in, with what a check needs to know of each. */
import { onboardingSaga } from "../../machines/onboarding/index.ts";
import { orderSaga } from "../../machines/order/index.ts";
import { payoutSaga } from "../../machines/payout/index.ts";
import { subscriptionSaga } from "../../machines/subscription/index.ts";
import { tripSaga } from "../../machines/trip/index.ts";
import { always, never } from "../../src/check/check.ts";
import type { CheckOptions, PropertyName } from "../../src/check/check.ts";
import type { AnySaga } from "../../src/saga/define.ts";
import { withAttempts } from "./mutant.ts";
import {
  onboardingSamples,
  orderSamples,
  payoutSamples,
  subscriptionSamples,
  tripSamples,
} from "./samples.ts";

interface Subject {
  readonly saga: AnySaga;
  readonly options: CheckOptions;
}

const order: Subject = {
  saga: withAttempts(orderSaga, 2),
  options: {
    samples: orderSamples,
    pivots: ["createShipment"],
    rules: [
      never({ effect: "createShipment" }, { before: { effect: "chargePayment" } }),
      always({ takes: "saga.cancel" }, { in: "chargingPayment" }),
    ],
  },
};
const withdrawing = "compensating.withdrawingTransfer";
const payout: Subject = {
  saga: withAttempts(payoutSaga, 2),
  options: {
    samples: payoutSamples,
    waivers: [
      ["state-unreachable", `${withdrawing}.taken`],
      [
        "transition-dead",
        `${withdrawing} on xstate.done.state.payout.${withdrawing} if isTaken to bookingTransfer`,
      ],
      [
        "transition-dead",
        `${withdrawing}.attempting on xstate.done.actor.withdrawTransfer if isTransfer to ${withdrawing}.taken`,
      ],
    ].map(([property, place]) => ({
      property: property as PropertyName,
      place: place as string,
      reason: "No sample says that an undo came too late: its answer without an effect.",
    })),
  },
};
const onboarding: Subject = {
  saga: withAttempts(onboardingSaga, 2),
  options: { samples: onboardingSamples },
};
const subscription: Subject = {
  saga: withAttempts(subscriptionSaga, 2),
  options: {
    samples: subscriptionSamples,
    waivers: [
      {
        property: "completed",
        place: "renewPeriod",
        reason: "A subscription may end before its first renewal.",
      },
    ],
  },
};
// Three regions side by side multiply what one can be in, so each has one attempt.
const trip: Subject = {
  saga: withAttempts(tripSaga, 1),
  options: {
    samples: tripSamples,
    ignoreContext: ["failure.*", "parts.*.stuckReason"],
  },
};
export const subjects = { order, payout, onboarding, subscription, trip };
