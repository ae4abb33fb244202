/** The services of all example sagas but the order's, each below the name of its saga. */
import { onboardingOffer } from "../onboarding/demo.ts";
import { payoutOffer } from "../payout/demo.ts";
import { subscriptionOffer } from "../subscription/demo.ts";
import { tripOffer } from "../trip/demo.ts";
import { createDemo } from "./demo.ts";
import type { Demo, DemoOptions } from "./demo.ts";

export function createServices(options: DemoOptions = {}): Demo {
  return createDemo(
    {
      "/onboarding": onboardingOffer,
      "/payout": payoutOffer,
      "/subscription": subscriptionOffer,
      "/trip": tripOffer,
    },
    options,
  );
}
