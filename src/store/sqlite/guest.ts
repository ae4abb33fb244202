/**
 * The guest: a user's code that writes rows of its own inside a transaction of ours, on our connection.
 *
 * It gets a Drizzle database that works while its function runs and not after, and that can neither end the
 * transaction nor change the connection. That it tried, or that the disk is at fault, is noticed even if the user's
 * code catches the error.
 */
import type { Database, Statement } from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { SagaError } from "../../errors.ts";
import { toStoreError } from "./sqlite-errors.ts";
import { once } from "./statements.ts";
import type { SqliteTransaction } from "./transaction.ts";

export interface Guest {
  /**
   * Calls `work` inside the open transaction, and throws what it throws.
   *
   * @throws {SagaError} SAGA_TRANSACTION_INVALID if it did what it may not; faults of the disk as SQLite throws them.
   */
  run<Result>(work: (tx: SqliteTransaction) => Result): Result;
}

// better-sqlite3 takes one statement at a time, so its first word tells what it does.
const STATEMENT =
  /^(?:\s|;|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*(?:(?:select|insert|update|delete|replace|with|values|create|alter|drop|savepoint|release|explain|analyze|reindex)\b|rollback\s+(?:transaction\s+)?to\b)/i;

export function createGuest(client: Database): Guest {
  const gate = new Gate(client);
  const tx = once(() => drizzle({ client: toGuarded(client, gate) }));
  return { run: (work) => gate.run(() => work(tx())) };
}

/** Open while the user's function runs. */
class Gate {
  readonly #client: Database;
  #isOpen = false;
  #fault: { readonly error: unknown } | null = null;

  constructor(client: Database) {
    this.#client = client;
  }

  run<Result>(work: () => Result): Result {
    this.#isOpen = true;
    this.#fault = null;
    try {
      const result = work();
      // The rule INSERT OR ROLLBACK can do it, and so can a trigger.
      if (!this.#client.inTransaction) throw ended();
      return result;
    } finally {
      this.#isOpen = false;
      this.#throwFault();
    }
  }

  /** Uses the connection for the user, who may do so now. */
  use<Result>(use: () => Result): Result {
    if (!this.#isOpen) {
      throw invalid(
        "tx was used after the function that it was given to; the function is synchronous",
      );
    }
    try {
      if (!this.#client.inTransaction) throw ended();
      return use();
    } catch (error) {
      // A disk that is full or broken is no news for a chart.
      if (toStoreError(error) instanceof SagaError) this.#fault ??= { error };
      throw error;
    }
  }

  #throwFault(): void {
    if (this.#fault !== null) throw this.#fault.error;
  }
}

/** The parts of a connection that Drizzle uses. */
function toGuarded(client: Database, gate: Gate): Database {
  const guarded = {
    prepare: (source: string) =>
      gate.use(() => {
        checkStatement(source);
        return toGuardedStatement(client.prepare(source), gate);
      }),
    // Inside ours, so it is a savepoint.
    transaction: (work: (...args: unknown[]) => unknown) => {
      const nested = client.transaction(work);
      const run = (...args: unknown[]): unknown => gate.use(() => nested(...args));
      return Object.assign(run, { deferred: run, immediate: run, exclusive: run });
    },
  };
  return guarded as unknown as Database;
}

function checkStatement(source: string): void {
  if (STATEMENT.test(source)) return;
  const words = source.trim().split(/\s+/, 2).join(" ");
  throw invalid(`the transaction of an activity takes no "${words}"`);
}

function toGuardedStatement(statement: Statement, gate: Gate): Statement {
  const guarded = {
    run: (...args: unknown[]) => gate.use(() => statement.run(...args)),
    get: (...args: unknown[]) => gate.use(() => statement.get(...args)),
    all: (...args: unknown[]) => gate.use(() => statement.all(...args)),
    raw: (isRaw = true) => {
      statement.raw(isRaw);
      return guarded;
    },
  };
  return guarded as unknown as Statement;
}

function ended(): SagaError {
  return invalid("the transaction was rolled back inside its function, and cannot go on");
}

function invalid(what: string): SagaError {
  return new SagaError("SAGA_TRANSACTION_INVALID", what);
}
