/** Early events, as their senders see them: kept, delivered once and in order, and never lost in silence. */
import { expect, test } from "vitest";
import { openSqlite, createRuntime } from "../../src/index.ts";
import type { Runtime, Store } from "../../src/index.ts";
import { PARKED_EVENTS_MAX } from "../../src/runtime/decisions/park.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { defineDesk } from "../fixtures/desk.ts";
import { crashedCopy, databasePath, openWorld } from "../fixtures/world.ts";
import type { World } from "../fixtures/world.ts";

const desk = defineDesk();
const item = (n: number) => ({ type: "ITEM", n }) as const;
const open = { type: "OPEN" } as const;

interface Desk extends World {
  readonly path: string;
  readonly clock: ManualClock;
}

/** A desk, closed. */
async function openDesk(saga = desk): Promise<Desk> {
  const path = databasePath();
  const clock = new ManualClock();
  const world = await openWorld(path, { sagas: [saga], clock });
  await world.runtime.start(saga, { instanceId: "d-1", input: undefined });
  return { ...world, path, clock };
}

async function takenBy(runtime: Runtime): Promise<readonly number[]> {
  const { context } = await runtime.get(desk, "d-1");
  return (context as { taken: readonly number[] }).taken;
}

async function verdicts(runtime: Runtime): Promise<readonly string[]> {
  const entries = await runtime.journal(desk, "d-1", { limit: 1_000 });
  return entries.map(({ event, verdict }) => {
    const { type, n } = event as { type: string; n?: number };
    return n === undefined ? type : `${type} ${n} ${verdict}`;
  });
}

test("an early event that its saga does not park is refused", async () => {
  const saga = defineDesk([]);
  const { runtime } = await openDesk(saga);

  const early = runtime.send(saga, "d-1", item(1));

  await expect(early).rejects.toMatchObject({ code: "SAGA_EVENT_NOT_ACCEPTED" });
  expect(await runtime.get(saga, "d-1")).toMatchObject({ revision: 1, parkedEvents: [] });
});

test("an early event that its saga parks is kept, journaled, and told", async () => {
  const { runtime, told, clock } = await openDesk();

  const sent = await runtime.sendOnce(desk, "d-1", item(1), { eventId: "e-1" });

  const parkedEvents = [{ event: "ITEM", eventId: "e-1", atMs: clock.now() }];
  expect(sent).toMatchObject({ repeated: false, parked: true });
  expect(sent.instance).toMatchObject({ revision: 2, state: "closed", parkedEvents });
  expect(await runtime.get(desk, "d-1")).toEqual(sent.instance);
  expect((await runtime.journal(desk, "d-1")).at(-1)).toMatchObject({
    revision: 2,
    source: "client",
    event: item(1),
    eventId: "e-1",
    stateBefore: "closed",
    stateAfter: "closed",
    verdict: "parked",
  });
  expect(told).toContainEqual(
    expect.objectContaining({ kind: "parked", event: "ITEM", eventId: "e-1" }),
  );
});

test("parked events are delivered in the order of arrival, each as a transition of its own, once", async () => {
  const { runtime, clock } = await openDesk();
  for (const n of [1, 2, 3]) await runtime.send(desk, "d-1", item(n), { eventId: `e-${n}` });

  await runtime.send(desk, "d-1", open);
  await clock.quiet();

  expect(await runtime.get(desk, "d-1")).toMatchObject({ revision: 8, parkedEvents: [] });
  expect(await takenBy(runtime)).toEqual([1, 2, 3]);
  expect(await verdicts(runtime)).toEqual([
    "xstate.init",
    ...[1, 2, 3].map((n) => `ITEM ${n} parked`),
    "OPEN",
    ...[1, 2, 3].map((n) => `ITEM ${n} applied`),
  ]);
  const [delivered] = await runtime.journal(desk, "d-1", { afterRevision: 5, limit: 1 });
  expect(delivered).toMatchObject({ source: "client", eventId: "e-1", verdict: "applied" });
});

test("what a guard does not let in yet stays, and what came after it is let in", async () => {
  const { runtime, clock } = await openDesk();
  await runtime.send(desk, "d-1", { type: "WELCOME", from: 2 });
  for (const n of [1, 2, 0, 3]) await runtime.send(desk, "d-1", item(n));

  await runtime.send(desk, "d-1", open);
  await clock.quiet();
  const first = await takenBy(runtime);
  await runtime.send(desk, "d-1", { type: "WELCOME", from: 0 });
  await clock.quiet();

  expect(first).toEqual([2, 3]);
  expect(await takenBy(runtime)).toEqual([2, 3, 1, 0]);
});

