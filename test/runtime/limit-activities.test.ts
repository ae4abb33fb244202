/** Limits of activities, as their saga sees them. */
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { setup } from "xstate";
import { activity, defineSaga, openSqlite } from "../../src/index.ts";
import type { AnySaga } from "../../src/index.ts";
import { WAITING_ATTEMPTS_MAX } from "../../src/runtime/limits/attempt-queue.ts";
import { STORE_PATIENCE_MS } from "../../src/runtime/gate/patient-store.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { writeSet } from "../../src/testing/store-records.ts";
import { crashedCopy, databasePath, deferred, openWorld } from "../fixtures/world.ts";
import type { Deferred, World } from "../fixtures/world.ts";

const TIMEOUT_MS = 5_000;

const payoutMachine = setup({
  types: {
    context: {} as { bank: string },
    input: {} as { bank: string },
    events: {} as { type: "CANCEL" },
  },
  actors: {
    pay: activity<{ bank: string }, void>(),
    takeBack: activity<undefined, void>(),
  },
}).createMachine({
  id: "payout",
  context: ({ input }) => ({ bank: input.bank }),
  initial: "paying",
  states: {
    paying: {
      tags: "forward",
      invoke: {
        id: "pay",
        src: "pay",
        input: ({ context }) => ({ bank: context.bank }),
        onDone: "paid",
        onError: "failed",
      },
      on: { CANCEL: "takingBack" },
      after: { [TIMEOUT_MS]: "takingBack" },
    },
    takingBack: {
      tags: "compensating",
      invoke: {
        id: "takeBack",
        src: "takeBack",
        input: undefined,
        onDone: "undone",
        onError: "stuck",
      },
    },
    stuck: { tags: "stuck", on: { CANCEL: "takingBack" } },
    paid: { type: "final", tags: "completed" },
    failed: { type: "final", tags: "failed" },
    undone: { type: "final", tags: "compensated" },
  },
});

