/**
 * A connection with the settings that durability rests on, and with our schema.
 *
 * The settings are made at every opening and read back, as none but `journal_mode` is kept in the file.
 * better-sqlite3 is built so that a WAL database opens with `synchronous` NORMAL, which loses acknowledged
 * commits when the power fails.
 */
import Database from "better-sqlite3";
import { SagaError } from "../../errors.ts";
import { applyMigrations, findPendingMigrations } from "./migrate.ts";

/** A database that has no file, and ends when it is closed. */
export const MEMORY = ":memory:";

// Backup tools hold the file for moments; longer than this and the event loop stands still for too long.
const BUSY_TIMEOUT_MS = 2_000;

// 64 MiB of pages: rarer checkpoints write a page that changed many times only once.
const WAL_AUTOCHECKPOINT_PAGES = 16_384;

// Above what a checkpoint lets the WAL grow to, so that only an exceptional one is cut back.
const WAL_SIZE_BYTES_MAX = 96 * 1024 * 1024;

const pragmas: Readonly<Record<string, number>> = {
  synchronous: 2, // FULL
  foreign_keys: 1,
  busy_timeout: BUSY_TIMEOUT_MS,
  wal_autocheckpoint: WAL_AUTOCHECKPOINT_PAGES,
  journal_size_limit: WAL_SIZE_BYTES_MAX,
  temp_store: 2, // MEMORY
  trusted_schema: 0,
  cell_size_check: 1,
  // Where the disk itself must be told to write its cache: macOS. No effect elsewhere.
  fullfsync: 1,
  checkpoint_fullfsync: 1,
};

/**
 * Creates the file if there is none. If it fails nothing stays open.
 *
 * @throws {SagaError} SAGA_STORE_TOO_NEW if a newer program has migrated it.
 * @throws {SagaError} SAGA_STORE_INVALID if it belongs to another application, or does not take our settings.
 */
export function openConnection(file: string): Database.Database {
  const client = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    // First of all, since it finds out whether the file is ours to write.
    const pending = findPendingMigrations(client, file);
    applyPragma(client, "journal_mode", file === MEMORY ? "memory" : "wal");
    for (const [name, value] of Object.entries(pragmas)) applyPragma(client, name, value);
    applyMigrations(client, file, pending);
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

function applyPragma(client: Database.Database, name: string, value: string | number): void {
  client.pragma(`${name} = ${value}`);
  const actual = client.pragma(name, { simple: true });
  if (actual !== value) {
    throw new SagaError(
      "SAGA_STORE_INVALID",
      `${name} of "${client.name}" is ${String(actual)} and cannot be set to ${value}; use a local disk`,
    );
  }
}
