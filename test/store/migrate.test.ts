import { readFileSync } from "node:fs";
import type { Database } from "better-sqlite3";
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from "drizzle-kit/api";
import { expect, onTestFinished, test } from "vitest";
import { openConnection } from "../../src/store/sqlite/connection.ts";
import { applyMigrations, findPendingMigrations } from "../../src/store/sqlite/migrate.ts";
import * as schema from "../../src/store/sqlite/schema.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { key, timerRecord, writeSet } from "../../src/testing/store-records.ts";

const migrationsUrl = new URL("../../src/store/sqlite/migrations/meta/", import.meta.url);

test("the migrations make the schema: drizzle-kit has nothing to add", async () => {
  const { entries } = readJson("_journal.json") as { entries: { idx: number; when: number }[] };
  const last = entries.at(-1)?.idx ?? 0;
  const snapshot = readJson(`${String(last).padStart(4, "0")}_snapshot.json`);

  const current = await generateSQLiteDrizzleJson(schema);

  expect(await generateSQLiteMigration(snapshot as typeof current, current)).toEqual([]);
});

test("migrations are numbered in the order in which they were made", () => {
  const { entries } = readJson("_journal.json") as { entries: { idx: number; when: number }[] };

  expect(entries.map(({ idx }) => idx)).toEqual(entries.map((_, index) => index));
  expect(entries.map(({ when }) => when)).toEqual(
    entries.map(({ when }) => when).toSorted((left, right) => left - right),
  );
});

test("a migrated database has nothing pending", () => {
  const client = connect();

  expect(findPendingMigrations(client, "it").statements).toEqual([]);
});

test("migrations that fail leave the database as it was", () => {
  const client = connect();
  const pending = {
    statements: ["CREATE TABLE notes (id)", "UPDATE instances SET nonsense = 1"],
    schemaVersion: 2,
  };

  expect(() => applyMigrations(client, "it", pending)).toThrow("nonsense");

  expect(client.pragma("user_version", { simple: true })).toBe(1);
  expect(client.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'notes'").get()).toBeUndefined();
});

test("a migration that rebuilds the instances keeps what belongs to them", async () => {
  const client = connect();
  const store = new SqliteStore({ client, epoch: 1, release: () => {} });
  await store.commit([writeSet(1, { timersSet: [timerRecord()] })]);
  const before = await store.load(key);
  // What drizzle-kit generates when a column changes.
  const statements = [
    "CREATE TABLE __new_instances AS SELECT * FROM instances",
    "DROP TABLE instances",
    "ALTER TABLE __new_instances RENAME TO instances",
    "CREATE UNIQUE INDEX instances_key ON instances (key)",
  ];

  applyMigrations(client, "it", { statements, schemaVersion: 2 });

  expect(await store.load(key)).toEqual(before);
  expect(client.pragma("foreign_keys", { simple: true })).toBe(1);
});

test("migrations that lose an instance are refused and undone", async () => {
  const client = connect();
  const store = new SqliteStore({ client, epoch: 1, release: () => {} });
  await store.commit([writeSet(1, { timersSet: [timerRecord()] })]);
  const pending = { statements: ["DELETE FROM instances"], schemaVersion: 2 };

  expect(() => applyMigrations(client, "it", pending)).toThrow(
    expect.objectContaining({ code: "SAGA_STORE_INVALID" }),
  );

  expect((await store.load(key))?.timers).toEqual([timerRecord()]);
});

function connect(): Database {
  const client = openConnection(":memory:");
  onTestFinished(() => void client.close());
  return client;
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, migrationsUrl), "utf8"));
}
