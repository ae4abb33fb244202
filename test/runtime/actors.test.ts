/** Actors without rows of their own, and the authors' own actions: hosted, reduced, performed after the commit. */
import { expect, onTestFinished, test } from "vitest";
import { assign, emit, fromCallback, fromObservable, fromTransition, sendTo, setup } from "xstate";
import { action, createRuntime, defineSaga, openSqlite } from "../../src/index.ts";
import type { ActionArguments } from "../../src/index.ts";
import { FAMILY_DEPTH_MAX } from "../../src/saga/family.ts";
import { CHILDREN_MAX } from "../../src/saga/read-children.ts";
import { Drains, DRAINS_MAX } from "../../src/runtime/outward/drains.ts";
import { LIVE_EVENTS_MAX } from "../../src/runtime/outward/live-actors.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { crashedCopy, databasePath, deferred, openWorld } from "../fixtures/world.ts";

/** What callbacks did, and how to make them say something. */
class Line {
  readonly log: string[] = [];
  say: (event: { type: string }) => void = () => {};
}

function watcherOf(line: Line, name = "watcher") {
  const machine = setup({
    types: { context: {} as { heard: string[] } },
    actors: {
      line: fromCallback(({ sendBack, receive }) => {
        line.log.push("begun");
        line.say = sendBack;
        receive((event) => line.log.push(`told ${event.type}`));
        return () => line.log.push("cleaned up");
      }),
    },
    actions: {
      hear: assign({
        heard: ({ context, event }) => [...(context as { heard: string[] }).heard, event.type],
      }) as never,
    },
  }).createMachine({
    context: { heard: [] },
    initial: "watching",
    states: {
      watching: {
        tags: "forward",
        invoke: { id: "line", src: "line", onError: "broken" },
        exit: sendTo("line", { type: "BYE" }),
        on: {
          BEEP: { actions: "hear" },
          TELL: { actions: sendTo("line", { type: "HELLO" }) },
          LEAVE: "resting",
        },
      },
      resting: { tags: "forward", on: { BACK: "watching", BEEP: { actions: "hear" } } },
      broken: { type: "final", tags: "failed" },
    },
  });
  return defineSaga({ name, version: 1, machine, activities: {} });
}

async function watching(path = databasePath()) {
  const line = new Line();
  const saga = watcherOf(line);
  const clock = new ManualClock();
  const { runtime } = await openWorld(path, { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "w-1", input: undefined });
  await clock.quiet();
  const heard = async (): Promise<unknown> => (await runtime.get(saga, "w-1")).context;
  return { line, saga, clock, runtime, path, heard };
}

test("a callback runs while its state is active, hears what it is sent, and cleans up", async () => {
  const { line, saga, clock, runtime } = await watching();

  await runtime.send(saga, "w-1", { type: "TELL" });
  await runtime.send(saga, "w-1", { type: "LEAVE" });
  await clock.quiet();

  expect(line.log).toEqual(["begun", "told HELLO", "told BYE", "cleaned up"]);
});

test("what a callback sends is an event of its parent, while its state is active and not after", async () => {
  const { line, saga, clock, runtime, heard } = await watching();

  line.say({ type: "BEEP" });
  await clock.quiet();
  const { say } = line;
  await runtime.send(saga, "w-1", { type: "LEAVE" });
  say({ type: "BEEP" });
  await clock.quiet();

  expect(await heard()).toEqual({ heard: ["BEEP"] });
});

test("a callback is started again by the next process", async () => {
  const before = await watching();

  const after = await watching(crashedCopy(before.path));
  after.line.say({ type: "BEEP" });
  await after.clock.quiet();

  expect([before.line.log, after.line.log]).toEqual([["begun"], ["begun"]]);
  expect(await after.heard()).toEqual({ heard: ["BEEP"] });
});

test("a callback is started again, though a saga that stood before it is gone", async () => {
  const path = databasePath();
  const [gone, here] = [watcherOf(new Line(), "gone"), watcherOf(new Line(), "here")];
  const first = await openWorld(path, { sagas: [gone, here] });
  await first.runtime.start(gone, { instanceId: "w-1", input: undefined });
  await first.runtime.start(here, { instanceId: "w-1", input: undefined });

  const line = new Line();
  const clock = new ManualClock();
  await openWorld(crashedCopy(path), { sagas: [watcherOf(line, "here")], clock });
  await clock.quiet();

  expect(line.log).toEqual(["begun"]);
});

