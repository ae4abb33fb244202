/** What work costs its process beside time: memory that it allocates, and an event loop that comes late. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { GCProfiler } from "node:v8";

export interface Cost {
  /** All that was allocated on the heap, whether it was collected meanwhile or not. */
  readonly allocatedBytes: number;
  /** In collections, ms. */
  readonly collectingMs: number;
  /** How late the event loop came: 99 % of the time not later, and at most, ms. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
}

const LOOP_RESOLUTION_MS = 1;
const NANOSECONDS_OF_MS = 1_000_000;

/**
 * V8 tells of each collection how much was in use before and after it; what was allocated is what came between
 * the end of one and the begin of the next. Memory outside of the heap, such as SQLite's, is not in it.
 */
export async function watch(work: () => Promise<unknown>): Promise<Cost> {
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  const profiler = new GCProfiler();
  profiler.start();
  loop.enable();
  let usedBytes = process.memoryUsage().heapUsed;
  await work();
  const usedAtEndBytes = process.memoryUsage().heapUsed;
  loop.disable();

  let allocatedBytes = 0;
  let collectingMicroseconds = 0;
  for (const { beforeGC, afterGC, cost } of profiler.stop().statistics) {
    allocatedBytes += Math.max(0, beforeGC.heapStatistics.usedHeapSize - usedBytes);
    usedBytes = afterGC.heapStatistics.usedHeapSize;
    collectingMicroseconds += cost;
  }
  allocatedBytes += Math.max(0, usedAtEndBytes - usedBytes);
  return {
    allocatedBytes,
    collectingMs: collectingMicroseconds / 1_000,
    loopDelayP99Ms: loop.percentile(99) / NANOSECONDS_OF_MS - LOOP_RESOLUTION_MS,
    loopDelayMaxMs: loop.max / NANOSECONDS_OF_MS - LOOP_RESOLUTION_MS,
  };
}
