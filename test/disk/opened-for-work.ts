/** A store for the disk tests, opened as the product does, and what copies its WAL into the file now and then. */
import Database from "better-sqlite3";
import { openSqlite } from "../../src/index.ts";
import type { Durability, Store } from "../../src/index.ts";

/** Between two checkpoints; SQLite's own would come after 16,384 pages, long after the end of the work. */
const COMMITS = 6;

export interface OpenedForWork {
  readonly store: Store;
  /** To be called after each commit. */
  readonly committed: () => void;
}

export function openForWork(path: string, durability: Durability): OpenedForWork {
  const store = openSqlite(path, { durability });
  // A connection of its own, as a backup tool has one: the store's is nobody else's.
  const other = new Database(path);
  other.pragma("synchronous = FULL");
  let commits = 0;
  const closed: Store["close"] = async () => {
    other.close();
    await store.close();
  };
  return {
    store: new Proxy(store, {
      get: (target, name) => {
        if (name === "close") return closed;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    }),
    committed: () => {
      commits += 1;
      if (commits % COMMITS === 0) checkpoint(other);
    },
  };
}

/** As SQLite's own does, it leaves for the next one what it cannot do, whatever the reason. */
function checkpoint(other: Database.Database): void {
  try {
    other.pragma("wal_checkpoint(PASSIVE)");
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
  }
}
