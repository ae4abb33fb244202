/** Sagachart itself, with all that is always on. */
import { join } from "node:path";
import { createRuntime, openSqlite } from "../../src/index.ts";
import { readSettings } from "../harness/settings.ts";
import { bareTelemetry } from "../subjects/bare-telemetry.ts";
import { orderSaga } from "../subjects/four-steps.ts";
import { order, runPeer } from "./run.mjs";

await runPeer(async ({ folder }) => {
  const path = join(folder, "sagachart.db");
  await openSqlite(path).close();
  const { synchronous } = readSettings(path);
  const runtime = await createRuntime({
    store: openSqlite(path),
    sagas: [orderSaga],
    telemetry: bareTelemetry(),
  });
  return {
    settings: `synchronous=${synchronous}`,
    async run(instanceId) {
      await runtime.start(orderSaga, { instanceId, input: order });
      await runtime.waitFor(orderSaga, instanceId, { phase: "completed" });
    },
  };
});
