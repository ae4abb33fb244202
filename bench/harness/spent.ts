/** What work takes of the one thread that does it: time on the clock, time of the processor, and collections of garbage. */
import { readFileSync } from "node:fs";
import { GCProfiler } from "node:v8";

export interface Spent {
  readonly wallMs: number;
  /** Of the thread that runs JavaScript, without that of V8's helpers beside it. */
  readonly processorMs: number;
  /** Of that, in collections: whose garbage was collected is not known. */
  readonly collectingMs: number;
}

/** Linux tells of one thread by itself; elsewhere it is the time of all threads of the process. */
const GIVES_WAY_MS = 0.01;
const SCHEDULED = "/proc/self/schedstat";

export async function spend(work: () => unknown): Promise<Spent> {
  const profiler = new GCProfiler();
  profiler.start();
  const [begunAt, processorAtMs] = [performance.now(), processorMs()];
  await work();
  const [wallMs, tookMs] = [performance.now() - begunAt, processorMs() - processorAtMs];
  const collectingUs = profiler.stop().statistics.reduce((sum, { cost }) => sum + cost, 0);
  return { wallMs, processorMs: tookMs, collectingMs: collectingUs / 1_000 };
}

const nobody = new Int32Array(new SharedArrayBuffer(4));

function processorMs(): number {
  if (process.platform === "linux") {
    // The account of a thread is brought up to date when it gives way, or else some milliseconds later.
    Atomics.wait(nobody, 0, 0, GIVES_WAY_MS);
    return Number(readFileSync(SCHEDULED, "utf8").split(" ")[0]) / 1_000_000;
  }
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