test("a state that is left again takes only what came before it was left", async () => {
  const { runtime, clock } = await openDesk();
  await runtime.send(desk, "d-1", item(1));

  // Sent together: none of them waits for what the others set off.
  const sent = [open, item(2), { type: "CLOSE" } as const, item(3), open, item(4)];
  await Promise.all(sent.map((event) => runtime.send(desk, "d-1", event)));
  await clock.quiet();

  expect(await verdicts(runtime)).toEqual([
    "xstate.init",
    "ITEM 1 parked",
    "OPEN",
    "ITEM 1 applied",
    "ITEM 2 applied",
    "CLOSE",
    "ITEM 3 parked",
    "OPEN",
    "ITEM 3 applied",
    "ITEM 4 applied",
  ]);
});

test("under one key an event is parked once and delivered once, and always answered as the first time", async () => {
  const { runtime, clock } = await openDesk();
  const key = { eventId: "e-1" };

  const first = await runtime.sendOnce(desk, "d-1", item(1), key);
  const again = await runtime.sendOnce(desk, "d-1", item(1), key);
  await runtime.send(desk, "d-1", open);
  await clock.quiet();
  const late = await runtime.sendOnce(desk, "d-1", item(1), key);

  expect([again, late]).toEqual([1, 2].map(() => ({ ...first, repeated: true })));
  expect(await takenBy(runtime)).toEqual([1]);
});

test("an instance that ends tells in its journal what it never took", async () => {
  const { runtime, told, clock } = await openDesk();
  for (const n of [1, 2]) await runtime.send(desk, "d-1", item(n), { eventId: `e-${n}` });

  await runtime.send(desk, "d-1", { type: "LEAVE" });
  await clock.quiet();

  expect(await runtime.get(desk, "d-1")).toMatchObject({ phase: "completed", parkedEvents: [] });
  expect((await verdicts(runtime)).slice(-3)).toEqual([
    "LEAVE",
    "ITEM 1 stranded",
    "ITEM 2 stranded",
  ]);
  expect(told.filter(({ kind }) => kind === "stranded")).toMatchObject([
    { instanceId: "d-1", event: "ITEM", eventId: "e-1" },
    { instanceId: "d-1", event: "ITEM", eventId: "e-2" },
  ]);
  const after = runtime.send(desk, "d-1", item(3));
  await expect(after).rejects.toMatchObject({ code: "SAGA_INSTANCE_ENDED" });
});

test(`an instance keeps at most ${PARKED_EVENTS_MAX} early events`, async () => {
  const { runtime, clock } = await openDesk();
  for (let n = 1; n <= PARKED_EVENTS_MAX; n += 1) await runtime.send(desk, "d-1", item(n));

  const more = runtime.send(desk, "d-1", item(0), { eventId: "e-0" });
  await expect(more).rejects.toMatchObject({ code: "SAGA_PARKING_FULL" });
  await runtime.send(desk, "d-1", open);
  await clock.quiet();
  await runtime.send(desk, "d-1", item(0), { eventId: "e-0" });

  const taken = await takenBy(runtime);
  expect(taken).toEqual([...Array.from({ length: PARKED_EVENTS_MAX }, (_, n) => n + 1), 0]);
});

test("a parked event that the chart throws on stays, visibly, and keeps no other from its turn", async () => {
  const { runtime, clock } = await openDesk();
  for (const n of [1, -2, 3, -4]) await runtime.send(desk, "d-1", item(n));

  await runtime.send(desk, "d-1", { type: "OPEN", isFragile: true });
  await clock.advance(10_000);
  const stuck = await runtime.get(desk, "d-1");
  const journal = await verdicts(runtime);
  await runtime.send(desk, "d-1", { type: "CLOSE" });
  await runtime.send(desk, "d-1", open);
  await clock.quiet();

  expect(stuck).toMatchObject({ phase: "stuck", context: { taken: [1, 3] } });
  expect(stuck.parkedEvents).toHaveLength(2);
  expect(String(stuck.error)).toContain("item -2 breaks the desk");
  // However often it is tried, it is told once.
  expect(journal.slice(-3)).toEqual(["ITEM 1 applied", "ITEM 3 applied", "ITEM -2 failed"]);
  expect(await runtime.get(desk, "d-1")).toMatchObject({ phase: "forward", error: null });
  expect(await takenBy(runtime)).toEqual([1, 3, -2, -4]);
});

