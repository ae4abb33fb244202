/**
 * Databases of tests, and copies of how they lay at a moment, which is what a process that dies leaves behind.
 *
 * They are in memory. Whoever opens stores of his own gets files, copied as they lie there.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryDatabase } from "../store/sqlite/memory.ts";
import type { Rows, Told } from "../store/sqlite/memory.ts";
import type { Store } from "../store/store.ts";

/** How a database lay at a moment. */
export interface Copy {
  /** All that decides what comes of it at that time; null if that cannot be told. */
  tell(nowMs: number): Told | null;
  open(): OpenDatabase;
  /** As if none of the attempts had begun that the last process was making; null if that cannot be had. */
  unclaimed(): Copy | null;
  /** Frees its space. Nothing can be opened from it any more. */
  discard(): void;
}

export interface OpenDatabase {
  readonly store: Store;
  copy(): Copy;
  tell(nowMs: number): Told | null;
  /** Frees its space, after the store was closed. */
  remove(): void;
}

export interface Databases {
  /** A database in which nothing has been written. */
  empty(): Promise<Copy>;
  removeAll(): void;
}

export function inMemory(): Databases {
  const free: MemoryDatabase[] = [];
  const all: MemoryDatabase[] = [];
  const create = (): MemoryDatabase => {
    const database = new MemoryDatabase();
    all.push(database);
    return database;
  };
  const toCopy = (rows: Rows | null): Copy => ({
    tell: (nowMs) => (rows === null ? {} : (all[0]?.tell(rows, nowMs) ?? null)),
    open() {
      const database = free.pop() ?? create();
      return {
        store: database.open(rows),
        copy: () => toCopy(database.rows()),
        tell: (nowMs) => database.tell(database.rows(), nowMs),
        remove: () => void free.push(database),
      };
    },
    unclaimed() {
      const unclaimed = rows === null ? null : all[0]?.unclaimed(rows);
      return unclaimed === null || unclaimed === undefined ? null : toCopy(unclaimed);
    },
    discard() {},
  });
  return {
    empty: () => Promise.resolve(toCopy(null)),
    removeAll() {
      for (const database of all) database.close();
    },
  };
}

/** Linux keeps this folder in memory; what a test writes there is gone with the machine, which is soon enough. */
const MEMORY_FOLDER = "/dev/shm";
const FILE = "sagas.db";

export function inFiles(open: (path: string) => Store): Databases {
  const parent = existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir();
  const root = mkdtempSync(join(parent, "sagachart-"));
  let count = 0;
  const newFolder = (): string => {
    count += 1;
    const folder = join(root, String(count));
    mkdirSync(folder);
    return folder;
  };
  const toCopy = (folder: string): Copy => ({
    tell: () => null,
    open() {
      const own = newFolder();
      copyFiles(folder, own);
      return {
        store: open(join(own, FILE)),
        copy() {
          const lain = newFolder();
          copyFiles(own, lain);
          return toCopy(lain);
        },
        tell: () => null,
        remove: () => removeFolder(own),
      };
    },
    unclaimed: () => null,
    discard: () => removeFolder(folder),
  });
  let empty: Copy | null = null;
  return {
    // Its schema is made once, and copied.
    async empty() {
      if (empty !== null) return empty;
      const folder = newFolder();
      await open(join(folder, FILE)).close();
      return (empty = toCopy(folder));
    },
    removeAll: () => removeFolder(root),
  };
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

// The lock belongs to the owner that has died, and the shared memory beside the file to its process. Copying drops
// the locks that this process has on the file (POSIX), which nobody else is there to notice.
function copyFiles(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (name.endsWith(".lock") || name.endsWith("-shm")) continue;
    copyFileSync(join(from, name), join(to, name));
  }
}
