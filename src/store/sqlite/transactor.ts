/**
 * Transactions on the one connection of a store, and the end of all of them: after an error of the disk nobody
 * knows what is in the file, and after its loss it is another's, so nothing is let through until it is opened again.
 */
import type { Database, Statement } from "better-sqlite3";
import { isFatalToStore, SagaError } from "../../errors.ts";
import type { Fence } from "./fence.ts";
import { toCommitError, toStoreError } from "./sqlite-errors.ts";

export class Transactor {
  readonly #client: Database;
  // Not Drizzle's transactions: those do not tell an error of COMMIT from one before it.
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #fence: Fence;
  #failure: SagaError | null = null;
  #isClosed = false;

  constructor(client: Database, fence: Fence) {
    this.#client = client;
    this.#fence = fence;
    this.#begin = client.prepare("BEGIN IMMEDIATE");
    this.#commit = client.prepare("COMMIT");
    this.#rollback = client.prepare("ROLLBACK");
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Lets nothing more through. Answers whether the file is known to be whole. */
  close(): boolean {
    this.#isClosed = true;
    return this.#failure === null;
  }

  /** Commits what `work` wrote if it is to be kept, else rolls it back; rolls back if `work` throws. */
  transact<T>(work: () => T, isToBeKept: (result: T) => boolean = () => true): T {
    return this.guard(() => {
      this.#begin.run();
      let result: T;
      try {
        this.#fence();
        result = work();
      } catch (error) {
        this.#rollBack();
        throw error;
      }
      if (isToBeKept(result)) this.#commitTransaction();
      else this.#rollBack();
      return result;
    });
  }

  #commitTransaction(): void {
    try {
      this.#commit.run();
    } catch (error) {
      this.#rollBack();
      throw toCommitError(error);
    }
  }

  #rollBack(): void {
    // SQLite rolls back by itself after some errors, a full disk among them.
    if (!this.#client.inTransaction) return;
    try {
      this.#rollback.run();
    } catch (error) {
      throw toCommitError(error);
    }
  }

  /** Lets nothing through after the outcome of a commit was lost, and maps what SQLite throws. */
  guard<T>(work: () => T): T {
    if (this.#isClosed) throw new Error("the store is closed");
    if (this.#failure !== null) {
      throw new SagaError(this.#failure.code, this.#failure.message, { cause: this.#failure });
    }
    try {
      return work();
    } catch (error) {
      const mapped = toStoreError(error);
      if (isFatalToStore(mapped)) this.#failure = mapped;
      throw mapped;
    }
  }
}
