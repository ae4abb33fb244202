/** The commands that look at all of a database file, and put a backup in its place. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { setup } from "xstate";
import { activity, createRuntime, defineSaga, openSqlite } from "../../src/index.ts";
import type { Runtime } from "../../src/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { databasePath } from "../fixtures/world.ts";
import { letterSaga } from "./machines/letter/index.ts";
import { json, sagachart } from "./shell-at-hand.ts";
import type { Run } from "./shell-at-hand.ts";

const MINUTE_MS = 60_000;

const machine = setup({ actors: { ship: activity<object, void>() } }).createMachine({
  id: "parcel",
  initial: "shipping",
  states: {
    shipping: {
      tags: "forward",
      invoke: { id: "ship", src: "ship", input: {}, onDone: "done", onError: "failed" },
    },
    failed: { type: "final", tags: "failed" },
    done: { type: "final", tags: "completed" },
  },
});

/** `shipped` collects the keys; without it nothing is ever done. */
function defineParcel(shipped?: string[]) {
  const ship = ({ idempotencyKey }: { idempotencyKey: string }): Promise<void> => {
    shipped?.push(idempotencyKey);
    return shipped === undefined ? new Promise(() => {}) : Promise.resolve();
  };
  const compensations = { ship: null };
  return defineSaga({ name: "parcel", version: 1, machine, activities: { ship }, compensations });
}

function withDb(path: string, args: readonly string[]): Promise<Run> {
  return sagachart(args, { environment: { SAGACHART_DB: path } });
}

/** A server with the parcels p-1 and p-2 under way, and a backup of its file. */
async function withBackup(): Promise<{ path: string; backup: string; runtime: Runtime }> {
  const path = databasePath();
  const saga = defineParcel();
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [saga] });
  for (const instanceId of ["p-1", "p-2"]) await runtime.start(saga, { instanceId, input: {} });
  const backup = join(dirname(path), "backup.db");
  expect((await withDb(path, ["backup", backup])).code).toBe(0);
  return { path, backup, runtime };
}

test("verify finds nothing in the file of a running server, and each damage in a copy", async () => {
  const { path, backup, runtime } = await withBackup();

  const well = await withDb(path, ["verify", "--json"]);
  const client = new Database(backup);
  client.exec("UPDATE journal SET event = event || ' ' WHERE instance = 1");
  client.close();
  const damaged = await withDb(backup, ["verify", "--json"]);
  const text = await withDb(backup, ["verify"]);

  expect(well.code).toBe(0);
  expect(json(well)).toMatchObject({ instances: 2, entries: 2, findings: [] });
  expect(damaged.code).toBe(3);
  expect(json(damaged)).toMatchObject({
    findings: [
      { kind: "rows", instance: { saga: "parcel", instanceId: "p-1" } },
      { kind: "journal", instance: { saga: "parcel", instanceId: "p-1" } },
    ],
  });
  expect(text.out).toContain("journal  parcel/p-1: entry 1 of its journal");
  await runtime.close({ graceMs: 0 });
});

test("verify folds journals through the sagas of a folder, and tells of each that leads elsewhere", async () => {
  const path = databasePath();
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [letterSaga] });
  for (const instanceId of ["l-1", "l-2"]) {
    await runtime.start(letterSaga, { instanceId, input: {} });
    await runtime.send(letterSaga, instanceId, { type: "POSTED" });
  }
  const machines = ["--machines", "test/cli/machines"];

  const well = await withDb(path, ["verify", ...machines, "--json"]);
  await runtime.close();
  // As a chart that was changed without a new version: it comes to another end.
  const client = new Database(path);
  const bent = "replace(snapshot, 'posted', 'lost')";
  client.exec(`UPDATE instances SET snapshot = ${bent} WHERE instance_id = 'l-2'`);
  client.close();
  const [bad, text] = [
    await withDb(path, ["verify", ...machines, "--json"]),
    await withDb(path, ["verify", ...machines]),
  ];

  expect(well.code).toBe(0);
  expect(json(well)).toMatchObject({
    folds: { equal: 2, different: 0, skipped: {}, isComplete: true },
  });
  expect(bad.code).toBe(3);
  expect(json(bad)).toMatchObject({
    folds: {
      equal: 1,
      different: 1,
      differences: [{ instance: { saga: "letter", instanceId: "l-2" } }],
    },
  });
  expect(text.out).toContain("fold     letter/l-2: the journal of instance");
  expect(text.out).toContain("1 journals lead to their snapshots, 1 elsewhere");
});