/** Banks that pay when the test says so. */
class Banks {
  /** Instances in the order in which their payments began. */
  readonly begun: string[] = [];
  readonly begunAtMs: number[] = [];
  readonly undone: string[] = [];
  readonly running = new Map<string, number>();
  most = 0;
  readonly #payments = new Map<string, Deferred<void>>();
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async pay(bank: string, instanceId: string): Promise<void> {
    this.begun.push(instanceId);
    this.begunAtMs.push(this.#clock.now());
    const running = (this.running.get(bank) ?? 0) + 1;
    this.running.set(bank, running);
    this.most = Math.max(this.most, running);
    const payment = deferred<void>();
    this.#payments.set(instanceId, payment);
    await payment.promise;
    this.running.set(bank, (this.running.get(bank) ?? 0) - 1);
  }

  settle(instanceId: string): void {
    this.#payments.get(instanceId)?.resolve();
  }
}

interface Limit {
  readonly atOnce?: number;
  readonly perSecond?: number;
}

function definePayout(banks: Banks, limit: Limit, key = (bank: string): string => bank): AnySaga {
  return defineSaga({
    name: "payout",
    version: 1,
    machine: payoutMachine,
    activities: {
      pay: ({ input, idempotencyKey }) => banks.pay(input.bank, instanceOf(idempotencyKey)),
      takeBack: ({ idempotencyKey }) =>
        Promise.resolve(void banks.undone.push(instanceOf(idempotencyKey))),
    },
    compensations: { pay: "takeBack" },
    limits: { activities: { pay: { key: ({ input }) => key(input.bank), ...limit } } },
  });
}

function instanceOf(idempotencyKey: string): string {
  return idempotencyKey.split("/")[1] ?? "";
}

interface Setting extends World {
  readonly path: string;
  readonly clock: ManualClock;
  readonly banks: Banks;
  readonly saga: AnySaga;
}

async function openPayouts(
  limit: Limit,
  options: { attemptsMax?: number; leaseMs?: number } = {},
): Promise<Setting> {
  const clock = new ManualClock();
  const banks = new Banks(clock);
  const saga = definePayout(banks, limit);
  const path = databasePath();
  const world = await openWorld(path, { sagas: [saga], clock, ...options });
  return { ...world, path, clock, banks, saga };
}

async function startAll({ runtime, saga }: Setting, ids: readonly string[]): Promise<void> {
  for (const instanceId of ids) {
    await runtime.start(saga, { instanceId, input: { bank: instanceId[0] } });
  }
}

test("no key has more at once than it may, the rest begins in the order of start, and no other key waits", async () => {
  const setting = await openPayouts({ atOnce: 2 });
  const { clock, banks } = setting;

  await startAll(setting, ["a1", "a2", "a3", "a4", "a5", "b1"]);
  const first = [...banks.begun];
  for (const id of ["a2", "a1", "a3", "a4", "a5"]) {
    banks.settle(id);
    await clock.quiet();
  }

  expect(first).toEqual(["a1", "a2", "b1"]);
  expect(banks.begun).toEqual(["a1", "a2", "b1", "a3", "a4", "a5"]);
  expect(banks.most).toBe(2);
});

test("an attempt that waits is seen to, with its key, and told", async () => {
  const setting = await openPayouts({ atOnce: 1 });
  const { runtime, saga, told, clock, banks } = setting;
  await startAll(setting, ["a1", "a2"]);

  const waiting = await runtime.get(saga, "a2");
  banks.settle("a1");
  await clock.quiet();
  const running = await runtime.get(saga, "a2");

  expect(waiting.activities).toMatchObject([{ activity: "pay", status: "waiting", waitsFor: "a" }]);
  expect(running.activities).toMatchObject([{ activity: "pay", status: "live", waitsFor: null }]);
  expect(told).toContainEqual(
    expect.objectContaining({ kind: "waiting", instanceId: "a2", activity: "pay", limitKey: "a" }),
  );
});

test("in no second more begin than may, and none waits longer than it must", async () => {
  const setting = await openPayouts({ perSecond: 3 });
  const { clock, banks } = setting;
  const begunAt = (): readonly number[] => banks.begunAtMs.map((atMs) => atMs - startMs);
  const startMs = clock.now();

  await startAll(setting, ["a1", "a2"]);
  await clock.advance(400);
  await startAll(setting, ["a3", "a4", "a5", "a6", "a7"]);
  await clock.advance(3_000);

  expect(begunAt()).toEqual([0, 0, 400, 1_000, 1_000, 1_400, 2_000]);
  expect(banks.begun).toEqual(["a1", "a2", "a3", "a4", "a5", "a6", "a7"]);
});

test("what waits for its key takes no place from other keys", async () => {
  const setting = await openPayouts({ atOnce: 1 }, { attemptsMax: 2 });
  const { clock, banks } = setting;

  await startAll(setting, ["a1", "a2", "a3", "a4", "b1"]);
  await clock.quiet();

  expect(banks.begun).toEqual(["a1", "b1"]);
});

test("no more attempts run than there are places, however much room their keys have", async () => {
  const setting = await openPayouts({ atOnce: 2 }, { attemptsMax: 3 });
  const { clock, banks } = setting;
  await startAll(setting, ["a1", "a2", "a3", "b1", "b2", "c1"]);
  await clock.quiet();
  const sizes: number[] = [];

  for (const id of ["a1", "a2", "b1", "a3", "b2", "c1"]) {
    sizes.push([...banks.running.values()].reduce((sum, running) => sum + running, 0));
    banks.settle(id);
    await clock.quiet();
  }

  expect(Math.max(...sizes)).toBe(3);
  expect(banks.begun.toSorted()).toEqual(["a1", "a2", "a3", "b1", "b2", "c1"]);
});

test("a rate that has passed begins nothing while there is no place", async () => {
  const setting = await openPayouts({ perSecond: 1 }, { attemptsMax: 2 });
  const { clock, banks } = setting;
  await startAll(setting, ["a1", "a2", "b1"]);

  await clock.advance(TIMEOUT_MS - 1);
  const full = [...banks.begun];
  banks.settle("b1");
  await clock.quiet();

  expect(full).toEqual(["a1", "b1"]);
  expect(banks.begun).toEqual(["a1", "b1", "a2"]);
});

test("a lapse gives back the room of its key, and its place", async () => {
  const setting = await openPayouts({ atOnce: 1 }, { attemptsMax: 2, leaseMs: 1_000 });
  const { runtime, saga, clock, banks } = setting;
  await startAll(setting, ["a1", "a2", "b1"]);

  await runtime.send(saga, "a1", { type: "CANCEL" });
  await clock.advance(999);
  const before = [...banks.begun];
  await clock.advance(1);

  expect(before).toEqual(["a1", "b1"]);
  expect(banks.begun).toEqual(["a1", "b1", "a2"]);
});

test("a suspended instance gives up its turn, and takes its place at the end when it is resumed", async () => {
  const setting = await openPayouts({ atOnce: 1 });
  const { runtime, saga, clock, banks } = setting;
  await startAll(setting, ["a1", "a2", "a3"]);
  const reason = "audit";

  await runtime.operate(saga, "a2", { operation: "suspend", reason });
  banks.settle("a1");
  await clock.quiet();
  const suspended = [...banks.begun];
  await runtime.operate(saga, "a2", { operation: "resume", reason });
  await clock.quiet();
  banks.settle("a3");
  await clock.quiet();

  expect(suspended).toEqual(["a1", "a3"]);
  expect(banks.begun).toEqual(["a1", "a3", "a2"]);
});

test("a runtime that closes does not wait for what has not begun", async () => {
  const setting = await openPayouts({ atOnce: 1 });
  const { runtime, banks } = setting;
  await startAll(setting, ["a1", "a2"]);

  // Time stands still, so that it would wait for ever.
  const closing = runtime.close({ graceMs: 60_000 });
  banks.settle("a1");
  await closing;

  expect(banks.begun).toEqual(["a1"]);
});

test("a waiting attempt that is left is never begun, and its undo waits for nothing", async () => {
  const setting = await openPayouts({ atOnce: 1 });
  const { runtime, saga, clock, banks } = setting;
  await startAll(setting, ["a1", "a2", "a3"]);

  await runtime.send(saga, "a2", { type: "CANCEL" });
  await clock.quiet();
  const undone = [...banks.undone];
  banks.settle("a1");
  await clock.quiet();

  expect(undone).toEqual(["a2"]);
  expect(banks.begun).toEqual(["a1", "a3"]);
  expect(await runtime.get(saga, "a2")).toMatchObject({ phase: "compensated" });
});

test("an attempt whose turn comes while it is being left is never begun", async () => {
  const setting = await openPayouts({ atOnce: 1 });
  const { runtime, saga, clock, banks } = setting;
  await startAll(setting, ["a1", "a2", "a3"]);

  const cancelled = runtime.send(saga, "a2", { type: "CANCEL" });
  // Decided, and not committed before the end of this turn.
  for (let hop = 0; hop < 100; hop += 1) await Promise.resolve();
  banks.settle("a1");
  await cancelled;
  await clock.quiet();

  expect(banks.begun).toEqual(["a1", "a3"]);
  expect(banks.undone).toEqual(["a2"]);
});

test("an attempt whose turn comes while a commit that would leave it fails is begun after all", async () => {
  const setting = await openPayouts({ atOnce: 1 });
  const { runtime, saga, clock, banks, path } = setting;
  await startAll(setting, ["a1", "a2"]);

  const other = new Database(path);
  other.exec("BEGIN IMMEDIATE");
  const cancelled = runtime.send(saga, "a2", { type: "CANCEL" });
  for (let hop = 0; hop < 100; hop += 1) await Promise.resolve();
  banks.settle("a1");
  const refused = Promise.allSettled([cancelled]);
  await clock.advance(STORE_PATIENCE_MS);
  expect(await refused).toMatchObject([{ reason: { code: "SAGA_STORE_BUSY" } }]);
  other.close();
  await clock.quiet();

  expect(banks.begun).toEqual(["a1", "a2"]);
  expect(banks.undone).toEqual([]);
});

test("a chart's timeout runs while its attempt waits", async () => {
  const setting = await openPayouts({ atOnce: 1 });
  const { clock, banks } = setting;
  await startAll(setting, ["a1"]);
  await clock.advance(1);
  await startAll(setting, ["a2"]);

  await clock.advance(TIMEOUT_MS);

  // The undo of what was begun waits for the truth, that of what was not does not.
  expect(banks.begun).toEqual(["a1"]);
  expect(banks.undone).toEqual(["a2"]);
});

test("an attempt that was left keeps its room until it settles, or until its lease lapses", async () => {
  const setting = await openPayouts({ atOnce: 1 });
  const { runtime, saga, clock, banks } = setting;
  await startAll(setting, ["a1", "a2"]);
  await clock.advance(1_000);
  await startAll(setting, ["a3"]);

  await runtime.send(saga, "a1", { type: "CANCEL" });
  await clock.quiet();
  const whileRunning = [...banks.begun];
  banks.settle("a1");
  await clock.quiet();
  const afterSettled = [...banks.begun];
  await runtime.send(saga, "a2", { type: "CANCEL" });
  await clock.advance(60_000);
  await startAll(setting, ["a4"]);

  expect([whileRunning, afterSettled]).toEqual([["a1"], ["a1", "a2"]]);
  // The attempt of a2 never settles; after its lease nobody waits for it.
  expect(banks.begun).toEqual(["a1", "a2", "a4"]);
});

test("after a restart the limits hold, and the order of start too", async () => {
  const setting = await openPayouts({ atOnce: 2 });
  const { path, clock } = setting;
  await startAll(setting, ["a1", "a2", "a3", "a4", "b1"]);
  const banks = new Banks(clock);
  const saga = definePayout(banks, { atOnce: 2 });

  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock });
  await clock.quiet();
  const first = [...banks.begun];
  for (const id of ["a1", "a2", "a3", "a4", "b1"]) {
    banks.settle(id);
    await clock.quiet();
  }