test("a callback whose events its parent cannot take any more is taken to have failed", async () => {
  const { line, saga, clock, runtime } = await watching();

  for (let sent = 0; sent <= LIVE_EVENTS_MAX; sent += 1) line.say({ type: "BEEP" });
  await runtime.waitFor(saga, "w-1", { phase: "failed" });
  await clock.quiet();

  const { context } = await runtime.get(saga, "w-1");
  expect((context as { heard: string[] }).heard).toHaveLength(LIVE_EVENTS_MAX);
});

test("the end of an actor that comes behind the event by which it is left is not heard", async () => {
  let complete = (): void => {};
  const machine = setup({
    actors: {
      feed: fromObservable(() => ({
        subscribe: (observer) => {
          complete = () => (observer as { complete: () => void }).complete();
          return { unsubscribe: () => {} };
        },
      })),
    },
  }).createMachine({
    initial: "reading",
    states: {
      reading: {
        tags: "forward",
        invoke: { id: "feed", src: "feed", onError: "left" },
        on: { LEAVE: "left" },
      },
      left: { tags: "forward" },
    },
  });
  const saga = defineSaga({ name: "reader", version: 1, machine, activities: {} });
  const clock = new ManualClock();
  const { runtime, told } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "r-1", input: undefined });
  await clock.quiet();

  const leaving = runtime.send(saga, "r-1", { type: "LEAVE" });
  complete();
  await leaving;
  await clock.quiet();

  const journal = await runtime.journal(saga, "r-1");
  expect(journal.map(({ eventType }) => eventType)).toEqual(["xstate.init", "LEAVE"]);
  expect(told.filter(({ kind }) => kind === "fenced")).toHaveLength(1);
});

test("the state of a transition function is kept, and moved within the steps of its parent", async () => {
  const machine = setup({
    actors: {
      sum: fromTransition((total: number, event: { type: "ADD"; n: number }) => total + event.n, 0),
    },
    types: { context: {} as { seen: number[] } },
  }).createMachine({
    context: { seen: [] },
    initial: "adding",
    states: {
      adding: {
        tags: "forward",
        invoke: {
          id: "sum",
          src: "sum",
          onError: "done",
          onSnapshot: {
            actions: assign({
              seen: ({ context, event }) => [...context.seen, event.snapshot.context],
            }),
          },
        },
        on: {
          ADD: {
            actions: sendTo("sum", ({ event }) => ({ type: "ADD", n: event["n"] as number })),
          },
          END: "done",
        },
      },
      done: { type: "final", tags: "completed" },
    },
  });
  const saga = defineSaga({ name: "sum", version: 1, machine, activities: {} });
  let path = databasePath();
  const first = await openWorld(path, { sagas: [saga] });
  await first.runtime.start(saga, { instanceId: "s-1", input: undefined });

  for (const n of [1, 20, 300]) {
    path = crashedCopy(path);
    const clock = new ManualClock();
    const { runtime } = await openWorld(path, { sagas: [saga], clock });
    await clock.quiet();
    await runtime.send(saga, "s-1", { type: "ADD", n });
    await clock.quiet();
  }

  const { runtime } = await openWorld(crashedCopy(path), { sagas: [saga] });
  expect((await runtime.get(saga, "s-1")).context).toEqual({ seen: [0, 1, 21, 321] });
});

/** A chart that tells of each parcel twice, in order. */
function tellingOf(perform: (asked: ActionArguments<{ n: number }>) => Promise<void> | void) {
  const machine = setup({
    types: { context: {} as { n: number }, emitted: {} as { type: "COUNTED"; n: number } },
    actions: { tell: action<{ n: number }>() },
  }).createMachine({
    context: { n: 0 },
    initial: "counting",
    states: {
      counting: {
        tags: "forward",
        on: {
          COUNT: {
            actions: [
              assign({ n: ({ context }) => context.n + 1 }),
              { type: "tell", params: ({ context }) => ({ n: context.n }) },
              emit(({ context }) => ({ type: "COUNTED", n: context.n })),
              { type: "tell", params: ({ context }) => ({ n: -context.n }) },
            ],
          },
        },
      },
    },
  });
  return defineSaga({
    name: "telling",
    version: 1,
    machine,
    activities: {},
    actions: { tell: perform },
  });
}

