/** How activities are performed, as their saga sees it. */
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { BACKOFF_MS, definePurchase, TIMEOUT_MS } from "../fixtures/purchase.ts";
import { crashedCopy, databasePath, deferred, openWorld } from "../fixtures/world.ts";
import { slowMachine } from "../fixtures/slow.ts";
import { createRuntime, defineSaga, openSqlite } from "../../src/index.ts";
import type { InstanceKey, Store } from "../../src/store/store.ts";

const LEASE_MS = 30_000;
const input = { cents: 1 };

test("an attempt that runs long keeps its lease, and undo waits for it from then on", async () => {
  const clock = new ManualClock();
  let undone = 0;
  const saga = defineSaga({
    name: "slow",
    version: 1,
    machine: slowMachine,
    activities: {
      work: () => new Promise<void>(() => {}),
      undo: () => {
        undone += 1;
        return Promise.resolve();
      },
    },
    compensations: { work: "undo" },
  });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock, leaseMs: LEASE_MS });
  await runtime.start(saga, { instanceId: "s-1", input: undefined });

  await clock.advance(10 * LEASE_MS);
  await runtime.send(saga, "s-1", { type: "CANCEL" });
  await clock.advance(LEASE_MS / 2);
  const early = undone;
  await clock.advance(LEASE_MS / 2);

  expect([early, undone]).toEqual([0, 1]);
});

test("an attempt that ran long before its process died still holds its undo back", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const undo = (): Promise<void> => Promise.resolve(void (undone += 1));
  let undone = 0;
  const define = (work: (signal: AbortSignal) => Promise<void>) =>
    defineSaga({
      name: "slow",
      version: 1,
      machine: slowMachine,
      activities: { work: ({ signal }) => work(signal), undo },
      compensations: { work: "undo" },
    });
  const hanging = define(() => new Promise(() => {}));
  const before = await openWorld(path, { sagas: [hanging], clock, leaseMs: LEASE_MS });
  await before.runtime.start(hanging, { instanceId: "s-1", input: undefined });
  await clock.advance(10 * LEASE_MS);

  const giving = define((signal) => once(signal, "abort").then(() => Promise.reject(new Error())));
  const after = await openWorld(crashedCopy(path), { sagas: [giving], clock, leaseMs: LEASE_MS });
  await after.runtime.send(giving, "s-1", { type: "CANCEL" });
  await clock.advance(LEASE_MS / 2);
  const early = undone;
  await clock.advance(LEASE_MS / 2);

  expect([early, undone]).toEqual([0, 1]);
});

test("what finds no free place waits in the outbox, oldest first, and comes when one is free", async () => {
  const clock = new ManualClock();
  const begun: string[] = [];
  let running = 0;
  let most = 0;
  const gates = Array.from({ length: 6 }, () => deferred<{ paymentId: string }>());
  const saga = definePurchase({
    charge: async ({ idempotencyKey }) => {
      begun.push(idempotencyKey);
      running += 1;
      most = Math.max(most, running);
      const payment = await (gates[begun.length - 1] as (typeof gates)[number]).promise;
      running -= 1;
      return payment;
    },
  });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock, attemptsMax: 2 });
  for (let n = 1; n <= 6; n += 1) {
    await runtime.start(saga, { instanceId: `b-${n}`, input });
    await runtime.send(saga, `b-${n}`, { type: "PAY" });
  }
  for (const gate of gates) {
    gate.resolve({ paymentId: "p" });
    await clock.quiet();
  }

  const ends = [1, 2, 3, 4, 5, 6].map((n) => runtime.get(saga, `b-${n}`));
  expect((await Promise.all(ends)).map(({ phase }) => phase)).toEqual(Array(6).fill("completed"));
  expect(begun).toEqual([1, 2, 3, 4, 5, 6].map((n) => `purchase/b-${n}/charge/2`));
  expect(most).toBe(2);
});

test("what is left before it found a place is never begun, and its undo need not wait", async () => {
  const clock = new ManualClock();
  const begun: string[] = [];
  const saga = definePurchase({
    charge: ({ idempotencyKey }) => {
      begun.push(idempotencyKey);
      return new Promise(() => {});
    },
    refund: ({ idempotencyKey }) => Promise.resolve(void begun.push(idempotencyKey)),
  });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock, attemptsMax: 1 });
  for (const instanceId of ["b-1", "b-2"]) {
    await runtime.start(saga, { instanceId, input });
    await runtime.send(saga, instanceId, { type: "PAY" });
  }

  const cancelled = await runtime.send(saga, "b-2", { type: "CANCEL" });

  expect(begun).toEqual(["purchase/b-1/charge/2"]);
  expect(cancelled.activities.map(({ activity, status }) => [activity, status])).toEqual([
    ["refund", "live"],
  ]);
});

