/** Forks: a new instance that begins where another one stood. */
import { expect, test } from "vitest";
import { setup } from "xstate";
import { activity, defineSaga } from "../../src/index.ts";
import { FORK_DEPTH_MAX } from "../../src/runtime/operators/replay.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { BACKOFF_MS, definePurchase, PATIENCE_MS, TIMEOUT_MS } from "../fixtures/purchase.ts";
import { crashedCopy, databasePath, openWorld } from "../fixtures/world.ts";

const reason = "try it again";

test("a fork begins where the other instance stood, with activities under keys of its own, and leaves that one alone", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const keys: string[] = [];
  const failing = definePurchase({
    charge: () => Promise.reject(new Error("503")),
    refund: () => Promise.resolve(),
  });
  const before = await openWorld(path, { sagas: [failing], clock });
  await before.runtime.start(failing, {
    instanceId: "b-1",
    input: { cents: 7 },
    attributes: { customer: "c-1" },
    correlationId: "checkout-1",
  });
  await before.runtime.send(failing, "b-1", { type: "PAY" });
  await clock.advance(BACKOFF_MS);
  await before.runtime.operate(failing, "b-1", {
    operation: "terminate",
    reason: "hopeless",
    force: true,
  });
  const old = await before.runtime.get(failing, "b-1");

  const saga = definePurchase({
    charge: ({ idempotencyKey, attempt, input }) => {
      keys.push(`${idempotencyKey}#${attempt}`);
      return Promise.resolve({ paymentId: `p-${input.cents}` });
    },
  });
  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock });
  const { created, instance } = await after.runtime.fork(saga, "b-1", {
    fromRevision: 2,
    instanceId: "b-2",
    reason,
    by: "ann",
  });
  await clock.quiet();
  const [first] = await after.runtime.journal(saga, "b-2");

  expect(created).toBe(true);
  expect(instance).toMatchObject({
    id: "b-2",
    revision: 1,
    state: "paying.attempting",
    context: { attempts: 1, paymentId: null },
    attributes: { customer: "c-1" },
    correlationId: "checkout-1",
  });
  expect(first).toMatchObject({
    source: "start",
    stateBefore: null,
    event: { forkedFrom: { instanceId: "b-1", revision: 2, newInput: false } },
    operation: { operation: "fork", by: "ann", reason },
  });
  expect(keys).toEqual(["purchase/b-2/charge/1#1"]);
  expect(await after.runtime.get(saga, "b-2")).toMatchObject({
    phase: "completed",
    context: { paymentId: "p-7" },
  });
  expect(await after.runtime.get(saga, "b-1")).toEqual(old);
});

test("the timers of a fork have the time left that they had, and survive a restart", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const saga = definePurchase({ charge: () => new Promise(() => {}) });
  const before = await openWorld(path, { sagas: [saga], clock });
  await before.runtime.start(saga, { instanceId: "b-1", input: { cents: 7 } });
  await clock.advance(PATIENCE_MS / 4);
  // A commit that sets no timer: a quarter of the patience is over at revision 2.
  await before.runtime.operate(saga, "b-1", { operation: "suspend", reason: "a pause" });
  await clock.advance(10 * PATIENCE_MS);
  const { instance } = await before.runtime.fork(saga, "b-1", {
    fromRevision: 2,
    instanceId: "b-2",
    reason,
  });

  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock });
  await clock.advance((PATIENCE_MS * 3) / 4 - 1);
  const early = await after.runtime.get(saga, "b-2");
  await clock.advance(1);

  expect(instance.suspended).toBeNull();
  expect(early).toMatchObject({ state: "waiting" });
  expect(await after.runtime.get(saga, "b-2")).toMatchObject({ state: "forgotten" });
});

const loopMachine = setup({
  types: { events: {} as { type: "NOTE" } | { type: "GO" } | { type: "BACK" } | { type: "END" } },
  actors: { work: activity<undefined, void>() },
}).createMachine({
  id: "loop",
  initial: "idle",
  states: {
    idle: {
      tags: "forward",
      on: { NOTE: { target: "idle", reenter: true }, GO: "busy", END: "ended" },
    },
    ended: { type: "final", tags: "completed" },
    busy: {
      initial: "working",
      on: { BACK: "idle" },
      states: {
        working: {
          tags: "forward",
          invoke: {
            id: "work",
            src: "work",
            input: undefined,
            onDone: "#loop.idle",
            onError: "#loop.idle",
          },
        },
      },
    },
  },
});

test("a step that a fork enters later is another operation than the one it began with", async () => {
  const clock = new ManualClock();
  const keys: string[] = [];
  const saga = defineSaga({
    name: "loop",
    version: 1,
    machine: loopMachine,
    activities: {
      work: ({ idempotencyKey }) => {
        keys.push(idempotencyKey);
        return new Promise(() => {});
      },
    },
  });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "l-1", input: undefined });
  await runtime.send(saga, "l-1", { type: "NOTE" });
  await runtime.send(saga, "l-1", { type: "GO" });
  await runtime.fork(saga, "l-1", { fromRevision: 3, instanceId: "l-2", reason });
  await runtime.send(saga, "l-2", { type: "BACK" });
  await runtime.send(saga, "l-2", { type: "GO" });

  expect(keys).toEqual(["loop/l-1/work/3", "loop/l-2/work/1", "loop/l-2/work/3"]);
});

