import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { expect, test } from "vitest";
import { openConnection } from "../../src/store/sqlite/connection.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { takeOwnerLock } from "../../src/store/sqlite/owner-lock.ts";
import { meta } from "../../src/store/sqlite/schema.ts";
import { toOpenError } from "../../src/store/sqlite/sqlite-errors.ts";
import { key, writeSet } from "../../src/testing/store-records.ts";
import { freshDatabasePath } from "./database-path.ts";

const refusedAs = (code: string) => expect.objectContaining({ code });

test("every opening is durable: WAL and FULL, also of a file that exists", () => {
  const path = freshDatabasePath();

  for (let opening = 1; opening <= 2; opening++) {
    const client = openConnection(path);
    const settings = ["journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint"].map(
      (name) => [name, client.pragma(name, { simple: true })],
    );
    client.close();

    expect(Object.fromEntries(settings)).toEqual({
      journal_mode: "wal",
      synchronous: 2,
      foreign_keys: 1,
      wal_autocheckpoint: 16_384,
    });
  }
});

test("a database that does not take the settings is refused", () => {
  // SQLite's nameless temporary database has no WAL.
  expect(() => openConnection("")).toThrow(refusedAs("SAGA_STORE_INVALID"));
});

test("a store is created with its folder", async () => {
  const path = join(dirname(freshDatabasePath()), "a", "b", "sagas.db");

  const store = openSqlite(path);

  expect(await store.commit([writeSet(1)])).toEqual(["committed"]);
  await store.close();
});

test("each opening is another epoch of the same store", async () => {
  const path = freshDatabasePath();

  await openSqlite(path).close();
  const first = readMeta(path);
  await openSqlite(path).close();
  const second = readMeta(path);

  expect(first).toEqual({ storeId: expect.stringMatching(/^[0-9a-f]{32}$/), epoch: 1 });
  expect(second).toEqual({ storeId: first.storeId, epoch: 2 });
});

test("closing leaves one file with everything in it", async () => {
  const path = freshDatabasePath();
  const store = openSqlite(path);
  await store.commit([writeSet(1)]);

  await store.close();

  const copy = freshDatabasePath();
  writeFileSync(copy, readFileSync(path));
  const restored = openSqlite(copy);
  expect((await restored.load(key))?.record.revision).toBe(1);
  await restored.close();
});

test("closing leaves nothing in the WAL, though a backup tool has the file open", async () => {
  const path = freshDatabasePath();
  const store = openSqlite(path);
  await store.commit([writeSet(1)]);
  const reader = new Database(path, { readonly: true });
  reader.prepare("SELECT * FROM instances").all();

  await store.close();

  // `stat` opens nothing, so it takes no lock away.
  expect(statSync(`${path}-wal`).size).toBe(0);
  reader.close();
});

test("the file of a newer program is refused and not changed", () => {
  const path = freshDatabasePath();
  change(path, (client) => client.pragma("user_version = 99"));
  const before = readFileSync(path);

  expect(() => openSqlite(path)).toThrow(refusedAs("SAGA_STORE_TOO_NEW"));
  expect(readFileSync(path)).toEqual(before);
});

test("the file of another application is refused and not changed", () => {
  for (const statement of ["CREATE TABLE accounts (id)", "PRAGMA application_id = 7"]) {
    const path = freshDatabasePath();
    const client = new Database(path);
    client.exec(statement);
    client.close();
    const before = readFileSync(path);

    expect(() => openSqlite(path)).toThrow(refusedAs("SAGA_STORE_INVALID"));
    expect(readFileSync(path)).toEqual(before);
  }
});

test("a file that is no database is refused and not changed", () => {
  const path = freshDatabasePath();
  writeFileSync(path, "name,amount\n".repeat(1_000));

  expect(() => openSqlite(path)).toThrow(refusedAs("SAGA_STORE_INVALID"));
  expect(readFileSync(path, "utf8")).toBe("name,amount\n".repeat(1_000));
});

test("a file that may only be read is refused as one that was given, not as a disk that fails", () => {
  const error = new Database.SqliteError("attempt to write it", "SQLITE_READONLY_DIRECTORY");

  expect(toOpenError(error, "sagas.db")).toEqual(refusedAs("SAGA_STORE_INVALID"));
});

test("a path that cannot be a file is refused", () => {
  const path = freshDatabasePath();
  writeFileSync(join(dirname(path), "file"), "");
  mkdirSync(join(dirname(path), "folder"));

  for (const name of ["folder", "file/sagas.db"]) {
    const wrong = join(dirname(path), name);
    expect(() => openSqlite(wrong)).toThrow(refusedAs("SAGA_STORE_INVALID"));
  }
});

test("an opening that failed gives the lock back", async () => {
  const path = freshDatabasePath();
  change(path, (client) => client.pragma("user_version = 99"));
  expect(() => openSqlite(path)).toThrow(refusedAs("SAGA_STORE_TOO_NEW"));

  const lock = takeOwnerLock(path);
  lock.release();

  change(path, (client) => client.pragma("user_version = 1"), "opened before");
  const store = openSqlite(path);
  expect(await store.load(key)).toBeNull();
  await store.close();
});

/** Changes a store's file from outside while it is closed. */
function change(path: string, work: (client: Database.Database) => unknown, state = "new"): void {
  const client = state === "new" ? openConnection(path) : new Database(path);
  work(client);
  client.pragma("wal_checkpoint(TRUNCATE)");
  client.close();
}

function readMeta(path: string): { storeId: string; epoch: number } {
  const client = new Database(path, { readonly: true });
  const [row, ...others] = drizzle(client).select().from(meta).all();
  client.close();
  if (row === undefined || others.length > 0) throw new Error("meta has not exactly one row");
  return { storeId: row.storeId, epoch: row.epoch };
}
