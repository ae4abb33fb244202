/** ELK as a layout engine: in this thread, or behind any worker that runs it. */
import type { LayoutEngine } from "./level.ts";

let loading: Promise<LayoutEngine> | null = null;

/** ELK in the thread that asks for it. It is large, so it is loaded at the first drawing. */
export function loadElk(): Promise<LayoutEngine> {
  loading ??= import("elkjs/lib/elk.bundled.js").then(({ default: { default: Elk } }) => new Elk());
  return loading;
}

/** What ELK needs of a worker: a browser's, or a thread of Node behind the same three members. */
export interface ElkWorker {
  postMessage(message: unknown): void;
  onmessage: ((answer: { readonly data: unknown }) => void) | null;
  terminate(): void;
}

/** ELK in a worker that runs `elkjs/lib/elk-worker.min.js`. */
export async function elkBehind(worker: ElkWorker): Promise<LayoutEngine> {
  const { default: api } = await import("elkjs/lib/elk-api.js");
  return new api.default({ workerFactory: () => worker as never });
}
