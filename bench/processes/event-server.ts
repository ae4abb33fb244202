/** A process that serves: the product as `sagachart start` runs it, or a Fastify that takes the same requests and does nothing. */
import { performance } from "node:perf_hooks";
import type { EventLoopUtilization } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { fastify } from "fastify";
import { loadConfig } from "../../src/config.ts";
import { startProcess } from "../../src/main.ts";
import { answerCalls } from "../harness/child.ts";

const machinesPath = fileURLToPath(new URL("../machines", import.meta.url));

let since: EventLoopUtilization = performance.eventLoopUtilization();

answerCalls({
  /** Answers the address. Log lines are written as always, to /dev/null. */
  async serveSagas({ path }: { path: string }): Promise<string> {
    const config = loadConfig({
      PORT: "0",
      SAGACHART_DB: path,
      SAGACHART_MACHINES: machinesPath,
      NODE_ENV: "production",
    });
    const { url } = await startProcess(config, () => process.exit(1));
    return url;
  },

  async serveNothing(): Promise<string> {
    const app = fastify();
    app.post("/sagas/:saga/instances/:id/events", () => ({ taken: true }));
    return app.listen({ host: "127.0.0.1", port: 0 });
  },

  /** The share of time since the last look in which the event loop was busy, %; and memory, MiB. */
  look(): { busyPercent: number; rssMib: number } {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, since);
    since = now;
    return { busyPercent: utilization * 100, rssMib: process.memoryUsage().rss / 2 ** 20 };
  },
});