  expect(first).toEqual(["a1", "a2", "b1"]);
  expect(banks.begun).toEqual(["a1", "a2", "b1", "a3", "a4"]);
  expect(banks.most).toBe(2);
  expect(await after.runtime.get(saga, "a4")).toMatchObject({ phase: "completed" });
});

test("a runtime that closes leaves waiting attempts to the next one, in their order", async () => {
  const setting = await openPayouts({ atOnce: 1 });
  const { runtime, path, clock } = setting;
  await startAll(setting, ["a1"]);
  await clock.advance(TIMEOUT_MS - 1);
  await startAll(setting, ["a2"]);
  await runtime.close({ graceMs: 0 });
  const banks = new Banks(clock);
  const saga = definePayout(banks, { atOnce: 1 });

  await openWorld(path, { sagas: [saga], clock });
  await clock.quiet();

  expect(banks.begun).toEqual(["a1"]);
});

test("a key that cannot be told is the activity's error, and its chart hears of it", async () => {
  const clock = new ManualClock();
  const banks = new Banks(clock);
  const bad = (bank: string): string => {
    if (bank === "n") return 7 as never;
    throw new Error(`no key for ${bank}`);
  };
  const saga = definePayout(banks, { atOnce: 1 }, bad);
  const { runtime, told } = await openWorld(databasePath(), { sagas: [saga], clock });

  for (const bank of ["t", "n"]) await runtime.start(saga, { instanceId: bank, input: { bank } });
  await clock.quiet();

  expect(banks.begun).toEqual([]);
  for (const id of ["t", "n"]) {
    expect(await runtime.get(saga, id)).toMatchObject({ phase: "failed" });
  }
  const errors = told
    .filter(({ kind }) => kind === "attempt")
    .map((one) => String("error" in one && one.error));
  expect(errors).toEqual(["Error: no key for t", "Error: limits give the key 7; give a text"]);
});

