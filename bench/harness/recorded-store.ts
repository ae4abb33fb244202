/** Runs work on a store with every row recorded, in the batches of its commits. */
import Database from "better-sqlite3";
import { openSqlite } from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import { beginRecording, readRecording, recordedUpTo } from "./recorder.ts";
import type { Batches } from "./recorder.ts";

/** `work` must close the store. The triggers make it slow: whatever is timed must be timed elsewhere. */
export async function recordBatches(
  path: string,
  work: (store: Store) => Promise<void>,
): Promise<Batches> {
  await openSqlite(path).close();
  beginRecording(path);
  const store = openSqlite(path);
  const reader = new Database(path);
  // The opening itself writes a row or two, which belong to no batch of ours.
  const ends = new Set([recordedUpTo(reader)]);
  await work(withCommits(store, () => ends.add(recordedUpTo(reader))));
  reader.close();
  return readRecording(path, [...ends]).slice(1);
}

/** The store, telling of each batch that it has committed. */
export function withCommits(store: Store, onCommitted: () => void): Store {
  const commit: Store["commit"] = async (writeSets) => {
    const outcomes = await store.commit(writeSets);
    onCommitted();
    return outcomes;
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === "commit") return commit;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
