/** Limits of instances: who has no room is kept, does nothing, and begins in his turn. */
import { expect, test } from "vitest";
import { assign, setup } from "xstate";
import { activity, defineSaga } from "../../src/index.ts";
import type { Saga } from "../../src/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { crashedCopy, databasePath, openWorld } from "../fixtures/world.ts";
import type { World } from "../fixtures/world.ts";

const PATIENCE_MS = 60_000;
const reason = "not needed";

const jobMachine = setup({
  types: {
    context: {} as { team: string; note: string },
    input: {} as { team: string },
    events: {} as { type: "DONE" } | { type: "NOTE"; text: string },
  },
  actors: { prepare: activity<{ team: string }, void>() },
  actions: {
    note: assign({ note: ({ event }) => (event.type === "NOTE" ? event.text : "") }),
  },
}).createMachine({
  id: "job",
  context: ({ input }) => ({ team: input.team, note: "" }),
  initial: "preparing",
  states: {
    preparing: {
      tags: "forward",
      invoke: {
        id: "prepare",
        src: "prepare",
        input: ({ context }) => ({ team: context.team }),
        onDone: "working",
        onError: "late",
      },
    },
    working: {
      tags: ["forward", "busy"],
      on: { DONE: "done", NOTE: { actions: "note" } },
      after: { [PATIENCE_MS]: "late" },
    },
    done: { type: "final", tags: "completed" },
    late: { type: "final", tags: "failed" },
  },
});

type Job = Saga<typeof jobMachine>;

interface Limits {
  readonly atOnce?: number;
  readonly perSecond?: number;
}

function defineJob(limit: Limits, begun: string[] = [], key = (team: string): string => team): Job {
  return defineSaga({
    name: "job",
    version: 1,
    machine: jobMachine,
    activities: {
      prepare: ({ idempotencyKey }) =>
        Promise.resolve(void begun.push(idempotencyKey.split("/")[1] ?? "")),
    },
    parks: ["NOTE"],
    limits: { instances: { key: ({ input }) => key(input.team), ...limit } },
  });
}

async function start({ runtime }: World, saga: Job, ids: readonly string[], team = "a") {
  for (const instanceId of ids) await runtime.start(saga, { instanceId, input: { team } });
}

async function statesOf({ runtime }: World, saga: Job, ids: readonly string[]) {
  const views = await Promise.all(ids.map((id) => runtime.get(saga, id)));
  return views.map(({ phase, state, waitsFor }) => (waitsFor === null ? state || phase : waitsFor));
}

test("what has no room waits in order, has done nothing, and begins when one of its key ends", async () => {
  const [clock, begun] = [new ManualClock(), [] as string[]];
  const saga = defineJob({ atOnce: 1 }, begun);
  const world = await openWorld(databasePath(), { sagas: [saga], clock });
  await start(world, saga, ["j-1", "j-2", "j-3"]);
  await start(world, saga, ["k-1"], "b");
  await clock.advance(PATIENCE_MS - 1);
  const before = await statesOf(world, saga, ["j-1", "j-2", "j-3", "k-1"]);
  const waiting = await world.runtime.get(saga, "j-2");

  await world.runtime.send(saga, "j-1", { type: "DONE" });
  await clock.quiet();
  const after = await statesOf(world, saga, ["j-1", "j-2", "j-3"]);
  const journal = await world.runtime.journal(saga, "j-2");

  expect(before).toEqual([
    "working",
    { key: "a", position: 1 },
    { key: "a", position: 2 },
    "working",
  ]);
  expect(waiting).toMatchObject({
    revision: 1,
    phase: "forward",
    state: "",
    tags: [],
    timers: [],
    activities: [],
    accepts: [],
  });
  expect(after).toEqual(["done", "working", { key: "a", position: 1 }]);
  expect(begun).toEqual(["j-1", "k-1", "j-2"]);
  expect(
    journal.map(({ source, verdict, stateBefore, stateAfter }) => [
      source,
      verdict,
      stateBefore,
      stateAfter,
    ]),
  ).toEqual([
    ["start", "waiting", null, ""],
    ["start", "applied", "", "preparing"],
    ["activity", "applied", "preparing", "working"],
  ]);
  // Its time runs from its beginning.
  expect((await world.runtime.get(saga, "j-2")).timers).toMatchObject([
    { dueAtMs: clock.now() + PATIENCE_MS },
  ]);
});

