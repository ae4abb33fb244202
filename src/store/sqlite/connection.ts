/**
 * A connection with the settings that durability rests on, and with our schema.
 *
 * The settings are made at every opening and read back, as none but `journal_mode` is kept in the file.
 * better-sqlite3 is built so that a WAL database opens with `synchronous` NORMAL, which loses acknowledged
 * commits when the power fails.
 */
import Database from "better-sqlite3";
import { SagaError } from "../../errors.ts";
import { findPendingMigrations, migrate } from "./migrate.ts";

/**
 * `full`: an acknowledged commit survives the loss of power. `relaxed`: it survives the end of the process; the loss
 * of power undoes the commits since the last checkpoint, while what they made others do has happened.
 */
export type Durability = "full" | "relaxed";

/** A database that has no file, and ends when it is closed. */
export const MEMORY = ":memory:";

// While it is opened nobody else waits for the event loop, and what another program holds for moments is worth waiting for.
const OPENING_BUSY_TIMEOUT_MS = 2_000;

// Later the event loop stands still for as long: enough for a commit of somebody else. The runtime waits longer, and
// without holding it up.
const BUSY_TIMEOUT_MS = 50;

// 64 MiB of pages: rarer checkpoints write a page that changed many times only once.
const WAL_AUTOCHECKPOINT_PAGES = 16_384;

// Above what a checkpoint lets the WAL grow to, so that only an exceptional one is cut back.
const WAL_SIZE_BYTES_MAX = 96 * 1024 * 1024;

// What a database in memory answers nothing about.
const UNSUPPORTED: Readonly<Record<string, number>> = { mmap_size: 0 };

const pragmas: Readonly<Record<string, number>> = {
  synchronous: 2, // FULL
  foreign_keys: 1,
  busy_timeout: OPENING_BUSY_TIMEOUT_MS,
  wal_autocheckpoint: WAL_AUTOCHECKPOINT_PAGES,
  journal_size_limit: WAL_SIZE_BYTES_MAX,
  temp_store: 2, // MEMORY
  trusted_schema: 0,
  cell_size_check: 1,
  // What is read from a file that is cut off meanwhile would end the process by a signal.
  mmap_size: 0,
  // Where the disk itself must be told to write its cache: macOS. No effect elsewhere.
  fullfsync: 1,
  checkpoint_fullfsync: 1,
};

// Half a second on a common disk; a larger file is looked at by `sagachart verify`.
const QUICK_CHECK_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Creates the file if there is none. If it fails nothing stays open. `examine` sees the file before anything of it
 * is changed, and may throw.
 *
 * @throws {SagaError} SAGA_STORE_TOO_NEW if a newer program has migrated it.
 * @throws {SagaError} SAGA_STORE_INVALID if it belongs to another application, or does not take our settings.
 * @throws {SagaError} SAGA_STORE_DAMAGED if SQLite finds it damaged.
 */
export function openConnection(
  file: string,
  examine: (client: Database.Database) => void = () => {},
): Database.Database {
  const client = new Database(file, { timeout: OPENING_BUSY_TIMEOUT_MS });
  try {
    // First of all, since it finds out whether the file is ours to write.
    const pending = findPendingMigrations(client, file);
    examine(client);
    checkPages(client, file);
    applyPragma(client, "journal_mode", file === MEMORY ? "memory" : "wal");
    for (const [name, value] of Object.entries(pragmas)) applyPragma(client, name, value);
    migrate(client, file, pending);
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Ends the patience of the opening. */
export function hasten(client: Database.Database): void {
  applyPragma(client, "busy_timeout", BUSY_TIMEOUT_MS);
}

/** Takes the sync out of each commit. Until then everything is durable, the opening itself too. */
export function relax(client: Database.Database): void {
  applyPragma(client, "synchronous", 1);
}

function checkPages(client: Database.Database, file: string): void {
  const pageBytes = Number(client.pragma("page_size", { simple: true }));
  const pages = Number(client.pragma("page_count", { simple: true }));
  if (file === MEMORY || pages * pageBytes > QUICK_CHECK_BYTES_MAX) return;
  const [first] = client.pragma("quick_check(1)") as readonly { quick_check: string }[];
  if (first?.quick_check === "ok") return;
  throw new SagaError(
    "SAGA_STORE_DAMAGED",
    `"${file}" is damaged (${first?.quick_check.replaceAll("\n", " ") ?? ""}); restore a backup`,
  );
}

function applyPragma(client: Database.Database, name: string, value: string | number): void {
  client.pragma(`${name} = ${value}`);
  const actual = (client.pragma(name, { simple: true }) ?? UNSUPPORTED[name]) as string | number;
  if (actual !== value) {
    throw new SagaError(
      "SAGA_STORE_INVALID",
      `${name} of "${client.name}" is ${actual} and cannot be set to ${value}; use a local disk`,
    );
  }
}
