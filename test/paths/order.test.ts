/** The order saga on all its paths, with a crash at every moment of every shortest one. */
import { orderSaga } from "../../machines/order/index.ts";
import { describeSaga } from "../../src/testing/describe-saga.ts";
import { orderSamples } from "../check/order-samples.ts";

describeSaga(orderSaga, {
  samples: {
    ...orderSamples,
    // An answer that is lost reads like one that does not come in time, so that the two are one configuration.
    errors: {
      rejected: { kind: "rejected", message: "refused" },
      transient: { kind: "unknown", message: "no answer within 10000 ms" },
    },
  },
  // Words for people; no guard looks at them.
  ignoreContext: ["stuckReason"],
  walksMax: Infinity,
  crashPathsMax: Infinity,
});
