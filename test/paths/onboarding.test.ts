/** The onboarding saga on its paths, with a crash at every moment of all of them. */
import { onboardingSaga } from "../../machines/onboarding/index.ts";
import { describeSaga } from "../../src/testing/describe-saga.ts";
import { onboardingSamples } from "../check/samples.ts";

describeSaga(onboardingSaga, {
  samples: onboardingSamples,
  crashes: { paths: "all" },
  // Words for people; no guard looks at them.
  ignoreContext: ["failure.message", "failure.step", "stuckReason"],
  scope: { attemptsMax: 2 },
});
