/** The onboarding saga on its paths, with crashes. */
import { onboardingSaga } from "../../machines/onboarding/index.ts";
import { describeSaga } from "../../src/testing/describe-saga.ts";
import { onboardingSamples } from "../check/samples.ts";
import { isWhole } from "./crashes.ts";

describeSaga(onboardingSaga, {
  samples: onboardingSamples,
  crashes: { paths: isWhole ? "all" : 30 },
  // Words for people; no guard looks at them.
  ignoreContext: ["failure.message", "failure.step", "stuckReason"],
  scope: { attemptsMax: 2 },
});
