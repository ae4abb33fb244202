/**
 * Brings a database file to the schema of this program, or says why it cannot.
 *
 * `user_version` counts the migrations that were applied, in the order of drizzle-kit's journal. We do not
 * use Drizzle's own migrator: it has no lock, goes on in silence with a file of a newer program, and leaves
 * out a migration whose timestamp is older than the last one applied.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import type { Database } from "better-sqlite3";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { SagaError } from "../../errors.ts";
import { packagePath } from "../../package.ts";
import { createPrivately } from "./database-path.ts";
import { once } from "./statements.ts";

/** "Saga" in ASCII. Marks our files in SQLite's header, where `file` and the sqlite3 shell show it. */
const APPLICATION_ID = 0x53616761;

/** A larger file is migrated without a copy, which would take minutes and as much space again. */
const MIGRATION_BACKUP_BYTES_MAX = 1024 * 1024 * 1024;

/** What is missing in a file: all of it in a new one. */
export interface PendingMigrations {
  readonly statements: readonly string[];
  /** What `user_version` is when they are applied. */
  readonly schemaVersion: number;
}

/**
 * Writes nothing, since the file may be somebody else's.
 *
 * @throws {SagaError} SAGA_STORE_INVALID if the file belongs to another application.
 * @throws {SagaError} SAGA_STORE_TOO_NEW if a newer program has migrated it.
 */
export function findPendingMigrations(client: Database, path: string): PendingMigrations {
  const migrations = readMigrations();
  const applied = readSchemaVersion(client, path);
  if (applied > migrations.length) {
    throw new SagaError(
      "SAGA_STORE_TOO_NEW",
      `"${path}" has schema ${applied}, this program knows ${migrations.length}; start the program that wrote it, or a newer one`,
    );
  }
  return {
    statements: migrations.slice(applied).flatMap((migration) => migration.sql),
    schemaVersion: migrations.length,
  };
}

// Read once: the files of a program do not change while it runs.
const readMigrations = once(() =>
  readMigrationFiles({ migrationsFolder: packagePath("src/store/sqlite/migrations") }),
);

/** How many migrations this program knows. */
export function countMigrations(): number {
  return readMigrations().length;
}

/**
 * Applies all of them in one transaction, or none; before, puts a copy of the file beside it, `<file>.pre-<schema>`,
 * unless it is new or large. The owner lock keeps others from doing the same.
 */
export function migrate(client: Database, path: string, pending: PendingMigrations): void {
  if (pending.statements.length === 0) return;
  if (isWorthACopy(client)) copyBefore(client, `${path}.pre-${pending.schemaVersion}`);
  applyMigrations(client, path, pending);
}

function isWorthACopy(client: Database): boolean {
  const bytes =
    Number(client.pragma("page_count", { simple: true })) *
    Number(client.pragma("page_size", { simple: true }));
  const isNew = Number(client.pragma("user_version", { simple: true })) === 0;
  return !isNew && !client.memory && bytes < MIGRATION_BACKUP_BYTES_MAX;
}

function copyBefore(client: Database, target: string): void {
  const part = `${target}.part`;
  // What a process that died in the middle of it has left.
  rmSync(part, { force: true });
  createPrivately(part);
  client.prepare("VACUUM INTO ?").run(part);
  const descriptor = openSync(part, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(part, target);
}

/** Applies all of them in one transaction, or none. */
export function applyMigrations(client: Database, path: string, pending: PendingMigrations): void {
  if (pending.statements.length === 0) return;

  // A table that is rebuilt would delete its children. Inside a transaction this pragma does nothing.
  client.pragma("foreign_keys = OFF");
  const apply = client.transaction(() => {
    for (const statement of pending.statements) client.exec(statement);
    checkForeignKeys(client, path);
    client.pragma(`application_id = ${APPLICATION_ID}`);
    client.pragma(`user_version = ${pending.schemaVersion}`);
  });
  apply.immediate();
  client.pragma("foreign_keys = ON");
}

/** How many migrations the file has: 0 for a new one. */
function readSchemaVersion(client: Database, path: string): number {
  const applicationId = Number(client.pragma("application_id", { simple: true }));
  const applied = Number(client.pragma("user_version", { simple: true }));
  if (applicationId === APPLICATION_ID) return applied;

  const isEmpty = client.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  if (isEmpty && applicationId === 0 && applied === 0) return 0;
  throw new SagaError(
    "SAGA_STORE_INVALID",
    `"${path}" is the database of another application (application_id ${applicationId}); give another path`,
  );
}

function checkForeignKeys(client: Database, path: string): void {
  const violations = client.pragma("foreign_key_check");
  if (!Array.isArray(violations) || violations.length > 0) {
    throw new SagaError(
      "SAGA_STORE_INVALID",
      `"${path}" has rows whose instance is missing; nothing was migrated, restore a backup`,
      { details: { violations } },
    );
  }
}
