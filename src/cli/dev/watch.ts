/** Waits for changes of source files, and tells of those that come together once. */
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
    ignored: (path) => IGNORED.test(path),
  });
  const changed = new Set<string>();
  let tell: (() => void) | null = null;
  let cancel: (() => void) | null = null;
  watcher.on("all", (_, path) => {
    changed.add(path);
    cancel?.();
    cancel = clock.schedule(QUIET_MS, () => tell?.());
  });
  await new Promise<void>((resolve, reject) => {
    watcher.once("ready", resolve);
    watcher.once("error", reject);
  });
  return {
    async next(signal) {
      await new Promise<void>((resolve, reject) => {
        tell = () => (changed.size > 0 ? resolve() : undefined);
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
        if (signal.aborted) reject(signal.reason as Error);
      });
      const now = [...changed];
      changed.clear();
      return now;
    },
    async close() {
      cancel?.();
      await watcher.close();
    },
  };
}