test("a chart that could not take a result is asked again until it can, in the same process", async () => {
  const clock = new ManualClock();
  const saga = definePurchase({});
  let refusals = 3;
  const moody = {
    ...saga,
    machine: saga.machine.provide({
      guards: {
        isReady: () => {
          refusals -= 1;
          if (refusals > 0) throw new Error("not yet");
          return true;
        },
      },
    }),
  };
  const { runtime, told } = await openWorld(databasePath(), { sagas: [moody], clock });
  await runtime.start(moody, { instanceId: "b-1", input });
  await runtime.send(moody, "b-1", { type: "PAY" });
  await clock.quiet();
  const stuck = await runtime.get(moody, "b-1");
  await clock.advance(500 + 1_000);

  expect(stuck.phase).toBe("stuck");
  expect(told.filter(({ kind }) => kind === "undelivered")).toMatchObject([
    { what: "outcome", retryInMs: 500 },
    { what: "outcome", retryInMs: 1_000 },
  ]);
  expect(await runtime.get(moody, "b-1")).toMatchObject({ phase: "completed", error: null });
});

test("a chart that cannot take its result holds no place, and can be left without delay", async () => {
  const clock = new ManualClock();
  const saga = definePurchase({});
  const broken = {
    ...saga,
    machine: saga.machine.provide({
      guards: {
        isReady: ({ context }) => {
          if (context.cents === 13) throw new Error("bad luck");
          return true;
        },
      },
    }),
  };
  const { runtime } = await openWorld(databasePath(), { sagas: [broken], clock, attemptsMax: 1 });
  for (const [instanceId, cents] of [["b-13", 13] as const, ["b-1", 1] as const]) {
    await runtime.start(broken, { instanceId, input: { cents } });
    await runtime.send(broken, instanceId, { type: "PAY" });
  }
  await clock.quiet();
  const [stuck, other] = [await runtime.get(broken, "b-13"), await runtime.get(broken, "b-1")];
  await runtime.send(broken, "b-13", { type: "CANCEL" });
  await clock.quiet();

  expect([stuck.phase, other.phase]).toEqual(["stuck", "completed"]);
  // Its attempt has settled, so nothing of it can take effect any more.
  expect(await runtime.get(broken, "b-13")).toMatchObject({ phase: "compensated", activities: [] });
});

test("a late result is taken note of although the chart cannot take another one", async () => {
  const clock = new ManualClock();
  const first = deferred<{ paymentId: string }>();
  const saga = definePurchase({
    charge: ({ attempt }) => (attempt === 1 ? first.promise : Promise.resolve({ paymentId: "2" })),
  });
  const broken = {
    ...saga,
    machine: saga.machine.provide({
      guards: {
        isReady: () => {
          throw new Error("never ready");
        },
      },
    }),
  };
  const { runtime } = await openWorld(databasePath(), { sagas: [broken], clock });
  await runtime.start(broken, { instanceId: "b-1", input });
  await runtime.send(broken, "b-1", { type: "PAY" });
  await clock.advance(TIMEOUT_MS + BACKOFF_MS);
  const stuck = await runtime.get(broken, "b-1");

  first.resolve({ paymentId: "1" });
  await clock.quiet();

  const statuses = (view: typeof stuck) => view.activities.map(({ status }) => status);
  expect([stuck.phase, statuses(stuck)]).toEqual(["stuck", ["abandoned", "live"]]);
  expect(statuses(await runtime.get(broken, "b-1"))).toEqual(["live"]);
  expect((await runtime.get(broken, "b-1")).phase).toBe("stuck");
});

