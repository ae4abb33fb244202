/** The seven promises of the runtime, each by its own sentence. */
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { BACKOFF_MS, definePurchase, PATIENCE_MS, TIMEOUT_MS } from "../fixtures/purchase.ts";
import { crashedCopy, databasePath, deferred, openWorld } from "../fixtures/world.ts";
import type { Deferred } from "../fixtures/world.ts";

const LEASE_MS = 30_000;

test("promise 1: snapshot, journal row, timers, outbox and deduplication key commit together or not at all", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const saga = definePurchase({ charge: () => new Promise(() => {}) });
  const { runtime } = await openWorld(path, { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });

  // The journal refuses the row of revision 2, as a full disk might in the middle of the transaction.
  const rival = new Database(path);
  rival.exec(`CREATE TRIGGER refuse BEFORE INSERT ON journal WHEN NEW.revision = 2
              BEGIN SELECT RAISE(ABORT, 'no journal'); END`);
  const send = runtime.send(saga, "b-1", { type: "PAY" }, { eventId: "e-1" });
  await expect(send).rejects.toThrow("no journal");
  const rowsOf = (table: string): unknown => rival.prepare(`SELECT count(*) n FROM ${table}`).get();
  const left = ["outbox", "answers", "timers"].map((table) => rowsOf(table));

  rival.exec("DROP TRIGGER refuse");
  const paid = await runtime.send(saga, "b-1", { type: "PAY" }, { eventId: "e-1" });
  const made = ["outbox", "answers", "timers"].map((table) => rowsOf(table));
  rival.close();

  expect(left).toEqual([{ n: 0 }, { n: 0 }, { n: 1 }]);
  expect(paid).toMatchObject({ revision: 2, state: "paying.attempting" });
  expect(made).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
});

test("promise 1: an accepted event survives the death of the process", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const saga = definePurchase({ charge: () => new Promise(() => {}) });
  const before = await openWorld(path, { sagas: [saga], clock });
  await before.runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  const paid = await before.runtime.send(saga, "b-1", { type: "PAY" });

  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock });

  expect(await after.runtime.get(saga, "b-1")).toEqual(paid);
});

test("promise 2: an effect starts only after its commit", async () => {
  const path = databasePath();
  const seen: unknown[] = [];
  const saga = definePurchase({
    charge: () => {
      const reader = new Database(path, { readonly: true });
      seen.push(reader.prepare("SELECT max(revision) revision FROM journal").get());
      seen.push(reader.prepare("SELECT idempotency_key key FROM outbox").get());
      reader.close();
      return Promise.resolve({ paymentId: "p" });
    },
  });
  const { runtime } = await openWorld(path, { sagas: [saga] });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  await runtime.send(saga, "b-1", { type: "PAY" });
  await runtime.waitFor(saga, "b-1", { phase: "completed" });

  expect(seen).toEqual([{ revision: 2 }, { key: "purchase/b-1/charge/2" }]);
});

test("promise 2: an attempt lost with its process is made again, with the same key, and taken once", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const keys: string[] = [];
  const lost = definePurchase({
    charge: ({ idempotencyKey }) => {
      keys.push(idempotencyKey);
      return new Promise(() => {});
    },
  });
  const before = await openWorld(path, { sagas: [lost], clock });
  await before.runtime.start(lost, { instanceId: "b-1", input: { cents: 1 } });
  await before.runtime.send(lost, "b-1", { type: "PAY" });

  const saga = definePurchase({
    charge: ({ idempotencyKey }) => {
      keys.push(idempotencyKey);
      return Promise.resolve({ paymentId: "p-2" });
    },
  });
  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock });
  const paid = await after.runtime.waitFor(saga, "b-1", { phase: "completed" });

  expect(keys).toEqual(["purchase/b-1/charge/2", "purchase/b-1/charge/2"]);
  expect(paid).toMatchObject({ revision: 3, context: { paymentId: "p-2" } });
});

test("promise 2: attempts that the chart draws are one operation and keep its key", async () => {
  const clock = new ManualClock();
  const seen: [string, number][] = [];
  const saga = definePurchase({
    charge: ({ idempotencyKey, attempt }) => {
      seen.push([idempotencyKey, attempt]);
      return attempt < 3 ? Promise.reject(new Error("503")) : Promise.resolve({ paymentId: "p" });
    },
  });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  await runtime.send(saga, "b-1", { type: "PAY" });
  await clock.advance(2 * BACKOFF_MS);

  expect(await runtime.get(saga, "b-1")).toMatchObject({ phase: "completed" });
  expect(seen).toEqual([
    ["purchase/b-1/charge/2", 1],
    ["purchase/b-1/charge/2", 2],
    ["purchase/b-1/charge/2", 3],
  ]);
});

