/**
 * The disk of a simulated process: the process may go, the database stays. It is a real SQLite database in memory,
 * begun from a copy of an empty one, and read past the store by those who judge what is in it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { createFence } from "../../src/store/sqlite/fence.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { withOccasions } from "./driver.ts";
import type { Occasions, Prepared } from "./driver.ts";

/** A run has few instances, and room for many takes time to make. */
const HEADS_MAX = 100;

let empty: Buffer | null = null;

export class Disk {
  /** For those who look; no fault happens to them. */
  readonly client: Database.Database;

  readonly #isFenced: boolean;
  readonly #prepared: Prepared = new Map();

  /** @internal Use `createDisk`. */
  constructor(content: Buffer, isFenced: boolean) {
    this.client = new Database(content);
    this.#isFenced = isFenced;
    // Settings of a connection are not kept in a database.
    this.client.pragma("foreign_keys = 1");
    this.client.pragma("synchronous = 0");
  }

  /** Opens the store as a new process does: whatever was not committed is gone, and an epoch begins. */
  open(occasions: Occasions): SqliteStore {
    if (this.client.inTransaction) this.client.exec("ROLLBACK");
    const epoch = this.client
      .prepare("UPDATE meta SET epoch = epoch + 1 RETURNING epoch")
      .pluck()
      .get() as number;
    return new SqliteStore({
      client: withOccasions(this.client, this.#prepared, occasions),
      headsMax: HEADS_MAX,
      epoch,
      ...(this.#isFenced ? { fence: createFence(this.client, null, epoch) } : {}),
      // The next process has the same connection.
      release: () => {},
    });
  }

  close(): void {
    this.client.close();
  }
}

/** With a fence, as files have it, it takes nothing of a process once the next one has begun. */
export async function createDisk({ isFenced }: { isFenced: boolean }): Promise<Disk> {
  empty ??= await createEmpty();
  return new Disk(empty, isFenced);
}

/** As the product itself creates it. */
async function createEmpty(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "sagachart-simulation-"));
  try {
    const path = join(folder, "sagas.db");
    await openSqlite(path).close();
    const client = new Database(path);
    // A database in memory has no WAL.
    client.pragma("journal_mode = delete");
    // Of the sagas: what transactional activities write.
    client.exec("CREATE TABLE deeds (idempotency_key TEXT NOT NULL)");
    client.exec(scheduleLog);
    const content = client.serialize();
    client.close();
    return content;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const made = `schedule_id, revision, definition, is_paused, next_due_at_ms, last_due_at_ms, last_outcome, last_instance_id, created_at_ms, updated_at_ms`;
const moment = `(SELECT ifnull(max(position), 0) FROM journal), (SELECT epoch FROM meta)`;
const written = made.replaceAll(/\w+/g, (name) => `NEW.${name}`);

/** A row of a schedule has no history: here is each of its writes, kept by the transaction that made it. */
const scheduleLog = `
  CREATE TABLE schedule_log (position, epoch, ${made});
  CREATE TRIGGER schedule_made AFTER INSERT ON schedules
    BEGIN INSERT INTO schedule_log SELECT ${moment}, ${written}; END;
  CREATE TRIGGER schedule_changed AFTER UPDATE ON schedules
    BEGIN INSERT INTO schedule_log SELECT ${moment}, ${written}; END;
  CREATE TRIGGER schedule_deleted AFTER DELETE ON schedules
    BEGIN INSERT INTO schedule_log (position, epoch, schedule_id, revision) SELECT ${moment}, OLD.schedule_id, 0; END;
`;