test("an activity is told its attempt, its key and its correlation, and its notes carry them", async () => {
  const clock = new ManualClock();
  const saga = definePurchase({
    charge: ({ input: order, attempt, idempotencyKey, correlationId, signal, log }) => {
      log.info({ order }, "charging");
      const paymentId = [attempt, idempotencyKey, correlationId, signal.aborted].join(" ");
      return Promise.resolve({ paymentId });
    },
  });
  const { runtime, told } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input, correlationId: "c-7" });
  await runtime.send(saga, "b-1", { type: "PAY" });
  await clock.quiet();

  expect(await runtime.get(saga, "b-1")).toMatchObject({
    context: { paymentId: "1 purchase/b-1/charge/2 c-7 false" },
  });
  expect(told.filter(({ kind }) => kind === "note")).toEqual([
    {
      kind: "note",
      level: "info",
      text: "charging",
      saga: "purchase",
      instanceId: "b-1",
      correlationId: "c-7",
      facts: { activity: "charge", attempt: 1, order: { cents: 1 } },
    },
  ]);
});

test("a lost attempt is made again at once, and the answer of its twin counts", async () => {
  const { clock, path } = await loseAttempt();
  let charges = 0;
  const saga = definePurchase({
    charge: () => {
      charges += 1;
      return Promise.resolve({ paymentId: "p-1" });
    },
  });
  const { runtime } = await openWorld(path, { sagas: [saga], clock, leaseMs: LEASE_MS });
  await clock.quiet();

  expect(charges).toBe(1);
  expect(await runtime.get(saga, "b-1")).toMatchObject({ state: "paid", activities: [] });
});

test("a twin that fails leaves the lost attempt behind, for as long as that may take effect", async () => {
  const { clock, path } = await loseAttempt();
  const saga = definePurchase({ charge: () => Promise.reject(new Error("503")) });
  const { runtime } = await openWorld(path, { sagas: [saga], clock, leaseMs: LEASE_MS });
  await clock.quiet();
  const failed = await runtime.get(saga, "b-1");
  await runtime.send(saga, "b-1", { type: "CANCEL" });
  await clock.advance(LEASE_MS - 501);
  const waiting = await runtime.get(saga, "b-1");
  await clock.advance(1);

  const isLeft = { activities: [{ activity: "charge", status: "abandoned" }] };
  expect(failed).toMatchObject({ state: "paying.backingOff", ...isLeft });
  expect(waiting.activities).toMatchObject([{ status: "abandoned" }, { activity: "refund" }]);
  expect(await runtime.get(saga, "b-1")).toMatchObject({ state: "cancelled", activities: [] });
  const journal = await runtime.journal(saga, "b-1");
  expect(journal.at(2)?.effects).toMatchObject([{ kind: "leaveActivity" }, {}, {}]);
});

test("a twin that fails when the lost attempt can take effect no more leaves nothing behind", async () => {
  // Over before the chart gives the attempt up.
  const leaseMs = TIMEOUT_MS / 2;
  const { clock, path } = await loseAttempt({ leaseMs, afterMs: 1 });
  const charged = deferred<never>();
  const saga = definePurchase({ charge: () => charged.promise });
  const { runtime } = await openWorld(path, { sagas: [saga], clock, leaseMs });
  await clock.advance(leaseMs - 1);
  charged.reject(new Error("503"));
  await clock.quiet();

  expect(await runtime.get(saga, "b-1")).toMatchObject({
    state: "paying.backingOff",
    activities: [],
  });
});

/** A database file of a process that died while it charged, so long after it had begun. */
async function loseAttempt({ leaseMs = LEASE_MS, afterMs = 500 } = {}) {
  const path = databasePath();
  const clock = new ManualClock();
  const hanging = definePurchase({ charge: () => new Promise(() => {}) });
  const before = await openWorld(path, { sagas: [hanging], clock, leaseMs });
  await before.runtime.start(hanging, { instanceId: "b-1", input });
  await before.runtime.send(hanging, "b-1", { type: "PAY" });
  await clock.advance(afterMs);
  return { clock, path: crashedCopy(path) };
}

