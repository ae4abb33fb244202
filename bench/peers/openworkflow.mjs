/**
 * OpenWorkflow on its SQLite backend (node:sqlite, so it runs on the Node of this folder where ours is older).
 * That a run is over is noted within the workflow, since its client would look for it once a second.
 */
import { join } from "node:path";
import { OpenWorkflow } from "openworkflow";
import { BackendSqlite } from "openworkflow/sqlite";
import { createWaiting, LEVELS, order, runPeer } from "./run.mjs";

await runPeer(async ({ folder, concurrency }) => {
  const backend = BackendSqlite.connect(join(folder, "openworkflow.db"));
  const { synchronous } = backend.db.prepare("PRAGMA synchronous").get();
  const ow = new OpenWorkflow({ backend });
  const waiting = createWaiting();
  const saga = ow.defineWorkflow({ name: "order" }, async ({ input, step }) => {
    await step.run({ name: "reserve" }, async () => ({ reservationId: "r-1" }));
    await step.run({ name: "charge" }, async () => ({ paymentId: "p-1" }));
    await step.run({ name: "ship" }, async () => ({ shipmentId: "s-1" }));
    await step.run({ name: "notify" }, async () => {});
    waiting.over(input.id);
  });
  const worker = ow.newWorker({ concurrency });
  await worker.start();
  return {
    settings: `synchronous=${LEVELS[synchronous]}`,
    async run(id) {
      const over = waiting.for(id);
      await saga.run({ id, ...order });
      await over;
    },
  };
});
