/** A process that serves: the product as `sagachart start` runs it, or a Fastify that takes the same requests and does nothing. */
import { performance } from "node:perf_hooks";
import type { EventLoopUtilization } from "node:perf_hooks";
import { fastify } from "fastify";
import { loadConfig } from "../../src/config.ts";
import { startProcess } from "../../src/main.ts";
import { machinesPath } from "../harness/built.ts";
import { answerCalls } from "../harness/child.ts";

export interface ServerLook {
  readonly busyPercent: number;
  readonly cpuMicroseconds: number;
}

let since: EventLoopUtilization = performance.eventLoopUtilization();
let cpuSince = process.cpuUsage();

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

  /** Since the last look: the share of time in which the event loop was busy, and the processor time of all threads. */
  look(): ServerLook {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, since);
    const { user, system } = process.cpuUsage(cpuSince);
    since = now;
    cpuSince = process.cpuUsage();
    return { busyPercent: utilization * 100, cpuMicroseconds: user + system };
  },
});
