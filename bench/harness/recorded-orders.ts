/** The limit of the machine for sagas of four steps: the rows that the runtime writes for them, and XState. */
import type { Store } from "../../src/index.ts";
import { orderInput, orderSaga } from "../subjects/four-steps.ts";
import { runOrders } from "../subjects/order-runs.ts";
import { runXState } from "./pure-steps.ts";
import { withNewFile } from "./own-files.ts";
import { recordBatches } from "./recorded-store.ts";
import type { Batches } from "./recorder.ts";
import { replay } from "./replay.ts";

/** `around`: what the runtime is given instead of the store itself. */
export async function recordOrders(
  folder: string,
  sagas: number,
  around: (store: Store) => Store = (store) => store,
): Promise<Batches> {
  return withNewFile(folder, (path) =>
    recordBatches(path, (store) =>
      runOrders(around(store), sagas, async (run) => void (await run())),
    ),
  );
}

/** Milliseconds for so many sagas, whose rows were recorded. */
export async function measureLimit(
  folder: string,
  batches: Batches,
  sagas: number,
): Promise<{ readonly rowsMs: number; readonly xstateMs: number }> {
  const rowsMs = await withNewFile(folder, (path) => replay(path, batches));
  return { rowsMs, xstateMs: runXState(orderSaga, orderInput, sagas) };
}
