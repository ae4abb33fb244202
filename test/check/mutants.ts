/** The mistakes that are planted, by the saga that they are planted in. */
import type { Mutant } from "./mutant.ts";
import { onboardingMutants } from "./mutants/onboarding.ts";
import { orderMutants } from "./mutants/order.ts";
import { payoutMutants } from "./mutants/payout.ts";
import { subscriptionMutants } from "./mutants/subscription.ts";
import { tripMutants } from "./mutants/trip.ts";
import type { subjects } from "./subjects.ts";

export const mutants: Readonly<Record<keyof typeof subjects, readonly Mutant[]>> = {
  order: orderMutants,
  payout: payoutMutants,
  onboarding: onboardingMutants,
  subscription: subscriptionMutants,
  trip: tripMutants,
};