test("an attempt that ignores its abort gives its place back when its lease is over, is told, and holds up no stop", async () => {
  const clock = new ManualClock();
  const [begun, charged] = [[] as string[], deferred<{ paymentId: string }>()];
  const saga = definePurchase({
    charge: ({ idempotencyKey }) => {
      begun.push(idempotencyKey);
      return idempotencyKey.includes("b-1") ? charged.promise : new Promise(() => {});
    },
    refund: ({ idempotencyKey }) => Promise.resolve(void begun.push(idempotencyKey)),
  });
  const options = { sagas: [saga], clock, attemptsMax: 1, leaseMs: LEASE_MS };
  const { runtime, told } = await openWorld(databasePath(), options);
  for (const instanceId of ["b-1", "b-2"]) {
    await runtime.start(saga, { instanceId, input });
    await runtime.send(saga, instanceId, { type: "PAY" });
  }
  await runtime.send(saga, "b-1", { type: "CANCEL" });

  await clock.advance(LEASE_MS - 1);
  const [early, earlyWarnings] = [[...begun], runtime.warnings()];
  await clock.advance(1);
  const warnings = runtime.warnings();
  const phase = (await runtime.get(saga, "b-1")).phase;
  charged.resolve({ paymentId: "p-1" });
  await clock.quiet();

  expect(early).toEqual(["purchase/b-1/charge/2"]);
  expect(earlyWarnings).toEqual([]);
  expect(begun.slice(1).toSorted()).toEqual([
    expect.stringContaining("purchase/b-1/refund"),
    "purchase/b-2/charge/2",
  ]);
  expect(phase).toBe("compensated");
  expect(told.filter(({ kind }) => kind === "deaf")).toMatchObject([
    { instanceId: "b-1", activity: "charge", attempt: 1 },
  ]);
  expect(warnings).toMatchObject([
    { code: "attempts-deaf", count: 1, text: expect.stringContaining("purchase.charge") },
  ]);
  expect(runtime.warnings()).toEqual([]);
  expect(told.filter((event) => event.kind === "attempt" && event.outcome === "late")).toHaveLength(
    1,
  );
});

test("no more attempts are given up for deaf than may run at the same time", async () => {
  const clock = new ManualClock();
  let begun = 0;
  const saga = definePurchase({
    charge: () => {
      begun += 1;
      return new Promise(() => {});
    },
  });
  const options = { sagas: [saga], clock, attemptsMax: 1, leaseMs: LEASE_MS };
  const { runtime } = await openWorld(databasePath(), options);
  for (const instanceId of ["b-1", "b-2", "b-3"]) {
    await runtime.start(saga, { instanceId, input });
    await runtime.send(saga, instanceId, { type: "PAY" });
  }

  for (const instanceId of ["b-1", "b-2", "b-3"]) {
    await runtime.send(saga, instanceId, { type: "CANCEL" });
    await clock.advance(LEASE_MS);
  }

  expect(begun).toBeLessThanOrEqual(2);
  expect(runtime.warnings()).toMatchObject([{ code: "attempts-deaf", count: 1 }]);
});

test.each([
  ["left", "CANCEL"],
  ["suspended", "saga.suspend"],
])("what is %s while its instance is read to make it again is not made", async (_, by) => {
  const path = databasePath();
  const clock = new ManualClock();
  const begun: string[] = [];
  const first = deferred<void>();
  const define = (work: (key: string) => Promise<void>) => {
    const perform = ({ idempotencyKey }: { idempotencyKey: string }) => work(idempotencyKey);
    const activities = { work: perform, undo: perform };
    return defineSaga({ name: "slow", version: 1, machine: slowMachine, activities });
  };
  const hanging = define(() => new Promise(() => {}));
  const before = await openWorld(path, { sagas: [hanging], clock });
  for (const instanceId of ["s-1", "s-2"]) {
    await before.runtime.start(hanging, { instanceId, input: undefined });
  }
  const saga = define((key) => {
    begun.push(key);
    return begun.length === 1 ? first.promise : new Promise(() => {});
  });

  // With one place, the second is claimed and read when the first has settled.
  const reading = deferred<void>();
  const gates = [reading.promise];
  const store = slowly(openSqlite(crashedCopy(path)), "s-2", () => gates.pop());
  const runtime = await createRuntime({ store, sagas: [saga], clock, attemptsMax: 1 });
  onTestFinished(() => runtime.close({ graceMs: 0 }));
  first.resolve();
  await clock.quiet();
  if (by === "CANCEL") await runtime.send(saga, "s-2", { type: "CANCEL" });
  else await runtime.operate(saga, "s-2", { operation: "suspend", reason: "wait" });
  reading.resolve();
  await clock.quiet();

  expect(gates).toEqual([]);
  expect(begun.filter((key) => key.includes("/work/"))).toEqual(["slow/s-1/work/1"]);
});

/** A store whose reads of an instance wait, with what they have read, as long as `until` says. */
function slowly(store: Store, id: string, until: () => Promise<void> | undefined): Store {
  const load = store.load.bind(store);
  return new Proxy(store, {
    get(target, name) {
      if (name !== "load") {
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      }
      return async (key: InstanceKey) => {
        const read = await load(key);
        if (key.instanceId === id) await until();
        return read;
      };
    },
  });
}
