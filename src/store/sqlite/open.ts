/**
 * Opens a database file as a store: one owner, one connection, one epoch.
 *
 * Either all of it holds, or nothing stays open.
 */
import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Database } from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { sql } from "drizzle-orm";
import type { Store } from "../store.ts";
import { MEMORY, openConnection } from "./connection.ts";
import { createGuest } from "./guest.ts";
import { takeOwnerLock } from "./owner-lock.ts";
import { meta } from "./schema.ts";
import { toOpenError } from "./sqlite-errors.ts";
import { SqliteStore } from "./sqlite-store.ts";
import type { SqliteTransaction } from "./transaction.ts";

export interface SqliteOptions {
  /**
   * Creates the tables of your own that transactional activities write to. Called at each opening, inside one
   * transaction that is undone if it throws; so say `CREATE TABLE IF NOT EXISTS`, and give names a prefix.
   */
  readonly setup?: (tx: SqliteTransaction) => void;
}

/**
 * Opens or creates the database at `path`, with its folder. `:memory:` is a store of its own that ends with it.
 *
 * @throws {SagaError} SAGA_STORE_LOCKED if another store has it open, here or in another process.
 * @throws {SagaError} SAGA_STORE_TOO_NEW if a newer program has migrated it.
 * @throws {SagaError} SAGA_STORE_INVALID if it is no database of ours, or does not take our settings.
 */
export function openSqlite(path: string, { setup = () => {} }: SqliteOptions = {}): Store {
  try {
    if (path === MEMORY) return openStore(MEMORY, { setup, release: () => {} });

    const file = toFile(path);
    const lock = takeOwnerLock(file);
    try {
      return openStore(file, { setup, release: () => lock.release() });
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw toOpenError(error, path);
  }
}

/** One name for one file: a second one, through a symbolic link, would have a lock of its own. */
function toFile(path: string): string {
  const absolute = resolve(path);
  mkdirSync(dirname(absolute), { recursive: true });
  if (existsSync(absolute)) return realpathSync(absolute);
  return join(realpathSync(dirname(absolute)), basename(absolute));
}

function openStore(
  file: string,
  { setup, release }: { setup: (tx: SqliteTransaction) => void; release: () => void },
): Store {
  const client = openConnection(file);
  try {
    const guest = createGuest(client);
    client.transaction(() => guest.run(setup)).immediate();
    return new SqliteStore({ client, epoch: nextEpoch(client), release });
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Counts this opening, durably, before anything is claimed in its name. */
function nextEpoch(client: Database): number {
  return drizzle(client)
    .insert(meta)
    .values({ id: 1, storeId: sql`lower(hex(randomblob(16)))`, epoch: 1 })
    .onConflictDoUpdate({ target: meta.id, set: { epoch: sql`${meta.epoch} + 1` } })
    .returning({ epoch: meta.epoch })
    .get().epoch;
}
