/** What the world says to the sagas in `machines/`. */
export { samples as onboardingSamples } from "../../machines/onboarding/samples.ts";
export { samples as orderSamples } from "../../machines/order/samples.ts";
export { samples as payoutSamples } from "../../machines/payout/samples.ts";
export { samples as subscriptionSamples } from "../../machines/subscription/samples.ts";
export { samples as tripSamples } from "../../machines/trip/samples.ts";
