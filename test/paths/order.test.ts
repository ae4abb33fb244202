/** The order saga, whole, on all its paths, with a crash at every moment of them, and with another one on the way from there. */
import { orderSaga } from "../../machines/order/index.ts";
import { describeSaga } from "../../src/testing/describe-saga.ts";
import { orderSamples } from "../check/samples.ts";

describeSaga(orderSaga, {
  samples: orderSamples,
  // Words for people; no guard looks at them.
  ignoreContext: ["failure.message", "failure.step", "stuckReason"],
  // test/check/order.test.ts looks at it whole.
  check: false,
  walksMax: Infinity,
  crashes: { paths: "all", deaths: 2 },
});
