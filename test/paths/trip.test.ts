/** The trip saga on its paths, with crashes. */
import { tripSaga } from "../../machines/trip/index.ts";
import { describeSaga } from "../../src/testing/describe-saga.ts";
import { tripSamples } from "../check/samples.ts";
import { isWhole } from "./crashes.ts";

describeSaga(tripSaga, {
  samples: tripSamples,
  crashes: { paths: isWhole ? "all" : 30 },
  ignoreContext: ["failure.*", "parts.*.stuckReason"],
  // test/check/mutants.test.ts looks at it, with its mistakes planted and without.
  check: false,
  // Three regions side by side multiply what one can be in.
  scope: { attemptsMax: 2 },
});