test("actions are performed after their commit, in order, each under a key of its own", async () => {
  const asked: { n: number; key: string; committed: number }[] = [];
  const path = databasePath();
  const clock = new ManualClock();
  const saga = tellingOf(async ({ params, idempotencyKey }) => {
    const { revision } = await world.runtime.get(saga, "t-1");
    asked.push({ n: params.n, key: idempotencyKey, committed: revision });
  });
  const world = await openWorld(path, { sagas: [saga], clock });
  await world.runtime.start(saga, { instanceId: "t-1", input: undefined });

  await world.runtime.send(saga, "t-1", { type: "COUNT" });
  await clock.quiet();

  expect(asked).toEqual([
    { n: 1, key: "telling/t-1/tell/2.0", committed: 2 },
    { n: -1, key: "telling/t-1/tell/2.1", committed: 2 },
  ]);
});

test("an action that was lost with its process is performed again, with the same key", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const never = deferred<void>();
  const keys: string[] = [];
  const hanging = tellingOf(({ idempotencyKey }) => {
    keys.push(idempotencyKey);
    return never.promise;
  });
  const first = await openWorld(path, { sagas: [hanging], clock });
  await first.runtime.start(hanging, { instanceId: "t-1", input: undefined });
  await first.runtime.send(hanging, "t-1", { type: "COUNT" });
  await clock.quiet();

  const working = tellingOf(({ idempotencyKey }) => void keys.push(idempotencyKey));
  const later = new ManualClock();
  await openWorld(crashedCopy(path), { sagas: [working], clock: later });
  await later.quiet();
  never.resolve();

  const [one, two] = ["telling/t-1/tell/2.0", "telling/t-1/tell/2.1"];
  expect(keys).toEqual([one, one, two]);
});

test("an action that fails makes its instance stuck, and those behind it wait until it succeeds", async () => {
  const clock = new ManualClock();
  let failures = 2;
  const performed: number[] = [];
  const saga = tellingOf(({ params }) => {
    if (failures > 0) {
      failures -= 1;
      throw new Error("the warehouse is closed");
    }
    performed.push(params.n);
  });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "t-1", input: undefined });
  await runtime.send(saga, "t-1", { type: "COUNT" });
  await clock.quiet();
  const stuck = await runtime.get(saga, "t-1");

  await clock.advance(500);
  await runtime.operate(saga, "t-1", { operation: "redeliver", reason: "it has opened" });
  await clock.quiet();

  expect(stuck).toMatchObject({
    phase: "stuck",
    error: 'action "tell" failed: the warehouse is closed',
  });
  expect(performed).toEqual([1, -1]);
  expect((await runtime.get(saga, "t-1")).phase).toBe("forward");
});

test("killed at any moment, an instance whose action failed at first is not stuck once the action has succeeded", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  let failures = 1;
  const saga = tellingOf(({ params }) => {
    failures -= params.n < 0 ? 1 : 0;
    if (params.n < 0 && failures >= 0) throw new Error("the warehouse is closed");
  });
  const copies: string[] = [];
  const store = openSqlite(path);
  const finish = store.finishActions.bind(store);
  store.finishActions = async (finished) => {
    await finish(finished);
    copies.push(crashedCopy(path));
  };
  const runtime = await createRuntime({ store, sagas: [saga], clock });
  onTestFinished(() => runtime.close({ graceMs: 0 }));
  await runtime.start(saga, { instanceId: "t-1", input: undefined });
  await runtime.send(saga, "t-1", { type: "COUNT" });
  await clock.quiet();
  const before = await runtime.get(saga, "t-1");
  await clock.advance(500);

  expect(before.phase).toBe("stuck");
  expect(copies).toHaveLength(2);
  for (const copy of copies) {
    const later = new ManualClock();
    const again = await openWorld(copy, { sagas: [saga], clock: later });
    await later.quiet();

    expect(await again.runtime.get(saga, "t-1")).toMatchObject({ phase: "forward", error: null });
  }
});