test("those that wait begin in their order, each once, through a crash at each step", async () => {
  const clock = new ManualClock();
  let path = databasePath();
  const ids = ["j-1", "j-2", "j-3", "j-4"];
  const begun: string[] = [];
  const first = await openWorld(path, { sagas: [defineJob({ atOnce: 1 }, begun)], clock });
  await start(first, defineJob({ atOnce: 1 }), ids);

  for (const [index, id] of ids.entries()) {
    path = crashedCopy(path);
    const saga = defineJob({ atOnce: 1 }, begun);
    const world = await openWorld(path, { sagas: [saga], clock });
    await clock.quiet();
    expect(await statesOf(world, saga, ids.slice(index))).toEqual([
      "working",
      ...ids.slice(index + 1).map((_, n) => ({ key: "a", position: n + 1 })),
    ]);
    await world.runtime.send(saga, id, { type: "DONE" });
    await world.runtime.close({ graceMs: 0 });
  }
  const saga = defineJob({ atOnce: 1 });
  const last = await openWorld(crashedCopy(path), { sagas: [saga], clock });

  expect(await statesOf(last, saga, ids)).toEqual(["done", "done", "done", "done"]);
  expect([...new Set(begun)]).toEqual(ids);
  for (const id of ids) {
    const journal = await last.runtime.journal(saga, id);
    const starts = journal.filter(
      ({ source, verdict }) => source === "start" && verdict === "applied",
    );
    expect([id, starts.length]).toEqual([id, 1]);
  }
});

/** One that works and two that wait behind it. */
async function openQueue(begun: string[] = [], path = databasePath()) {
  const clock = new ManualClock();
  const saga = defineJob({ atOnce: 1 }, begun);
  const world = await openWorld(path, { sagas: [saga], clock });
  await start(world, saga, ["j-1", "j-2", "j-3"]);
  await clock.quiet();
  const free = async (id = "j-1"): Promise<void> => {
    await world.runtime.send(saga, id, { type: "DONE" });
    await clock.quiet();
  };
  return { world, runtime: world.runtime, saga, clock, begun, free };
}

const byPlace = (position: number): object => ({ key: "a", position });

test("an event for one that waits is refused, or kept if its saga parks it, and delivered when it has begun", async () => {
  const { runtime, saga, free } = await openQueue();

  const kept = await runtime.sendOnce(saga, "j-2", { type: "NOTE", text: "be quick" });
  await expect(runtime.send(saga, "j-2", { type: "DONE" })).rejects.toMatchObject({
    code: "SAGA_EVENT_NOT_ACCEPTED",
    message: expect.stringContaining('waits for room under the key "a"'),
    details: { why: "not-in-this-state", accepts: [] },
  });
  await free();

  expect(kept).toMatchObject({ parked: true, instance: { waitsFor: { key: "a" } } });
  expect(await runtime.get(saga, "j-2")).toMatchObject({
    state: "working",
    context: { note: "be quick" },
    parkedEvents: [],
  });
});

test("one that waits can be cancelled or terminated: it never begins, and those behind it move up", async () => {
  const { world, runtime, saga, begun, free } = await openQueue();
  await start(world, saga, ["j-4"]);

  const cancelled = await runtime.operate(saga, "j-2", { operation: "cancel", reason, by: "ann" });
  const ended = { operation: "terminate", reason, force: true } as const;
  const terminated = await runtime.operate(saga, "j-3", ended);
  const places = await statesOf(world, saga, ["j-4"]);
  await free();

  expect(cancelled.instance).toMatchObject({ phase: "compensated", state: "", waitsFor: null });
  expect(String(cancelled.instance.error)).toContain(`cancelled before it began: ${reason}`);
  expect(terminated.instance).toMatchObject({ phase: "failed", state: "", waitsFor: null });
  expect(places).toEqual([byPlace(1)]);
  expect(begun).toEqual(["j-1", "j-4"]);
  await expect(runtime.send(saga, "j-2", { type: "DONE" })).rejects.toMatchObject({
    code: "SAGA_INSTANCE_ENDED",
  });
  const [, last] = await runtime.journal(saga, "j-2");
  expect(last).toMatchObject({ operation: { operation: "cancel", by: "ann", reason } });
});

test("one that is suspended while it waits keeps its place, and begins when it is resumed after its turn", async () => {
  const { world, runtime, saga, clock, begun, free } = await openQueue();
  await runtime.operate(saga, "j-2", { operation: "suspend", reason });
  await free();
  const held = await statesOf(world, saga, ["j-2", "j-3"]);
  const begunBefore = [...begun];

  await runtime.operate(saga, "j-2", { operation: "resume", reason });
  await clock.quiet();

  expect(begunBefore).toEqual(["j-1"]);
  // It has the room by then, and nobody is before the next one.
  expect(held).toEqual([{ key: "a", position: null }, byPlace(1)]);
  expect(await statesOf(world, saga, ["j-2", "j-3"])).toEqual(["working", byPlace(1)]);
});