test("a suspended instance keeps what is parked, and takes it when it is resumed or tells it when it ends", async () => {
  const { runtime, clock } = await openDesk();
  for (const n of [1, 2]) await runtime.send(desk, "d-1", item(n));
  await runtime.send(desk, "d-1", { type: "WELCOME", from: 2 });
  await runtime.operate(desk, "d-1", { operation: "suspend", reason: "audit" });

  const refused = runtime.send(desk, "d-1", item(3));
  await expect(refused).rejects.toMatchObject({ code: "SAGA_INSTANCE_SUSPENDED" });
  await runtime.operate(desk, "d-1", { operation: "resume", reason: "audit is over" });
  await runtime.send(desk, "d-1", open);
  await clock.quiet();
  const taken = await takenBy(runtime);
  const end = { operation: "terminate", reason: "closed down", force: true } as const;
  await runtime.operate(desk, "d-1", end);
  await clock.quiet();

  expect(taken).toEqual([2]);
  expect((await verdicts(runtime)).at(-1)).toBe("ITEM 1 stranded");
});

test("at whatever commit the process dies, each early event is delivered once, in order, or still kept", async () => {
  const path = databasePath();
  const copies: string[] = [];
  const copying = (store: Store): Store =>
    new Proxy(store, {
      get: (target, name) => {
        if (name === "commit") {
          return async (...args: Parameters<Store["commit"]>) => {
            const outcomes = await target.commit(...args);
            copies.push(crashedCopy(path));
            return outcomes;
          };
        }
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  const clock = new ManualClock();
  const runtime = await createRuntime({ store: copying(openSqlite(path)), sagas: [desk], clock });
  await runtime.start(desk, { instanceId: "d-1", input: undefined });
  for (const n of [1, 2, 3]) await runtime.send(desk, "d-1", item(n), { eventId: `e-${n}` });
  await runtime.send(desk, "d-1", { type: "WELCOME", from: 2 });
  await runtime.send(desk, "d-1", open);
  await clock.quiet();
  await runtime.send(desk, "d-1", { type: "LEAVE" });
  await clock.quiet();
  await runtime.close({ graceMs: 0 });

  expect(copies).toHaveLength(10);
  const ends: unknown[] = [];
  for (const copy of copies) {
    const after = await openWorld(copy, { sagas: [desk], clock });
    await clock.quiet();
    const { state, parkedEvents } = await after.runtime.get(desk, "d-1");
    const kept = parkedEvents.map(({ eventId }) => eventId);
    ends.push([state, await takenBy(after.runtime), kept]);
    const journal = await verdicts(after.runtime);
    expect(new Set(journal).size).toBe(journal.length);
    await after.runtime.close({ graceMs: 0 });
  }
  expect(ends).toEqual([
    ["closed", [], []],
    ["closed", [], ["e-1"]],
    ["closed", [], ["e-1", "e-2"]],
    ["closed", [], ["e-1", "e-2", "e-3"]],
    ["closed", [], ["e-1", "e-2", "e-3"]],
    // Open: what was not delivered before the death is delivered after it.
    ["open", [2, 3], ["e-1"]],
    ["open", [2, 3], ["e-1"]],
    ["open", [2, 3], ["e-1"]],
    // Left: what was not told before the death is told after it.
    ["left", [2, 3], []],
    ["left", [2, 3], []],
  ]);
});

test("what is parked is delivered even if the store fails in between", async () => {
  const path = databasePath();
  let failures = 0;
  const failing = (store: Store): Store =>
    new Proxy(store, {
      get: (target, name) => {
        if (name === "commit") {
          return async (...[writeSets]: Parameters<Store["commit"]>) => {
            if (failures > 0 && writeSets.some(({ unparked }) => unparked !== null)) {
              failures -= 1;
              throw new Error("the disk is busy");
            }
            return target.commit(writeSets);
          };
        }
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  const clock = new ManualClock();
  const runtime = await createRuntime({ store: failing(openSqlite(path)), sagas: [desk], clock });
  await runtime.start(desk, { instanceId: "d-1", input: undefined });
  for (const n of [1, 2]) await runtime.send(desk, "d-1", item(n));
  failures = 2;

  const opened = await runtime.send(desk, "d-1", open);
  await clock.advance(5_000);
  const taken = await takenBy(runtime);
  await runtime.close({ graceMs: 0 });

  expect(opened).toMatchObject({ state: "open" });
  expect(taken).toEqual([1, 2]);
});
