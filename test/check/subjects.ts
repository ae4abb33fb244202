/** The sagas that mistakes are planted in, as they are checked. */
import { onboardingSaga } from "../../machines/onboarding/index.ts";
import { orderSaga } from "../../machines/order/index.ts";
import { payoutSaga } from "../../machines/payout/index.ts";
import * as onboarding from "../../machines/onboarding/samples.ts";
import * as order from "../../machines/order/samples.ts";
import * as payout from "../../machines/payout/samples.ts";
import * as subscription from "../../machines/subscription/samples.ts";
import * as trip from "../../machines/trip/samples.ts";
import { subscriptionSaga } from "../../machines/subscription/index.ts";
import { tripSaga } from "../../machines/trip/index.ts";
import type { CheckOptions } from "../../src/check/check.ts";
import type { AnySaga } from "../../src/saga/define.ts";
import { withAttempts } from "./mutant.ts";

interface Subject {
  readonly saga: AnySaga;
  readonly options: CheckOptions;
}

export const subjects = {
  order: subject(withAttempts(orderSaga, 2), order),
  payout: subject(withAttempts(payoutSaga, 2), payout),
  onboarding: subject(withAttempts(onboardingSaga, 2), onboarding),
  subscription: subject(withAttempts(subscriptionSaga, 2), subscription),
  trip: subject(withAttempts(tripSaga, 1), trip),
};

function subject(
  saga: AnySaga,
  {
    samples,
    checkOptions = {},
  }: Pick<CheckOptions, "samples"> & { checkOptions?: Partial<CheckOptions> },
): Subject {
  return { saga, options: { samples, ...checkOptions } };
}