test("an action that ends while the process closes is not performed again", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const gate = deferred<void>();
  const performed: number[] = [];
  const slow = tellingOf(({ params }) => {
    performed.push(params.n);
    return gate.promise;
  });
  const first = await openWorld(path, { sagas: [slow], clock });
  await first.runtime.start(slow, { instanceId: "t-1", input: undefined });
  await first.runtime.send(slow, "t-1", { type: "COUNT" });
  await clock.quiet();

  const closed = first.runtime.close();
  gate.resolve();
  await closed;
  const later = new ManualClock();
  await openWorld(path, { sagas: [slow], clock: later });
  await later.quiet();

  expect(performed).toEqual([1, -1]);
});

test("what is emitted is told after the commit, and stands in the journal", async () => {
  const clock = new ManualClock();
  const saga = tellingOf(() => {});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  const told: unknown[] = [];
  const off = runtime.on(saga, "COUNTED", (emitted) => told.push(emitted));
  await runtime.start(saga, { instanceId: "t-1", input: undefined });

  await runtime.send(saga, "t-1", { type: "COUNT" });
  off();
  await runtime.send(saga, "t-1", { type: "COUNT" });

  expect(told).toMatchObject([
    { instanceId: "t-1", revision: 2, event: { type: "COUNTED", n: 1 } },
  ]);
  const entries = await runtime.journal(saga, "t-1");
  expect(entries.map(({ effects }) => effects).flat()).toContainEqual({
    kind: "emit",
    event: { type: "COUNTED", n: 2 },
  });
});

test(`at most ${CHILDREN_MAX} children at a time`, async () => {
  const leaf = setup({}).createMachine({ initial: "a", states: { a: { tags: "forward" } } });
  const machine = setup({ actors: { leaf } }).createMachine({
    initial: "a",
    states: {
      a: {
        tags: "forward",
        on: {
          SPAWN: {
            actions: assign(({ spawn }) => {
              for (let n = 0; n <= CHILDREN_MAX; n += 1) spawn("leaf", { id: `leaf-${n}` });
              return {};
            }),
          },
        },
      },
    },
  });
  const saga = defineSaga({ name: "many", version: 1, machine, activities: {} });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  await runtime.start(saga, { instanceId: "m-1", input: undefined });

  await expect(runtime.send(saga, "m-1", { type: "SPAWN" })).rejects.toMatchObject({
    code: "SAGA_TRANSITION_FAILED",
    message: expect.stringContaining(`more than ${CHILDREN_MAX} children`) as unknown,
  });
});

test("a machine that is nested too deep is refused as its own child", async () => {
  let machine = setup({}).createMachine({ initial: "a", states: { a: { tags: "forward" } } });
  for (let depth = 0; depth <= FAMILY_DEPTH_MAX; depth += 1) {
    machine = setup({ actors: { inner: machine } }).createMachine({
      initial: "a",
      states: { a: { tags: "forward" } },
    });
  }
  const saga = defineSaga({ name: "deep", version: 1, machine, activities: {} });

  await expect(openWorld(databasePath(), { sagas: [saga] })).rejects.toMatchObject({
    code: "SAGA_DEFINITION_INVALID",
    message: expect.stringContaining(`more than ${FAMILY_DEPTH_MAX} deep`) as unknown,
  });
});

test(`at most ${DRAINS_MAX} instances are drained at a time, each by one drain, and none is forgotten`, async () => {
  const gate = deferred<void>();
  const seen: string[] = [];
  const drains = new Drains(async ({ instanceId }) => {
    seen.push(instanceId);
    await gate.promise;
  });

  for (let n = 0; n < DRAINS_MAX + 2; n += 1) drains.wake({ saga: "s", instanceId: `${n}` });
  drains.wake({ saga: "s", instanceId: "0" });
  const atOnce = seen.length;
  gate.resolve();
  await new ManualClock().quiet();

  expect(atOnce).toBe(DRAINS_MAX);
  expect(seen.filter((id) => id === "0")).toHaveLength(2);
  expect(new Set(seen).size).toBe(DRAINS_MAX + 2);
});