test("attempts that the chart of a fork draws are one operation and keep its key", async () => {
  const clock = new ManualClock();
  const seen: string[] = [];
  const saga = definePurchase({
    charge: ({ idempotencyKey, attempt }) => {
      seen.push(`${idempotencyKey}#${attempt}`);
      return attempt === 1 ? Promise.reject(new Error("503")) : new Promise(() => {});
    },
  });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 7 } });
  await runtime.send(saga, "b-1", { type: "PAY" });
  await runtime.fork(saga, "b-1", { fromRevision: 2, instanceId: "b-2", reason });
  await clock.advance(BACKOFF_MS);

  expect(seen.filter((key) => key.includes("b-2"))).toEqual([
    "purchase/b-2/charge/1#1",
    "purchase/b-2/charge/1#2",
  ]);
});

test("a fork of a fork begins where the fork stood", async () => {
  const clock = new ManualClock();
  const saga = definePurchase({ charge: () => new Promise(() => {}) });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 7 } });
  await runtime.send(saga, "b-1", { type: "PAY" });
  await clock.advance(TIMEOUT_MS + BACKOFF_MS);
  await runtime.fork(saga, "b-1", { fromRevision: 3, instanceId: "b-2", reason });
  await clock.advance(BACKOFF_MS);

  const { instance } = await runtime.fork(saga, "b-2", {
    fromRevision: 2,
    instanceId: "b-3",
    reason,
  });

  expect(await runtime.get(saga, "b-2")).toMatchObject({ revision: 2, context: { attempts: 2 } });
  expect(instance).toMatchObject({ state: "paying.attempting", context: { attempts: 2 } });
});

test("from revision 1 a fork may be given another input, and an event to begin with", async () => {
  const clock = new ManualClock();
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 7 } });
  const options = {
    fromRevision: 1,
    instanceId: "b-2",
    input: { cents: 8 },
    event: { type: "PAY" },
    reason,
  };

  const first = await runtime.fork(saga, "b-1", options);
  await clock.quiet();
  const again = await runtime.fork(saga, "b-1", options);

  expect(first).toMatchObject({ created: true, instance: { revision: 2, context: { cents: 8 } } });
  expect(again).toMatchObject({ created: false, instance: { revision: 2 } });
  expect(await runtime.get(saga, "b-2")).toMatchObject({ phase: "completed", revision: 3 });
});

test("what cannot be forked is refused, and nothing is made", async () => {
  const clock = new ManualClock();
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 7 } });
  await runtime.start(saga, { instanceId: "b-3", input: { cents: 7 } });
  await runtime.send(saga, "b-1", { type: "PAY" });
  await clock.quiet();
  const refuse = async (over: object, code: string): Promise<void> => {
    const options = { fromRevision: 1, instanceId: "b-2", reason, ...over };
    await expect(runtime.fork(saga, "b-1", options)).rejects.toMatchObject({ code });
  };

  await refuse({ fromRevision: 0 }, "SAGA_REQUEST_INVALID");
  await refuse({ fromRevision: 4 }, "SAGA_OPERATION_NOT_POSSIBLE");
  await refuse({ fromRevision: 2, input: { cents: 1 } }, "SAGA_REQUEST_INVALID");
  await refuse({ fromRevision: 3 }, "SAGA_INSTANCE_ENDED");
  await refuse({ event: { type: "CANCEL" } }, "SAGA_EVENT_NOT_ACCEPTED");
  await refuse({ event: { type: "xstate.done.actor.charge" } }, "SAGA_EVENT_INVALID");
  await refuse({ reason: "" }, "SAGA_REQUEST_INVALID");
  await refuse({ instanceId: "b-3" }, "SAGA_INSTANCE_EXISTS");
  await expect(runtime.get(saga, "b-2")).rejects.toMatchObject({ code: "SAGA_INSTANCE_NOT_FOUND" });
});

test("an instance whose chart asks the world cannot be forked, and the refusal names the revision", async () => {
  let isOpen = true;
  const machine = setup({
    types: { events: {} as { type: "GO" } },
    guards: { isOpen: () => isOpen },
  }).createMachine({
    id: "moody",
    initial: "waiting",
    states: {
      waiting: { tags: "forward", on: { GO: [{ guard: "isOpen", target: "open" }, "closed"] } },
      open: { tags: "forward", on: { GO: "done" } },
      closed: { tags: "forward", on: { GO: "done" } },
      done: { type: "final", tags: "completed" },
    },
  });
  const saga = defineSaga({ name: "moody", version: 1, machine, activities: {} });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  await runtime.start(saga, { instanceId: "m-1", input: undefined });
  await runtime.send(saga, "m-1", { type: "GO" });
  isOpen = false;

  await expect(runtime.fork(saga, "m-1", { fromRevision: 2, reason })).rejects.toMatchObject({
    code: "SAGA_JOURNAL_NOT_REPRODUCIBLE",
    details: { revision: 2 },
  });
});

test(`a fork of a fork goes back ${FORK_DEPTH_MAX} times, and no further`, async () => {
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  await runtime.start(saga, { instanceId: "b-0", input: { cents: 1 } });
  const fork = (depth: number) =>
    runtime.fork(saga, `b-${depth - 1}`, { fromRevision: 1, instanceId: `b-${depth}`, reason });
  for (let depth = 1; depth <= FORK_DEPTH_MAX; depth += 1) await fork(depth);

  const tooDeep = fork(FORK_DEPTH_MAX + 1);

  await expect(tooDeep).rejects.toMatchObject({ code: "SAGA_OPERATION_NOT_POSSIBLE" });
  expect(await runtime.get(saga, `b-${FORK_DEPTH_MAX}`)).toMatchObject({ state: "waiting" });
});
