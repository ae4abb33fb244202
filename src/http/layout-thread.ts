/**
 * A thread for the layout of drawings. A large chart takes seconds, in which the process would fire no timer
 * and answer nobody; in a thread it takes them from nobody, and one that hangs can be ended.
 */
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { elkBehind } from "../draw/elk.ts";
import type { ElkWorker } from "../draw/elk.ts";
import type { LayoutEngine } from "../draw/level.ts";

// ELK's worker is written for browsers: it takes messages from `self` and sends them there.
const program = `
  const { parentPort, workerData } = require("node:worker_threads");
  globalThis.self = { postMessage: (answer) => parentPort.postMessage(answer) };
  require(workerData);
  parentPort.on("message", (data) => self.onmessage({ data }));
`;

export interface LayoutThread {
  readonly engine: LayoutEngine;
  /** Ends the thread; what it was asked and has not answered is never answered. */
  end(): Promise<unknown>;
}

/** Starts a thread. It keeps no process alive. */
export async function startLayoutThread(): Promise<LayoutThread> {
  const elk = createRequire(import.meta.url).resolve("elkjs/lib/elk-worker.min.js");
  const thread = new Worker(program, { eval: true, workerData: elk });
  // Whoever waits for a drawing waits for a request; the process need not live for it.
  thread.unref();
  const worker: ElkWorker = {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    postMessage: (message) => thread.postMessage(message),
    onmessage: null,
    terminate: () => void thread.terminate(),
  };
  thread.on("message", (data) => worker.onmessage?.({ data }));
  // Without an answer the drawing runs into its limit of time, and does without lines.
  thread.on("error", () => worker.terminate());
  return { engine: await elkBehind(worker), end: () => thread.terminate() };
}

/** Calls `draw` with an engine in a thread of its own, which ends with it. */
export async function withLayoutThread<Drawing>(
  draw: (engine: LayoutEngine) => Promise<Drawing>,
): Promise<Drawing> {
  const thread = await startLayoutThread();
  try {
    return await draw(thread.engine);
  } finally {
    await thread.end();
  }
}
