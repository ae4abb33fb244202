/** Operations on instances: suspend, resume, terminate, and the events that a chart draws for its operators. */
import { expect, test } from "vitest";
import { setup } from "xstate";
import { activity, defineSaga } from "../../src/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { definePurchase, PATIENCE_MS, TIMEOUT_MS } from "../fixtures/purchase.ts";
import { slowMachine } from "../fixtures/slow.ts";
import { crashedCopy, databasePath, deferred, openWorld } from "../fixtures/world.ts";

const suspend = { operation: "suspend", reason: "the bank is down", by: "ann" } as const;
const resume = { operation: "resume", reason: "the bank is back", by: "bob" } as const;
const terminate = {
  operation: "terminate",
  reason: "a test order",
  by: "ann",
  force: true,
} as const;
const LEASE_MS = 30_000;

test("a timer of a suspended instance does not fire, also after a restart, and an overdue one fires at once when it is resumed", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const saga = definePurchase({});
  const before = await openWorld(path, { sagas: [saga], clock });
  await before.runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  const suspendedAtMs = clock.now();
  await before.runtime.operate(saga, "b-1", suspend);
  await clock.advance(2 * PATIENCE_MS);
  const heldBefore = await before.runtime.get(saga, "b-1");

  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock });
  await clock.advance(2 * PATIENCE_MS);
  const heldAfter = await after.runtime.get(saga, "b-1");
  const { instance: resumed } = await after.runtime.operate(saga, "b-1", resume);
  await clock.advance(0);

  const held = {
    state: "waiting",
    suspended: { by: "ann", reason: "the bank is down", atMs: suspendedAtMs },
  };
  expect(heldBefore).toMatchObject(held);
  expect(heldAfter).toMatchObject({ ...held, timers: heldBefore.timers });
  expect(resumed).toMatchObject({ state: "waiting", suspended: null });
  expect(await after.runtime.get(saga, "b-1")).toMatchObject({ state: "forgotten" });
});

test("a timer that is not due yet when its instance is resumed keeps its due time", async () => {
  const clock = new ManualClock();
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  await runtime.operate(saga, "b-1", suspend);
  await clock.advance(PATIENCE_MS / 2);
  await runtime.operate(saga, "b-1", resume);

  await clock.advance(PATIENCE_MS / 2 - 1);
  const early = await runtime.get(saga, "b-1");
  await clock.advance(1);

  expect(early).toMatchObject({ state: "waiting" });
  expect(await runtime.get(saga, "b-1")).toMatchObject({ state: "forgotten" });
});

test("a suspended instance wakes nobody up", async () => {
  const clock = new ManualClock();
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  await runtime.operate(saga, "b-1", suspend);
  await clock.advance(2 * PATIENCE_MS);

  expect(clock.pending).toBe(0);
});

const slowSaga = (work: () => Promise<void>, undo: () => Promise<void> = () => Promise.resolve()) =>
  defineSaga({
    name: "slow",
    version: 1,
    machine: slowMachine,
    activities: { work, undo },
    compensations: { work: "undo" },
  });

test("the result of an attempt that ended while its instance was suspended is not lost", async () => {
  const clock = new ManualClock();
  const worked = deferred<void>();
  const saga = slowSaga(() => worked.promise);
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "s-1", input: undefined });
  await runtime.operate(saga, "s-1", suspend);
  worked.resolve();
  await clock.advance(10 * LEASE_MS);
  const held = await runtime.get(saga, "s-1");

  await runtime.operate(saga, "s-1", resume);
  await clock.quiet();

  expect(held).toMatchObject({ state: "working" });
  expect(await runtime.get(saga, "s-1")).toMatchObject({ phase: "completed", revision: 4 });
});

test("a result that waited for the resume when the process died is made again after it, with the same key", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const keys: string[] = [];
  const worked = deferred<void>();
  const saga = defineSaga({
    name: "slow",
    version: 1,
    machine: slowMachine,
    activities: {
      work: ({ idempotencyKey }) => {
        keys.push(idempotencyKey);
        return worked.promise;
      },
      undo: () => Promise.resolve(),
    },
    compensations: { work: "undo" },
  });
  const before = await openWorld(path, { sagas: [saga], clock });
  await before.runtime.start(saga, { instanceId: "s-1", input: undefined });
  await before.runtime.operate(saga, "s-1", suspend);
  worked.resolve();
  await clock.quiet();
  const made = [...keys];

  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock });
  await clock.advance(LEASE_MS * 2);
  const madeWhileSuspended = keys.length;
  await after.runtime.operate(saga, "s-1", resume);
  await clock.quiet();

  expect(made).toEqual(["slow/s-1/work/1"]);
  expect(madeWhileSuspended).toBe(1);
  expect(keys).toEqual(["slow/s-1/work/1", "slow/s-1/work/1"]);
  expect(await after.runtime.get(saga, "s-1")).toMatchObject({ phase: "completed" });
});

