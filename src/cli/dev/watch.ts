/** Waits for changes of source files, and tells of those that come together once. */
import { relative } from "node:path";
import { watch } from "chokidar";
import type { Clock } from "../../clock.ts";

export interface Changes {
  /** Resolves with the paths that changed since it was asked last, as soon as there are some. */
  next(signal: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** An editor writes several files, and each in several steps. */
const QUIET_MS = 150;

const IGNORED = /(^|[/\\])(node_modules|\.git|dist|coverage)([/\\]|$)|\.db(-wal|-shm|\.lock)?$/;

/** Resolves when all changes from now on are seen. */
export async function watchFiles(paths: readonly string[], clock: Clock): Promise<Changes> {
  const watcher = watch([...paths], {
    ignoreInitial: true,
    // Only below what is watched: that itself may be anywhere.
    ignored: (path) => paths.every((root) => IGNORED.test(relative(root, path))),
  });
  const changed = new Set<string>();
  let tell: (() => void) | null = null;
  let cancel: (() => void) | null = null;
  const tellSoon = (): void => {
    cancel?.();
    cancel = clock.schedule(QUIET_MS, () => tell?.());
  };
  watcher.on("all", (_, path) => {
    changed.add(path);
    tellSoon();
  });
  await new Promise<void>((resolve, reject) => {
    watcher.once("ready", resolve);
    watcher.once("error", reject);
  });
  return {
    async next(signal) {
      // What changed while nobody asked has been told to nobody.
      if (changed.size > 0) tellSoon();
      await untilTold(signal, (told) => (tell = told));
      const seen = [...changed];
      changed.clear();
      return seen;
    },
    async close() {
      cancel?.();
      await watcher.close();
    },
  };
}

/** Resolves when what it gives is called; rejects when the signal is aborted. */
async function untilTold(signal: AbortSignal, give: (told: () => void) => void): Promise<void> {
  const answered = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      const options = { once: true, signal: answered.signal };
      signal.addEventListener("abort", () => reject(signal.reason as Error), options);
      give(resolve);
    });
  } finally {
    answered.abort();
  }
}
