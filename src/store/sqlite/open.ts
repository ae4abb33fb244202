/**
 * Opens a database file as a store: one owner, one connection, one epoch.
 *
 * Either all of it holds, or nothing stays open.
 */
import type { Database } from "better-sqlite3";
import { sql } from "drizzle-orm";
import type { Store } from "../store.ts";
import { hasten, MEMORY, openConnection, relax } from "./connection.ts";
import type { Durability } from "./connection.ts";
import { createPrivately, toDatabasePath } from "./database-path.ts";
import { createFence } from "./fence.ts";
import { createGuest } from "./guest.ts";
import {
  checkIdentity,
  checkPresent,
  identityOf,
  positionOf,
  readIdentity,
  writeIdentity,
} from "./identity.ts";
import { takeOwnerLock } from "./owner-lock.ts";
import { meta } from "./schema.ts";
import { toOpenError } from "./sqlite-errors.ts";
import { SqliteStore } from "./sqlite-store.ts";
import type { SqliteStoreOptions } from "./sqlite-store.ts";
import { describeRead, describeWrite } from "./statements.ts";
import type { SqliteTransaction } from "./transaction.ts";

export interface SqliteOptions {
  /**
   * Creates the tables of your own that transactional activities write to. Called at each opening, inside one
   * transaction that is undone if it throws; so say `CREATE TABLE IF NOT EXISTS`, and give names a prefix.
   */
  readonly setup?: (tx: SqliteTransaction) => void;
  /**
   * `full` (the default): an acknowledged commit survives the loss of power. `relaxed` does not sync each commit: the
   * end of the process loses nothing, but the loss of power undoes the newest commits, while the activities that
   * they started have had their effects. Readiness warns of it.
   */
  readonly durability?: Durability;
}

/**
 * Opens or creates the database at `path`, with its folder. `:memory:` is a store of its own that ends with it.
 *
 * @throws {SagaError} SAGA_STORE_LOCKED if another store has it open, here or in another process.
 * @throws {SagaError} SAGA_STORE_TOO_NEW if a newer program has migrated it.
 * @throws {SagaError} SAGA_STORE_MISMATCH if the store that was here is gone, exchanged, or older than it was.
 * @throws {SagaError} SAGA_STORE_DAMAGED if SQLite finds the file damaged.
 * @throws {SagaError} SAGA_STORE_INVALID if it is no database of ours, or does not take our settings.
 */
export function openSqlite(path: string, options: SqliteOptions = {}): Store {
  try {
    if (path === MEMORY) return openStore(MEMORY, options, () => {});

    const file = toDatabasePath(path);
    const lock = takeOwnerLock(file);
    try {
      return openStore(file, options, () => lock.release());
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw toOpenError(error, path);
  }
}

function openStore(file: string, options: SqliteOptions, release: () => void): Store {
  const hasFile = file !== MEMORY;
  const known = hasFile ? readIdentity(file) : null;
  if (hasFile) {
    checkPresent(file, known);
    createPrivately(file);
  }
  const client = openConnection(file, (found) => checkIdentity(file, known, identityOf(found)));
  return toStore(client, { file, options, release });
}

interface Opening extends Pick<SqliteStoreOptions, "release" | "isLent" | "headsMax"> {
  readonly file: string;
  readonly options: SqliteOptions;
}

/** Counts an opening of the database behind a connection that is ready, as the store of it. */
export function toStore(client: Database, { file, options, ...how }: Opening): Store {
  const { setup, durability = "full" } = options;
  const hasFile = file !== MEMORY;
  try {
    if (setup !== undefined) {
      const guest = createGuest(client);
      client.transaction(() => guest.run(setup)).immediate();
    }
    const { storeId, epoch } = nextEpoch(client);
    const keepIdentity = (): void => {
      if (hasFile) writeIdentity(file, { storeId, epoch, position: positionOf(client) });
    };
    keepIdentity();
    if (how.isLent !== true) hasten(client);
    if (durability === "relaxed") relax(client);
    return new SqliteStore({
      client,
      epoch,
      durability,
      fence: createFence(client, hasFile ? file : null, epoch),
      onCheckpointed: keepIdentity,
      ...how,
    });
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Counts this opening, durably, before anything is claimed in its name. */
function nextEpoch(client: Database): { storeId: string; epoch: number } {
  // Without `returning`, since better-sqlite3 tells nothing of a commit that fails after the row of it.
  prepareCount(client).run({});
  const counted = prepareReadMeta(client).get();
  if (counted === undefined) throw new Error("the row that was written a moment ago is gone");
  return counted;
}

const prepareCount = describeWrite((db) =>
  db
    .insert(meta)
    .values({ id: 1, storeId: sql`lower(hex(randomblob(16)))`, epoch: 1 })
    .onConflictDoUpdate({ target: meta.id, set: { epoch: sql`${meta.epoch} + 1` } }),
);

const prepareReadMeta = describeRead((db) =>
  db.select({ storeId: meta.storeId, epoch: meta.epoch }).from(meta),
);
