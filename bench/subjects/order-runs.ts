/** So many sagas of four steps at a time, in a runtime of their own, from the first start to the last end. */
import { createRuntime } from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import { inFlight } from "../harness/concurrency.ts";
import { bareTelemetry } from "./bare-telemetry.ts";
import { orderInput, orderSaga } from "./four-steps.ts";

const CONCURRENCY = 100;

/** What `measure` gives, which is given all that is to be measured. Closes the store. */
export async function runOrders<Result>(
  store: Store,
  count: number,
  measure: (work: () => Promise<unknown>) => Promise<Result>,
): Promise<Result> {
  const telemetry = bareTelemetry();
  const runtime = await createRuntime({ store, sagas: [orderSaga], telemetry });
  const result = await measure(() =>
    inFlight(count, CONCURRENCY, async (index) => {
      const instanceId = `o-${index}`;
      await runtime.start(orderSaga, { instanceId, input: orderInput });
      await runtime.waitFor(orderSaga, instanceId, { phase: "completed" });
    }),
  );
  await runtime.close();
  return result;
}
