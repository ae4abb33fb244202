import Database from "better-sqlite3";
import { DrizzleQueryError } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { SagaError } from "../../src/errors.ts";
import { openConnection } from "../../src/store/sqlite/connection.ts";
import { toCommitError, toOpenError, toStoreError } from "../../src/store/sqlite/sqlite-errors.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { instanceRecord, key, timerRecord, writeSet } from "../../src/testing/store-records.ts";
import { freshDatabasePath } from "./database-path.ts";

const sqliteError = (code: string) => new Database.SqliteError("it failed", code);
const codeOf = (error: unknown) => (error instanceof SagaError ? error.code : error);

test.each([
  ["SQLITE_BUSY", "SAGA_STORE_BUSY"],
  ["SQLITE_BUSY_SNAPSHOT", "SAGA_STORE_BUSY"],
  ["SQLITE_FULL", "SAGA_STORE_FULL"],
  ["SQLITE_IOERR", "SAGA_STORE_OUTCOME_UNKNOWN"],
  ["SQLITE_IOERR_FSYNC", "SAGA_STORE_OUTCOME_UNKNOWN"],
  ["SQLITE_CORRUPT", "SAGA_STORE_OUTCOME_UNKNOWN"],
  ["SQLITE_CORRUPT_INDEX", "SAGA_STORE_OUTCOME_UNKNOWN"],
  ["SQLITE_NOTADB", "SAGA_STORE_OUTCOME_UNKNOWN"],
  ["SQLITE_READONLY_DBMOVED", "SAGA_STORE_OUTCOME_UNKNOWN"],
])("%s is %s, also when Drizzle wraps it and at COMMIT", (sqliteCode, sagaCode) => {
  const error = sqliteError(sqliteCode);

  expect(codeOf(toStoreError(error))).toBe(sagaCode);
  expect(codeOf(toStoreError(new DrizzleQueryError("select 1", [], error)))).toBe(sagaCode);
  expect(codeOf(toCommitError(error))).toBe(sagaCode);
});

test.each(["SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_SHMOPEN"])(
  "%s while opening is a full disk",
  (code) => {
    expect(toOpenError(sqliteError(code), "/var/lib/sagas.db")).toMatchObject({
      code: "SAGA_STORE_FULL",
      message: expect.stringContaining("/var/lib/sagas.db") as string,
    });
  },
);

test("what is no fault of the disk stays the error that it is, but at COMMIT", () => {
  const constraint = sqliteError("SQLITE_CONSTRAINT_UNIQUE");
  const bug = new TypeError("a bug");

  expect(toStoreError(constraint)).toBe(constraint);
  expect(toStoreError(bug)).toBe(bug);
  expect(toOpenError(bug, "sagas.db")).toBe(bug);
  expect(codeOf(toCommitError(constraint))).toBe("SAGA_STORE_OUTCOME_UNKNOWN");
  expect(codeOf(toCommitError(bug))).toBe("SAGA_STORE_OUTCOME_UNKNOWN");
});

test("a full disk refuses the batch whole, and the same store goes on when there is space", async () => {
  const { client, store } = openWithClient();
  await store.commit([writeSet(1)]);
  const large = instanceRecord({ revision: 2, snapshot: "x".repeat(100_000) });
  const batch = [
    writeSet(1, { key: { saga: "order", instanceId: "o-2" } }),
    { ...writeSet(2, { timersSet: [timerRecord()] }), instance: large },
  ];

  // As if the disk had room for no more than there is.
  client.pragma(`max_page_count = ${String(client.pragma("page_count", { simple: true }))}`);
  await expect(store.commit(batch)).rejects.toThrow(
    expect.objectContaining({ code: "SAGA_STORE_FULL" }),
  );

  expect((await store.load(key))?.record.revision).toBe(1);
  expect(await store.load({ saga: "order", instanceId: "o-2" })).toBeNull();
  client.pragma("max_page_count = 100000");
  expect(await store.commit(batch)).toEqual(["committed", "committed"]);
});

test("a busy database refuses the batch, and the same store goes on when it is free", async () => {
  const { client, path, store } = openWithClient();
  client.pragma("busy_timeout = 0");
  const other = new Database(path);
  other.exec("BEGIN IMMEDIATE");

  await expect(store.commit([writeSet(1)])).rejects.toThrow(
    expect.objectContaining({ code: "SAGA_STORE_BUSY" }),
  );

  other.exec("ROLLBACK");
  other.close();
  expect(await store.commit([writeSet(1)])).toEqual(["committed"]);
});

test("after a commit whose outcome is unknown the store answers nothing but close", async () => {
  const { client, store } = openWithClient();
  await store.commit([writeSet(1)]);
  // A constraint that is checked by COMMIT itself, which is where an error leaves doubt.
  client.exec(`
    CREATE TABLE doubt (instance INTEGER REFERENCES instances (key) DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER fail_commit AFTER INSERT ON timers BEGIN INSERT INTO doubt VALUES (-1); END;
  `);
  const unknown = expect.objectContaining({ code: "SAGA_STORE_OUTCOME_UNKNOWN" });

  await expect(store.commit([writeSet(2, { timersSet: [timerRecord()] })])).rejects.toThrow(
    unknown,
  );

  await expect(store.load(key)).rejects.toThrow(unknown);
  await expect(store.commit([writeSet(2)])).rejects.toThrow(unknown);
  await expect(store.claimEffects({ limit: 1, nowMs: 0, leaseUntilMs: 1 })).rejects.toThrow(
    unknown,
  );
  await expect(store.close()).resolves.toBeUndefined();
});

test("a bug in one write set rolls the batch back and leaves the store as it was", async () => {
  const { store } = openWithClient();
  const twice = [timerRecord(), timerRecord()];

  await expect(
    store.commit([
      writeSet(1, { key: { saga: "order", instanceId: "o-2" } }),
      writeSet(1, { timersSet: twice }),
    ]),
  ).rejects.toThrow(expect.objectContaining({ code: "SQLITE_CONSTRAINT_UNIQUE" }));

  expect(await store.load({ saga: "order", instanceId: "o-2" })).toBeNull();
  expect(await store.commit([writeSet(1)])).toEqual(["committed"]);
});

/** A store whose connection the test may spoil. */
function openWithClient(): { client: Database.Database; path: string; store: SqliteStore } {
  const path = freshDatabasePath();
  const client = openConnection(path);
  const store = new SqliteStore({ client, epoch: 1, release: () => {} });
  onTestFinished(() => store.close());
  return { client, path, store };
}
