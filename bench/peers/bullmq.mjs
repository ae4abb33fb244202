/**
 * BullMQ: each step is a job of its own that adds the next one when it is done, as its documentation chains jobs. It is
 * a queue, and keeps neither states nor what to undo. Redis must sync each write (`appendfsync always`).
 */
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { createWaiting, order, runPeer } from "./run.mjs";

const STEPS = ["reserve", "charge", "ship", "notify"];
const NAME = `sagachart-bench-${process.pid}`;

await runPeer(async ({ url, concurrency }) => {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const waiting = createWaiting();
  const defaultJobOptions = { removeOnComplete: true };
  const queue = new Queue(NAME, { connection, defaultJobOptions });
  const worker = new Worker(
    NAME,
    async ({ name, data }) => {
      const next = STEPS[STEPS.indexOf(name) + 1];
      const results = [...data.results, { id: `${name}-1` }];
      if (next === undefined) waiting.over(data.id);
      else await queue.add(next, { ...data, results });
    },
    { connection, concurrency },
  );
  await worker.waitUntilReady();
  const [appends, syncs] = await Promise.all(
    ["appendonly", "appendfsync"].map(async (name) => (await connection.config("GET", name))[1]),
  );
  if (appends !== "yes" || syncs !== "always") {
    throw new Error(
      "start Redis with --appendonly yes --appendfsync always: the others sync each commit",
    );
  }
  return {
    settings: `appendonly=${appends}, appendfsync=${syncs}`,
    async run(id) {
      const over = waiting.for(id);
      await queue.add(STEPS[0], { id, order, results: [] });
      await over;
    },
    async close() {
      await worker.close();
      await queue.obliterate({ force: true });
      await queue.close();
      connection.disconnect();
    },
  };
});
