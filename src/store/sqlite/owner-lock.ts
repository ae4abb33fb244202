/**
 * The owner lock: one process for each database file.
 *
 * Two writers would starve each other and claim each other's effects. The lock is a second, empty SQLite
 * file held in an exclusive transaction for life, so the kernel frees it when the owner dies, however that
 * happens, and backup tools may still read the database itself. Who holds it cannot be written down there:
 * while it is locked nobody else could read it.
 *
 * Never open, read or copy the lock file or the database with `fs` in this process: closing any descriptor
 * of a file drops all POSIX locks that the process has on it, in silence.
 */
import Database from "better-sqlite3";
import { SagaError } from "../../errors.ts";
import { createPrivately } from "./database-path.ts";
import { isBusy, sqliteCodeOf } from "./sqlite-errors.ts";

// Long enough for an owner that is closing right now, short enough that a refusal feels immediate.
const LOCK_WAIT_MS = 200;

// better-sqlite3 closes a connection that is garbage collected, and would so free the lock of a store that
// was dropped without being closed, at any moment.
const held = new Set<Database.Database>();

export interface OwnerLock {
  /** Idempotent. */
  release(): void;
}

/** @throws {SagaError} SAGA_STORE_LOCKED if another store has the same database open, here or in another process. */
export function takeOwnerLock(databasePath: string): OwnerLock {
  // The file stays when it is released: whoever deletes it may delete the lock of the next owner.
  createPrivately(`${databasePath}.lock`);
  const lock = new Database(`${databasePath}.lock`, { timeout: LOCK_WAIT_MS });
  try {
    // Keeps SQLite from putting a journal file beside it.
    lock.pragma("journal_mode = MEMORY");
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    throw isBusy(sqliteCodeOf(error) ?? "") ? refusal(databasePath, error) : error;
  }
  held.add(lock);
  return {
    release() {
      held.delete(lock);
      lock.close();
    },
  };
}

function refusal(databasePath: string, cause: unknown): SagaError {
  return new SagaError(
    "SAGA_STORE_LOCKED",
    `"${databasePath}" is in use by another store; stop the process that has it open, or give another path`,
    { cause },
  );
}
