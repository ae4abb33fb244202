/** Tells of charts that change on disk, whoever changes them. It watches only while somebody listens. */
import { relative, resolve, sep } from "node:path";
import { watch } from "chokidar";
import type { FSWatcher } from "chokidar";

/** Hears the name of the saga whose chart has changed. */
export type OnChange = (saga: string) => void;

export class ChartWatch {
  readonly #root: string;
  readonly #listeners = new Set<OnChange>();
  #watcher: FSWatcher | null = null;

  constructor(machinesPath: string) {
    this.#root = resolve(machinesPath);
  }

  /** Gives what ends it. */
  listen(listener: OnChange): () => void {
    this.#listeners.add(listener);
    this.#watcher ??= this.#watch();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    void this.#watcher?.close();
    this.#watcher = null;
  }

  #watch(): FSWatcher {
    const watcher = watch(this.#root, {
      ignoreInitial: true,
      // The folders of sagas and what lies in them.
      depth: 1,
      // Another editor may write in several steps.
      awaitWriteFinish: { stabilityThreshold: 50, pollInterval: 20 },
    });
    watcher.on("all", (_, path) => {
      const [saga = "", file] = relative(this.#root, path).split(sep);
      if (file !== "chart.ts") return;
      for (const listener of this.#listeners) listener(saga);
    });
    // A folder that is gone is nothing to watch; the next request says so.
    watcher.on("error", () => this.close());
    return watcher;
  }
}