test("a restored store is whole, and nothing of it runs until an operator resumes it", async () => {
  const { path, backup, runtime } = await withBackup();
  await runtime.close({ graceMs: 0 });
  rmSync(path);
  expect(() => openSqlite(path)).toThrow(expect.objectContaining({ code: "SAGA_STORE_MISMATCH" }));

  const run = await withDb(path, ["restore", backup, "--json"]);
  const shipped: string[] = [];
  const saga = defineParcel(shipped);
  const after = await createRuntime({ store: openSqlite(path), sagas: [saga], leaseMs: 100 });
  const held = await after.get(saga, "p-1");
  const before = [...shipped];
  await after.operate(saga, "p-1", { operation: "resume", reason: "it was looked at" });
  await after.waitFor(saga, "p-1", { phase: "completed" });

  expect(run.code).toBe(0);
  expect(json(run)).toMatchObject({
    aside: null,
    suspended: 2,
    again: [
      { saga: "parcel", instanceId: "p-1", idempotencyKey: "parcel/p-1/ship/1" },
      { saga: "parcel", instanceId: "p-2", idempotencyKey: "parcel/p-2/ship/1" },
    ],
  });
  expect(held).toMatchObject({
    phase: "forward",
    suspended: { by: "tess", reason: `restored from ${backup}` },
    quarantined: null,
  });
  expect(before).toEqual([]);
  expect(shipped).toEqual(["parcel/p-1/ship/1"]);
  expect(await after.get(saga, "p-2")).toMatchObject({ state: "shipping" });
  await after.close({ graceMs: 0 });
});

test("a schedule of a restored store starts nothing until an operator resumes it", async () => {
  const path = databasePath();
  const backup = join(dirname(path), "backup.db");
  const saga = defineParcel();
  const clock = new ManualClock();
  const open = () => createRuntime({ store: openSqlite(path), sagas: [saga], clock });
  const runtime = await open();
  await runtime.schedules.create(saga, { scheduleId: "s", everyMs: MINUTE_MS, input: {} });
  await withDb(path, ["backup", backup]);
  await runtime.close({ graceMs: 0 });
  rmSync(path);

  const run = await withDb(path, ["restore", backup, "--json"]);
  const after = await open();
  const count = async () => (await after.search()).items.length;
  await clock.advance(3 * MINUTE_MS);
  const before = await count();
  const resumed = await after.schedules.resume(saga, "s");
  await clock.advance(MINUTE_MS);

  expect(json(run)).toMatchObject({ suspended: 0, paused: 1 });
  expect(before).toBe(0);
  expect(resumed).toMatchObject({ paused: false, lastDueAtMs: null });
  expect(await count()).toBe(1);
  await after.close({ graceMs: 0 });
});

test("a restore puts aside what was there", async () => {
  const { path, backup, runtime } = await withBackup();
  await runtime.close({ graceMs: 0 });

  const run = await withDb(path, ["restore", backup]);
  const verified = await withDb(path, ["verify"]);

  expect(run.out).toContain(`what was there is ${path}.replaced-1`);
  expect(existsSync(`${path}.replaced-1`)).toBe(true);
  expect(verified.code).toBe(0);
  expect(readEpoch(path)).toBe(readEpoch(`${path}.replaced-1`));
});

test("a restore changes nothing while a server has the file, or from a damaged backup", async () => {
  const { path, backup, runtime } = await withBackup();

  const locked = await withDb(path, ["restore", backup, "--json"]);
  await runtime.close({ graceMs: 0 });
  const bytes = readFileSync(path);
  const client = new Database(backup);
  client.exec("UPDATE outbox SET input = '[]'");
  client.close();
  const damaged = await withDb(path, ["restore", backup, "--json"]);

  expect(locked).toMatchObject({ code: 8 });
  expect(locked.err + locked.out).toContain("SAGA_STORE_LOCKED");
  expect(damaged).toMatchObject({ code: 8 });
  expect(damaged.err + damaged.out).toContain("SAGA_STORE_DAMAGED");
  expect(readFileSync(path)).toEqual(bytes);
});

function readEpoch(path: string): number {
  const client = new Database(path, { readonly: true });
  const epoch = client.prepare("SELECT epoch FROM meta").pluck().get();
  client.close();
  return Number(epoch);
}
