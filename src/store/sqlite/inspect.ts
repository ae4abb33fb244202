/**
 * A look at a database file that changes nothing: read only, without the owner lock, so that it works while a
 * server has the file.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import Database from "better-sqlite3";
import { SagaError } from "../../errors.ts";
import type {
  InstanceCount,
  InstancePage,
  InstanceQuery,
  JournalEntry,
  StoredInstance,
} from "../store.ts";
import type { InstanceKey } from "../store.ts";
import { countMigrations, findPendingMigrations } from "./migrate.ts";
import { takeOwnerLock } from "./owner-lock.ts";
import { toOpenError } from "./sqlite-errors.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { verify } from "./verify.ts";
import type { Verification } from "./verify.ts";

/** What may be asked of a store that must not be changed. */
export interface ReadableStore {
  load(key: InstanceKey): Promise<StoredInstance | null>;
  findInstances(query: InstanceQuery): Promise<InstancePage>;
  readJournal(
    key: InstanceKey,
    page: { afterRevision: number; limit: number },
  ): Promise<readonly JournalEntry[]>;
  countInstances(filter: { saga?: string }): Promise<readonly InstanceCount[]>;
}

export class DatabaseFile {
  readonly path: string;
  readonly #client: Database.Database;

  /**
   * @throws {SagaError} SAGA_STORE_INVALID if there is no such file, or it is no database of ours.
   * @throws {SagaError} SAGA_STORE_TOO_NEW if a newer program has migrated it.
   */
  constructor(path: string) {
    this.path = resolve(path);
    if (!existsSync(this.path)) {
      throw new SagaError("SAGA_STORE_INVALID", `there is no database at "${this.path}"`);
    }
    try {
      this.#client = new Database(this.path, { readonly: true, fileMustExist: true });
    } catch (error) {
      throw toOpenError(error, this.path);
    }
    try {
      findPendingMigrations(this.#client, this.path);
    } catch (error) {
      this.#client.close();
      throw toOpenError(error, this.path);
    }
  }

  /** How many migrations the file has, and how many this program knows. */
  schema(): { applied: number; known: number } {
    const applied = Number(this.#client.pragma("user_version", { simple: true }));
    return { applied, known: countMigrations() };
  }

  /** What SQLite finds damaged; nothing if all is well. It reads the whole file. */
  damages(): readonly string[] {
    const rows = this.#client.pragma("quick_check") as readonly { quick_check: string }[];
    const found = rows.map((row) => row.quick_check).filter((text) => text !== "ok");
    const orphans = this.#client.pragma("foreign_key_check") as readonly { table: string }[];
    const tables = new Set(orphans.map(({ table }) => table));
    return [
      ...found,
      ...[...tables].map((table) => `rows of "${table}" whose instance is missing`),
    ];
  }

  /**
   * Looks at all of it; see `verify.ts`.
   *
   * @throws {SagaError} SAGA_STORE_INVALID if the schema is not the one that this program reads.
   */
  verify(onProgress?: (done: number, total: number) => void): Verification {
    const { applied, known } = this.schema();
    if (applied !== known) {
      throw new SagaError(
        "SAGA_STORE_INVALID",
        `"${this.path}" has schema ${applied}, this program reads ${known}; migrate it, or use the program that wrote it`,
      );
    }
    // As of one moment, though a server writes meanwhile.
    this.#client.exec("BEGIN");
    try {
      return verify(this.#client, onProgress);
    } catch (error) {
      throw toOpenError(error, this.path);
    } finally {
      this.#client.exec("COMMIT");
    }
  }

  /** Its size, without what is still in its WAL. */
  bytes(): number {
    const pages = Number(this.#client.pragma("page_count", { simple: true }));
    return pages * Number(this.#client.pragma("page_size", { simple: true }));
  }

  /** A compact copy as of one moment, into an empty file. */
  copyTo(target: string): void {
    this.#client.prepare("VACUUM INTO ?").run(target);
  }

  /** Whether a store has it open for writing now, here or in another process. */
  isOwned(): boolean {
    try {
      takeOwnerLock(this.path).release();
      return false;
    } catch (error) {
      if (error instanceof SagaError && error.code === "SAGA_STORE_LOCKED") return true;
      throw error;
    }
  }

  /** Its instances; null if the schema is not the one that this program reads. */
  read(): ReadableStore | null {
    const { applied, known } = this.schema();
    if (applied !== known) return null;
    return new SqliteStore({ client: this.#client, epoch: 0, release: () => {} });
  }

  /** Idempotent. */
  close(): void {
    this.#client.close();
  }
}
