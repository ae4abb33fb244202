/** The commands that care for the database file and the sagas beside it. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { createRuntime, openSqlite } from "../../src/index.ts";
import { orderSaga } from "../../machines/order/index.ts";
import { databasePath } from "../fixtures/world.ts";
import { json, sagachart } from "./shell-at-hand.ts";
import type { Run } from "./shell-at-hand.ts";

const input = {
  customerId: "c-1",
  amountCents: 4_200,
  items: [{ sku: "tea", quantity: 2 }],
  address: { line1: "Kai 1", city: "Hamburg", postcode: "20457", country: "DE" },
};

/** A file with some orders whose calls go nowhere, and a store that has it open. */
async function ordersAt(path: string, count: number): Promise<void> {
  const activities = Object.keys(orderSaga.activities).map((name) => [name, forever] as const);
  const saga = { ...orderSaga, activities: Object.fromEntries(activities) };
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [saga] });
  onTestFinished(() => runtime.close({ graceMs: 0 }));
  for (let index = 1; index <= count; index += 1) {
    await runtime.start(saga, { instanceId: `o-${index}`, input });
  }
}

function forever(): Promise<never> {
  return new Promise(() => {});
}

function withDb(path: string, args: readonly string[]): Promise<Run> {
  return sagachart(args, { environment: { SAGACHART_DB: path } });
}

test("doctor finds all well while a server has the file, and changes nothing", async () => {
  const path = databasePath();
  await ordersAt(path, 3);

  const run = await withDb(path, ["doctor", "--json"]);

  expect(run.code).toBe(0);
  expect(json(run)).toMatchObject({ verdict: "ok", census: { instances: 3, cases: [] } });
  expect(run.out).toContain("a server has the file open");
});

test("doctor tells of instances that the sagas in a folder could not go on with", async () => {
  const path = databasePath();
  await ordersAt(path, 7);
  const run = await withDb(path, ["doctor", "--against", "test/cli/machines", "--json"]);
  const text = await withDb(path, ["doctor", "--against", "test/cli/machines"]);

  expect(run.code).toBe(3);
  expect(json(run)).toMatchObject({
    verdict: "problem",
    census: { cases: [{ kind: "saga-missing", isStranded: true, saga: "order", instances: 7 }] },
  });
  expect(text.out).toContain("7: o-7, o-6, o-5, o-4, o-3, …");
});

test("doctor of a folder that does not load says why, and of no file that there is none", async () => {
  const path = databasePath();

  const run = await withDb(path, ["doctor", "--against", "nowhere", "--json"]);

  expect(run.code).toBe(3);
  expect(run.out).toContain("the machines folder");
  expect(run.out).toContain("there is no database yet");
  expect(existsSync(path)).toBe(false);
});

test("doctor finds damage", async () => {
  const path = databasePath();
  await ordersAt(path, 0);
  const database = new Database(path);
  database.pragma("foreign_keys = OFF");
  database
    .prepare(
      "INSERT INTO timers (instance, timer_id, event, due_at_ms, seal) VALUES (99, 't', '{}', 1, 0)",
    )
    .run();
  database.close();

  const run = await withDb(path, ["doctor"]);

  expect(run.code).toBe(3);
  expect(run.out).toContain('rows of "timers" whose instance is missing');
});

test("a backup made while a server writes is whole, and as of one moment", async () => {
  const path = databasePath();
  await ordersAt(path, 20);
  const target = join(dirname(path), "backup.db");

  const backup = await withDb(path, ["backup", target, "--json"]);
  const copy = await withDb(target, ["doctor", "--json"]);
  const again = await withDb(path, ["backup", target]);

  expect([backup.code, copy.code, again.code]).toEqual([0, 0, 2]);
  expect(json(copy)).toMatchObject({ census: { instances: 20, cases: [] } });
  expect(again.err).toContain("there is a file at");
  expect(readdirSync(dirname(path)).filter((name) => name.includes(".part"))).toEqual([]);
});

test("what is no database of ours is refused by all three, and left as it is", async () => {
  const path = databasePath();
  const other = new Database(path);
  other.exec("CREATE TABLE notes (text)");
  other.close();
  const target = join(dirname(path), "backup.db");

  const runs = [
    await withDb(path, ["backup", target]),
    await withDb(path, ["migrate-db"]),
    await withDb(path, ["doctor"]),
  ];

  expect(runs.map(({ code }) => code)).toEqual([8, 8, 3]);
  expect(runs[0]?.err).toContain("SAGA_STORE_INVALID");
});

test("migrate-db leaves a file alone that a server has open", async () => {
  const path = databasePath();
  await ordersAt(path, 1);

  const checked = await withDb(path, ["migrate-db", "--check", "--json"]);
  const refused = await withDb(path, ["migrate-db"]);

  expect(json(checked)).toMatchObject({ pending: 0 });
  expect([checked.code, refused.code]).toEqual([0, 8]);
  expect(refused.err).toContain("SAGA_STORE_LOCKED");
});

test("migrate-db brings an older file to the schema of this program", async () => {
  const path = databasePath();
  // An empty file is one that has had no migration yet.
  writeFileSync(path, "");

  const before = await withDb(path, ["migrate-db", "--check"]);
  const migrated = await withDb(path, ["migrate-db", "--json"]);
  const after = await withDb(path, ["migrate-db", "--check"]);

  expect([before.code, migrated.code, after.code]).toEqual([3, 0, 0]);
  expect(json(migrated)).toMatchObject({ from: 0 });
});