test("promise 3: a late answer changes nothing", async () => {
  const clock = new ManualClock();
  const answers: Deferred<{ paymentId: string }>[] = [];
  const saga = definePurchase({
    charge: () => {
      answers.push(deferred());
      return (answers.at(-1) as Deferred<{ paymentId: string }>).promise;
    },
  });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  await runtime.send(saga, "b-1", { type: "PAY" });
  await clock.advance(TIMEOUT_MS + BACKOFF_MS);
  const asking = await runtime.get(saga, "b-1");

  answers[0]?.resolve({ paymentId: "late" });
  await clock.quiet();
  const stillAsking = await runtime.get(saga, "b-1");
  answers[1]?.resolve({ paymentId: "right" });
  await clock.quiet();
  const journal = await runtime.journal(saga, "b-1");

  expect(asking).toMatchObject({ state: "paying.attempting", context: { attempts: 2 } });
  expect(stillAsking).toMatchObject({ state: "paying.attempting", context: { paymentId: null } });
  expect(await runtime.get(saga, "b-1")).toMatchObject({
    phase: "completed",
    context: { attempts: 2, paymentId: "right" },
  });
  expect(journal.filter(({ verdict }) => verdict === "late")).toHaveLength(1);
});

test("promise 4: a timer set before a restart fires after it, not early", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const saga = definePurchase({});
  const before = await openWorld(path, { sagas: [saga], clock });
  await before.runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  await clock.advance(PATIENCE_MS / 2);

  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock });
  await clock.advance(PATIENCE_MS / 2 - 1);
  const justBefore = await after.runtime.get(saga, "b-1");
  await clock.advance(1);

  expect(justBefore).toMatchObject({ state: "waiting" });
  expect(await after.runtime.get(saga, "b-1")).toMatchObject({ state: "forgotten" });
});

test("promise 4: a timer that came due while nothing ran fires at once after the start", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const saga = definePurchase({});
  const before = await openWorld(path, { sagas: [saga], clock });
  await before.runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  const copy = crashedCopy(path);

  const later = new ManualClock(clock.now() + 10 * PATIENCE_MS);
  const after = await openWorld(copy, { sagas: [saga], clock: later });
  await later.advance(0);

  expect(await after.runtime.get(saga, "b-1")).toMatchObject({ state: "forgotten" });
});

test("promise 5: after a crash the loop that always runs claims what is due", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const hanging = definePurchase({ charge: () => new Promise(() => {}) });
  const before = await openWorld(path, { sagas: [hanging], clock, attemptsMax: 2 });
  for (const instanceId of ["b-1", "b-2", "b-3", "b-4", "b-5"]) {
    await before.runtime.start(hanging, { instanceId, input: { cents: 1 } });
    await before.runtime.send(hanging, instanceId, { type: "PAY" });
  }

  const saga = definePurchase({});
  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock, attemptsMax: 2 });
  await clock.quiet();

  const ends = ["b-1", "b-2", "b-3", "b-4", "b-5"].map((id) => after.runtime.get(saga, id));
  expect((await Promise.all(ends)).map(({ phase }) => phase)).toEqual(Array(5).fill("completed"));
});

test("promise 6: an event that no transition accepts is refused with the list of what is", async () => {
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  const { instance } = await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });

  await expect(runtime.send(saga, "b-1", { type: "CANCEL" })).rejects.toMatchObject({
    code: "SAGA_EVENT_NOT_ACCEPTED",
    details: { accepts: [{ type: "PAY", guarded: false }] },
  });
  expect(await runtime.get(saga, "b-1")).toEqual(instance);
});