test("an activity that found no place is not begun while its instance is suspended", async () => {
  const clock = new ManualClock();
  const gates = [deferred<void>(), deferred<void>()];
  let begun = 0;
  const saga = slowSaga(() => (gates[begun++] ?? deferred<void>()).promise);
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock, attemptsMax: 1 });
  await runtime.start(saga, { instanceId: "s-1", input: undefined });
  await runtime.start(saga, { instanceId: "s-2", input: undefined });
  await runtime.operate(saga, "s-2", suspend);
  gates[0]?.resolve();
  await clock.quiet();
  const begunWhileSuspended = begun;

  await runtime.operate(saga, "s-2", resume);
  await clock.quiet();

  expect([begunWhileSuspended, begun]).toEqual([1, 2]);
});

test("a compensation that is held back is not begun while its instance is suspended, and needs no place", async () => {
  const clock = new ManualClock();
  const order: string[] = [];
  const worked = deferred<void>();
  const saga = slowSaga(
    () => worked.promise.then(() => void order.push("work took effect")),
    () => Promise.resolve(void order.push("undo")),
  );
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock, leaseMs: LEASE_MS });
  await runtime.start(saga, { instanceId: "s-1", input: undefined });
  await runtime.send(saga, "s-1", { type: "CANCEL" });
  await runtime.operate(saga, "s-1", suspend);
  worked.resolve();
  // Well before its lease lapses, so that only the resume can give it back.
  await clock.quiet();
  const whileSuspended = [...order];

  await runtime.operate(saga, "s-1", resume);
  await clock.quiet();

  expect(whileSuspended).toEqual(["work took effect"]);
  expect(order).toEqual(["work took effect", "undo"]);
  expect(await runtime.get(saga, "s-1")).toMatchObject({ phase: "compensated" });
});

test("an abandoned attempt that never settles lapses while its instance is suspended, and its undo begins after the resume", async () => {
  const clock = new ManualClock();
  let undone = 0;
  const saga = slowSaga(
    () => new Promise(() => {}),
    () => Promise.resolve(void (undone += 1)),
  );
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock, leaseMs: LEASE_MS });
  await runtime.start(saga, { instanceId: "s-1", input: undefined });
  await runtime.send(saga, "s-1", { type: "CANCEL" });
  await runtime.operate(saga, "s-1", suspend);
  await clock.advance(2 * LEASE_MS);
  const whileSuspended = undone;

  await runtime.operate(saga, "s-1", resume);
  await clock.quiet();

  expect([whileSuspended, undone]).toEqual([0, 1]);
});

test("suspended instances whose results wait do not keep others from their places", async () => {
  const clock = new ManualClock();
  const gates: { resolve: (value: void) => void }[] = [];
  const saga = slowSaga(() => {
    const gate = deferred<void>();
    gates.push(gate);
    return gate.promise;
  });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock, attemptsMax: 1 });
  await runtime.start(saga, { instanceId: "s-1", input: undefined });
  await runtime.operate(saga, "s-1", suspend);
  gates[0]?.resolve();
  await clock.quiet();
  await runtime.start(saga, { instanceId: "s-2", input: undefined });
  await clock.quiet();

  expect(gates).toHaveLength(2);
});

test("a suspended instance refuses events and operations with who suspended it and why, until it is resumed", async () => {
  const clock = new ManualClock();
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  const { instance } = await runtime.operate(saga, "b-1", suspend);
  const refusal = {
    code: "SAGA_INSTANCE_SUSPENDED",
    details: {
      suspended: { by: "ann", reason: "the bank is down", at: new Date(clock.now()).toISOString() },
    },
  };

  await expect(runtime.send(saga, "b-1", { type: "PAY" })).rejects.toMatchObject(refusal);
  await expect(runtime.operate(saga, "b-1", suspend)).rejects.toMatchObject(refusal);
  for (const operation of ["cancel", "retry", "skip", "redeliver"] as const) {
    const request = { operation, reason: "now" };
    await expect(runtime.operate(saga, "b-1", request)).rejects.toMatchObject(refusal);
  }
  expect(await runtime.get(saga, "b-1")).toEqual(instance);

  await runtime.operate(saga, "b-1", resume);
  expect(await runtime.send(saga, "b-1", { type: "PAY" })).toMatchObject({ revision: 4 });
});

test("who did what and why stands in the journal", async () => {
  const clock = new ManualClock();
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  await runtime.operate(saga, "b-1", suspend);
  await runtime.operate(saga, "b-1", { operation: "resume", reason: "go" });

  const journal = await runtime.journal(saga, "b-1");

  expect(journal.map(({ source, operation }) => [source, operation])).toEqual([
    ["start", null],
    ["operator", { operation: "suspend", by: "ann", reason: "the bank is down" }],
    ["operator", { operation: "resume", by: null, reason: "go" }],
  ]);
});

test("an operation under an event id is done once", async () => {
  const clock = new ManualClock();
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });

  const first = await runtime.operate(saga, "b-1", suspend, { eventId: "op-1" });
  const again = await runtime.operate(saga, "b-1", suspend, { eventId: "op-1" });
  const other = runtime.operate(saga, "b-1", resume, { eventId: "op-1" });

  expect(first.repeated).toBe(false);
  expect(again).toMatchObject({ repeated: true, instance: { revision: 2 } });
  await expect(other).rejects.toMatchObject({ code: "SAGA_IDEMPOTENCY_KEY_REUSED" });
});