test("so many begin in a second, and the next when it is over", async () => {
  const [clock, begun] = [new ManualClock(), [] as string[]];
  const saga = defineJob({ perSecond: 2 }, begun);
  const world = await openWorld(databasePath(), { sagas: [saga], clock });
  await start(world, saga, ["j-1", "j-2", "j-3", "j-4", "j-5"]);
  await clock.quiet();
  const atOnce = [...begun];
  await clock.advance(999);
  const before = [...begun];
  await clock.advance(1);
  const after = [...begun];
  await clock.advance(1_000);

  expect(atOnce).toEqual(["j-1", "j-2"]);
  expect(before).toEqual(atOnce);
  expect(after).toEqual(["j-1", "j-2", "j-3", "j-4"]);
  expect(begun).toEqual(["j-1", "j-2", "j-3", "j-4", "j-5"]);
});

test("the same start again gives the one that waits, other input is refused, and neither counts", async () => {
  const { world, runtime, saga, free } = await openQueue();

  const again = await runtime.start(saga, { instanceId: "j-2", input: { team: "a" } });
  const other = runtime.start(saga, { instanceId: "j-2", input: { team: "b" } });

  expect(again).toMatchObject({ created: false, instance: { waitsFor: byPlace(1) } });
  await expect(other).rejects.toMatchObject({ code: "SAGA_INSTANCE_EXISTS" });
  await free();
  expect(await statesOf(world, saga, ["j-2", "j-3"])).toEqual(["working", byPlace(1)]);
});

test("whoever waits for an instance to settle waits until it has begun", async () => {
  const { runtime, saga, free } = await openQueue();
  const settled = runtime.waitFor(saga, "j-2", { settled: true });
  const order: string[] = [];
  void settled.then(() => order.push("settled"));
  await free();
  const view = await settled;

  expect(view).toMatchObject({ state: "working", waitsFor: null });
  expect(order).toEqual(["settled"]);
});

test("a search and the counts show those that wait", async () => {
  const { runtime } = await openQueue();

  const { items } = await runtime.search({ saga: "job" });
  const counts = await runtime.counts();

  expect(items.map(({ id, waitsFor }) => [id, waitsFor])).toEqual([
    ["j-3", byPlace(2)],
    ["j-2", byPlace(1)],
    ["j-1", null],
  ]);
  expect(counts.map(({ state, instances }) => [state, instances])).toEqual([
    ["", 2],
    ["working", 1],
  ]);
});

test("a fork counts and never waits; of one that has waited it goes back to its beginning, and no further", async () => {
  const { world, runtime, saga, clock, free } = await openQueue();
  await free();
  const options = { instanceId: "f-1", reason };

  const early = runtime.fork(saga, "j-2", { ...options, fromRevision: 1 });
  await expect(early).rejects.toMatchObject({ code: "SAGA_OPERATION_NOT_POSSIBLE" });
  await runtime.fork(saga, "j-2", { ...options, fromRevision: 3 });
  await free("j-2");

  // The fork has the room.
  expect(await statesOf(world, saga, ["f-1", "j-3"])).toEqual(["working", byPlace(1)]);
  await free("f-1");
  await clock.quiet();
  expect(await statesOf(world, saga, ["j-3"])).toEqual(["working"]);
});

test("a key that cannot be told refuses the start, and keeps nothing", async () => {
  const key = (team: string): string => {
    if (team === "a") throw new Error("no team");
    return team === "b" ? (7 as unknown as string) : team;
  };
  const saga = defineJob({ atOnce: 1 }, [], key);
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });

  for (const team of ["a", "b"]) {
    const refused = runtime.start(saga, { instanceId: "j-1", input: { team } });
    await expect(refused).rejects.toMatchObject({ code: "SAGA_TRANSITION_FAILED" });
  }
  expect((await runtime.search()).items).toEqual([]);
});

test("a limit that a new program does not have any more holds nobody back", async () => {
  const path = databasePath();
  const { world, clock } = await openQueue([], path);
  await world.runtime.close({ graceMs: 0 });
  const saga = defineJob({ perSecond: 100 });

  const after = await openWorld(path, { sagas: [saga], clock });
  await clock.quiet();

  expect(await statesOf(after, saga, ["j-1", "j-2", "j-3"])).toEqual([
    "working",
    "working",
    "working",
  ]);
});