test("promise 7: undo waits until the abandoned attempt of what it undoes has settled", async () => {
  const clock = new ManualClock();
  const charged = deferred<{ paymentId: string }>();
  const order: string[] = [];
  const saga = definePurchase({
    charge: async ({ signal }) => {
      signal.addEventListener("abort", () => order.push("charge aborted"));
      const payment = await charged.promise;
      order.push("charge takes effect");
      return payment;
    },
    refund: () => {
      order.push("refund");
      return Promise.resolve();
    },
  });
  const { runtime, told } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  await runtime.send(saga, "b-1", { type: "PAY" });
  await runtime.send(saga, "b-1", { type: "CANCEL" });
  await clock.advance(LEASE_MS / 2);
  const waiting = await runtime.get(saga, "b-1");

  charged.resolve({ paymentId: "p" });
  await clock.quiet();

  expect(waiting).toMatchObject({ state: "refunding", phase: "compensating" });
  expect(waiting.activities.map(({ activity, status }) => [activity, status])).toEqual([
    ["charge", "abandoned"],
    ["refund", "live"],
  ]);
  expect(told.filter(({ kind }) => kind === "held")).toHaveLength(1);
  expect(order).toEqual(["charge aborted", "charge takes effect", "refund"]);
  expect(await runtime.get(saga, "b-1")).toMatchObject({ phase: "compensated", activities: [] });
});

test("promise 7: undo waits no longer than the lease of an attempt that never settles", async () => {
  const clock = new ManualClock();
  let refunds = 0;
  const saga = definePurchase({
    charge: () => new Promise(() => {}),
    refund: () => Promise.resolve(void (refunds += 1)),
  });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock, leaseMs: LEASE_MS });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  await runtime.send(saga, "b-1", { type: "PAY" });
  await runtime.send(saga, "b-1", { type: "CANCEL" });

  await clock.advance(LEASE_MS - 1);
  const before = refunds;
  await clock.advance(1);

  expect([before, refunds]).toEqual([0, 1]);
  expect(await runtime.get(saga, "b-1")).toMatchObject({ phase: "compensated" });
});

test("promise 7: undo waits for the lease of an attempt that was lost with its process", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const hanging = definePurchase({ charge: () => new Promise(() => {}) });
  const before = await openWorld(path, { sagas: [hanging], clock, leaseMs: LEASE_MS });
  await before.runtime.start(hanging, { instanceId: "b-1", input: { cents: 1 } });
  await before.runtime.send(hanging, "b-1", { type: "PAY" });

  let refunds = 0;
  const saga = definePurchase({
    // The attempt that is made again gives up at once; the one that was lost may still be under way.
    charge: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      }),
    refund: () => Promise.resolve(void (refunds += 1)),
  });
  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock, leaseMs: LEASE_MS });
  await after.runtime.send(saga, "b-1", { type: "CANCEL" });
  await clock.advance(LEASE_MS - 1);
  const early = refunds;
  await clock.advance(1);

  expect([early, refunds]).toEqual([0, 1]);
  expect(await after.runtime.get(saga, "b-1")).toMatchObject({ phase: "compensated" });
});

test("promise 7: undo waits for an attempt that was lost with its process, though the one made again has failed", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const hanging = definePurchase({ charge: () => new Promise(() => {}) });
  const first = await openWorld(path, { sagas: [hanging], clock, leaseMs: LEASE_MS });
  await first.runtime.start(hanging, { instanceId: "b-1", input: { cents: 1 } });
  await first.runtime.send(hanging, "b-1", { type: "PAY" });

  let refunds = 0;
  const saga = definePurchase({
    charge: () => Promise.reject(new Error("not now")),
    refund: () => Promise.resolve(void (refunds += 1)),
  });
  await clock.advance(10);
  const secondPath = crashedCopy(path);
  const second = await openWorld(secondPath, { sagas: [saga], clock, leaseMs: LEASE_MS });
  await clock.quiet();
  const told = await second.runtime.get(saga, "b-1");
  const cancelled = await second.runtime.send(saga, "b-1", { type: "CANCEL" });

  // What is waited for outlives the process that heard of the failure.
  const thirdPath = crashedCopy(secondPath);
  await second.runtime.close({ graceMs: 0 });
  const third = await openWorld(thirdPath, { sagas: [saga], clock, leaseMs: LEASE_MS });
  await clock.advance(LEASE_MS - 11);
  const early = refunds;
  await clock.advance(1);

  expect(told).toMatchObject({ state: "paying.backingOff" });
  expect(told.activities).toMatchObject([{ activity: "charge", status: "abandoned" }]);
  expect(cancelled).toMatchObject({ state: "refunding" });
  expect([early, refunds]).toEqual([0, 1]);
  expect(await third.runtime.get(saga, "b-1")).toMatchObject({ phase: "compensated" });
});