test("terminate ends an instance at once: nothing is undone, nothing stays pending, running attempts are aborted", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const order: string[] = [];
  const saga = definePurchase({
    charge: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          order.push("aborted");
          reject(new Error("aborted"));
        });
      }),
    refund: () => Promise.resolve(void order.push("refund")),
  });
  const before = await openWorld(path, { sagas: [saga], clock });
  await before.runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  await before.runtime.send(saga, "b-1", { type: "PAY" });
  const { instance } = await before.runtime.operate(saga, "b-1", terminate);
  await clock.advance(10 * TIMEOUT_MS);

  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock });
  const ended = await after.runtime.get(saga, "b-1");

  expect(order).toEqual(["aborted"]);
  expect(instance).toMatchObject({ phase: "failed", timers: [], revision: 3 });
  expect(ended).toMatchObject({ phase: "failed", timers: [], activities: [] });
  expect(ended.error).toMatchObject({
    message: "terminated by ann: a test order",
    by: "ann",
    reason: "a test order",
  });
  await expect(after.runtime.operate(saga, "b-1", terminate)).rejects.toMatchObject({
    code: "SAGA_INSTANCE_ENDED",
  });
});

test("a suspended instance is terminated with the result that waited for its resume", async () => {
  const clock = new ManualClock();
  const worked = deferred<void>();
  const saga = slowSaga(() => worked.promise);
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "s-1", input: undefined });
  await runtime.operate(saga, "s-1", suspend);
  worked.resolve();
  await clock.quiet();

  await runtime.operate(saga, "s-1", terminate);
  await clock.advance(2 * LEASE_MS);

  expect(await runtime.get(saga, "s-1")).toMatchObject({
    phase: "failed",
    suspended: null,
    activities: [],
  });
  expect(clock.pending).toBe(0);
});

test("terminate needs force, and whatever is asked needs a reason", async () => {
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  const refuse = async (request: object, code: string): Promise<void> => {
    const asked = runtime.operate(saga, "b-1", request as typeof terminate);
    await expect(asked).rejects.toMatchObject({ code });
  };

  await refuse({ operation: "terminate", reason: "a test order" }, "SAGA_FORCE_REQUIRED");
  await refuse({ operation: "suspend" }, "SAGA_REQUEST_INVALID");
  await refuse({ operation: "suspend", reason: " " }, "SAGA_REQUEST_INVALID");
  await refuse({ operation: "suspend", reason: "x".repeat(501) }, "SAGA_REQUEST_INVALID");
  await refuse({ operation: "suspend", reason: "x", by: "x".repeat(201) }, "SAGA_REQUEST_INVALID");
  await refuse({ operation: "explode", reason: "x" }, "SAGA_REQUEST_INVALID");
  await refuse({ operation: "resume", reason: "x" }, "SAGA_OPERATION_NOT_POSSIBLE");
  await refuse({ operation: "redeliver", reason: "x" }, "SAGA_OPERATION_NOT_POSSIBLE");
  await refuse({ operation: "skip", reason: "x" }, "SAGA_EVENT_NOT_ACCEPTED");
  expect(await runtime.get(saga, "b-1")).toMatchObject({ revision: 1 });
});

const drawnMachine = setup({
  types: {
    context: {} as { why: string },
    events: {} as
      | { type: "saga.cancel"; reason: string }
      | { type: "saga.retry" }
      | { type: "saga.skip" },
  },
  actors: { undo: activity<undefined, void>() },
}).createMachine({
  id: "drawn",
  context: { why: "" },
  initial: "waiting",
  states: {
    waiting: { tags: "forward", on: { "saga.cancel": "undoing" } },
    undoing: {
      tags: "compensating",
      invoke: { id: "undo", src: "undo", input: undefined, onDone: "undone", onError: "stuck" },
    },
    stuck: { tags: "stuck", on: { "saga.retry": "undoing", "saga.skip": "undone" } },
    undone: { type: "final", tags: "compensated" },
  },
});

test("cancel, retry and skip are the chart's own events, with the reason", async () => {
  const clock = new ManualClock();
  const saga = defineSaga({
    name: "drawn",
    version: 1,
    machine: drawnMachine,
    activities: { undo: () => Promise.reject(new Error("503")) },
  });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "d-1", input: undefined });
  for (const operation of ["cancel", "retry", "skip"] as const) {
    await runtime.operate(saga, "d-1", { operation, reason: `please ${operation}`, by: "ann" });
    await clock.quiet();
  }
  const journal = await runtime.journal(saga, "d-1");

  expect(await runtime.get(saga, "d-1")).toMatchObject({ phase: "compensated" });
  expect(journal.filter(({ operation }) => operation !== null)).toMatchObject([
    { event: { type: "saga.cancel", reason: "please cancel" }, operation: { operation: "cancel" } },
    { event: { type: "saga.retry", reason: "please retry" }, operation: { operation: "retry" } },
    { event: { type: "saga.skip", reason: "please skip" }, operation: { operation: "skip" } },
  ]);
});