test(
  `at most ${WAITING_ATTEMPTS_MAX} attempts wait in memory, but for a batch; the others stay in the outbox, in their order`,
  { timeout: 60_000 },
  async () => {
    const clock = new ManualClock();
    const banks = new Banks(clock);
    const saga = definePayout(banks, { atOnce: 1 });
    const path = databasePath();
    const { runtime } = await openWorld(path, { sagas: [saga], clock });
    await runtime.start(saga, { instanceId: "p-0", input: { bank: "north" } });
    await runtime.close({ graceMs: 0 });

    // All later ones are like the first, and in one transaction.
    const store = openSqlite(path);
    const stored = await store.load({ saga: "payout", instanceId: "p-0" });
    const [effect] = stored?.effects ?? [];
    if (stored === null || effect === undefined) throw new Error("the first payout has not begun");
    const count = WAITING_ATTEMPTS_MAX + 1_000;
    const payouts = Array.from({ length: count }, (_, n) => ({
      ...writeSet(1),
      instance: { ...stored.record, instanceId: `p-${n + 1}`, revision: 1 },
      effectsStarted: [
        { ...effect, idempotencyKey: `payout/p-${n + 1}/pay/1`, leaseUntilMs: null },
      ],
    }));
    await store.commit(payouts);
    await store.close();

    const after = await openWorld(path, { sagas: [saga], clock });
    await clock.quiet();
    const waiting = after.told.filter(({ kind }) => kind === "waiting");
    banks.settle("p-0");
    await clock.quiet();

    expect(waiting.length).toBeGreaterThanOrEqual(WAITING_ATTEMPTS_MAX);
    expect(waiting.length).toBeLessThan(WAITING_ATTEMPTS_MAX + 200);
    expect(banks.begun).toEqual(["p-0", "p-0", "p-1"]);
  },
);
