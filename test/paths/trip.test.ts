/** The trip saga on its paths, with crashes on some of them; at night on all. */
import { tripSaga } from "../../machines/trip/index.ts";
import { describeSaga } from "../../src/testing/describe-saga.ts";
import { tripSamples } from "../check/samples.ts";

/**
 * `CRASHES=whole`, as at night: on all its paths. Regions side by side make them many: that takes five minutes of CPU, all
 * other sagas take two.
 */
const isWhole = process.env["CRASHES"] === "whole";

describeSaga(tripSaga, {
  samples: tripSamples,
  crashes: { paths: isWhole ? "all" : 150 },
  ignoreContext: ["failure.*", "parts.*.stuckReason"],
  // test/check/mutants.test.ts looks at it, with its mistakes planted and without.
  check: false,
  // Three regions side by side multiply what one can be in.
  scope: { attemptsMax: 2 },
});
