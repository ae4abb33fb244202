/** Families: child machines and what is sent between instances, each exactly once, on a real file. */
import { expect, test } from "vitest";
import { assign, sendParent, sendTo, setup, stopChild } from "xstate";
import type { AnyActorRef } from "xstate";
import { defineSaga } from "../../src/index.ts";
import type { Runtime } from "../../src/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { crashedCopy, databasePath, openWorld } from "../fixtures/world.ts";
import type { World } from "../fixtures/world.ts";

/** Answers each question, and goes home with the number of its answers. */
const clerk = setup({
  types: {
    context: {} as { answers: number },
    input: {} as { answers: number },
    events: {} as { type: "ASK" } | { type: "GO" } | { type: "FAIL" },
    output: {} as { answers: number },
  },
}).createMachine({
  id: "clerk",
  context: ({ input }) => ({ answers: input.answers }),
  initial: "working",
  entry: sendParent({ type: "HERE" }),
  states: {
    working: {
      tags: "forward",
      on: {
        ASK: {
          actions: [
            assign({ answers: ({ context }) => context.answers + 1 }),
            sendParent(({ context }) => ({ type: "ANSWER", n: context.answers })),
          ],
        },
        GO: "home",
      },
    },
    home: { type: "final", tags: "completed" },
  },
  output: ({ context }) => ({ answers: context.answers }),
});

interface DeskContext {
  heard: unknown[];
  helper: AnyActorRef | null;
}

const desk = setup({
  types: { context: {} as DeskContext },
  actors: { clerk },
  actions: {
    hear: assign({
      heard: ({ context, event }) => [...(context as DeskContext).heard, event as unknown],
    }) as never,
  },
}).createMachine({
  id: "desk",
  context: { heard: [], helper: null },
  initial: "open",
  on: { HERE: { actions: "hear" }, ANSWER: { actions: "hear" } },
  states: {
    open: {
      tags: "forward",
      exit: sendTo("anna", { type: "ASK" }),
      invoke: {
        id: "anna",
        src: "clerk",
        systemId: "first",
        input: { answers: 0 },
        onDone: { target: "counted", actions: "hear" },
        onError: { target: "closed", actions: "hear" },
      },
      on: {
        ASK: { actions: [sendTo("anna", { type: "ASK" }), sendTo("anna", { type: "ASK" })] },
        ASK_FIRST: {
          actions: sendTo(({ system }) => system.get("first") as AnyActorRef, { type: "ASK" }),
        },
        ASK_LATER: { actions: sendTo("anna", { type: "ASK" }, { delay: 1_000, id: "later" }) },
        GO: { actions: sendTo("anna", { type: "GO" }) },
        LEAVE: "closed",
        HELP: {
          actions: assign({
            helper: ({ spawn }) => spawn("clerk", { id: "bob", input: { answers: 10 } }),
          }),
        },
        ASK_HELPER: {
          actions: sendTo(({ context }) => context.helper as AnyActorRef, { type: "ASK" }),
        },
        SEND_HOME: { actions: stopChild("bob") },
        WRITE: {
          actions: sendTo(
            ({ system }) => system.get("desk/d-2") as AnyActorRef,
            ({ self }) => ({ type: "LETTER", from: self }),
          ),
        },
        LETTER: {
          actions: sendTo(({ event }) => (event as unknown as { from: AnyActorRef }).from, {
            type: "ANSWER",
            n: -1,
          }),
        },
        NOBODY: {
          actions: sendTo(({ system }) => system.get("nobody") as AnyActorRef, { type: "X" }),
        },
        LOST: {
          actions: sendTo(({ system }) => system.get("desk/d-9") as AnyActorRef, { type: "X" }),
        },
        STRANGE: { actions: sendTo("anna", { type: "STRANGE" }) },
      },
    },
    counted: { tags: "forward", on: { AGAIN: "open", END: "closed" } },
    closed: { tags: "forward", on: { AGAIN: "open", END: "ended" } },
    ended: { type: "final", tags: "completed" },
  },
});
const deskSaga = defineSaga({ name: "desk", version: 1, machine: desk, activities: {} });

async function open(path = databasePath()): Promise<World & { clock: ManualClock; path: string }> {
  const clock = new ManualClock();
  const world = await openWorld(path, { sagas: [deskSaga], clock });
  return { ...world, clock, path };
}

async function started(): Promise<World & { clock: ManualClock; path: string }> {
  const world = await open();
  await world.runtime.start(deskSaga, { instanceId: "d-1", input: undefined });
  await world.clock.quiet();
  return world;
}

async function send(
  { runtime, clock }: { runtime: Runtime; clock: ManualClock },
  type: string,
  id = "d-1",
): Promise<void> {
  await runtime.send(deskSaga, id, { type });
  await clock.quiet();
}

async function heard(runtime: Runtime, id = "d-1"): Promise<readonly unknown[]> {
  return ((await runtime.get(deskSaga, id)).context as DeskContext).heard;
}

const child = { name: "desk.clerk" };

test("a child machine is an instance of its own, created with the step that starts it", async () => {
  const { runtime } = await started();

  expect(await runtime.get(child, "d-1/anna")).toMatchObject({
    saga: "desk.clerk",
    state: "working",
    parent: { saga: "desk", id: "d-1" },
  });
  expect((await runtime.get(deskSaga, "d-1")).children).toEqual([
    {
      childId: "anna",
      actor: "clerk",
      kind: "instance",
      instance: { saga: "desk.clerk", id: "d-1/anna" },
    },
  ]);
});

test("nobody but its parent starts a child", async () => {
  const { runtime } = await started();

  await expect(
    runtime.start({ ...runtime.saga("desk.clerk").saga }, { input: { answers: 1 } }),
  ).rejects.toMatchObject({ code: "SAGA_REQUEST_INVALID" });
});

test("what is sent between two instances arrives once, in order, and its output at the end", async () => {
  const world = await started();

  await send(world, "ASK");
  await send(world, "GO");

  expect(await heard(world.runtime)).toMatchObject([
    { type: "HERE" },
    { type: "ANSWER", n: 1 },
    { type: "ANSWER", n: 2 },
    { type: "xstate.done.actor.anna", output: { answers: 2 } },
  ]);
  expect(await world.runtime.get(deskSaga, "d-1")).toMatchObject({
    state: "counted",
    children: [],
  });
});

test("a child that is left is stopped after what was sent to it before", async () => {
  const world = await started();

  await send(world, "LEAVE");

  const anna = await world.runtime.get(child, "d-1/anna");
  expect([anna.phase, anna.context]).toEqual(["stopped", { answers: 1 }]);
  // What it answered on its way out still arrives.
  expect(await heard(world.runtime)).toContainEqual({ type: "ANSWER", n: 1 });
});

test("a child that takes an id again is another instance", async () => {
  const world = await started();

  await send(world, "LEAVE");
  await send(world, "AGAIN");
  await send(world, "ASK");

  const [link] = (await world.runtime.get(deskSaga, "d-1")).children;
  expect(link?.instance?.id).toMatch(/^d-1\/anna~\d+$/);
  expect(await world.runtime.get(child, link?.instance?.id ?? "")).toMatchObject({
    phase: "forward",
    context: { answers: 2 },
  });
});

test("children of a parent that ends are stopped", async () => {
  const world = await started();
  await send(world, "HELP");

  await send(world, "LEAVE");
  await send(world, "END");

  expect((await world.runtime.get(child, "d-1/bob")).phase).toBe("stopped");
});

test("children of a parent that is terminated are stopped", async () => {
  const world = await started();

  await world.runtime.operate(deskSaga, "d-1", {
    operation: "terminate",
    reason: "a test",
    force: true,
  });
  await world.clock.quiet();

  expect((await world.runtime.get(child, "d-1/anna")).phase).toBe("stopped");
});

test("a reference in the context means the same after a restart", async () => {
  const world = await started();
  await send(world, "HELP");

  const again = await open(crashedCopy(world.path));
  await send(again, "ASK_HELPER");

  expect(await heard(again.runtime)).toContainEqual({ type: "ANSWER", n: 11 });
});

test("a child is found by its systemId, and another saga by its name", async () => {
  const world = await started();
  await world.runtime.start(deskSaga, { instanceId: "d-2", input: undefined });

  await send(world, "ASK_FIRST");
  await send(world, "WRITE");

  expect(await heard(world.runtime)).toMatchObject([
    { type: "HERE" },
    { type: "ANSWER", n: 1 },
    { type: "ANSWER", n: -1 },
  ]);
});

test("a delayed send is a timer: it survives a restart, and is sent when it is due", async () => {
  const world = await started();
  await send(world, "ASK_LATER");

  const again = await open(crashedCopy(world.path));
  await again.clock.advance(999);
  const early = await heard(again.runtime);
  await again.clock.advance(1);

  expect(early).toEqual([{ type: "HERE" }]);
  expect(await heard(again.runtime)).toEqual([{ type: "HERE" }, { type: "ANSWER", n: 1 }]);
});

test.each([
  ["NOBODY", { saga: "", instanceId: "nobody" }],
  ["LOST", { saga: "desk", instanceId: "d-9" }],
])("a message that finds nobody is told in the journal of its sender: %s", async (type, sender) => {
  const world = await started();

  await send(world, type);

  const journal = await world.runtime.journal(deskSaga, "d-1");
  expect(journal.at(-1)).toMatchObject({ verdict: "undeliverable", event: { type: "X" }, sender });
  expect(world.told).toContainEqual(expect.objectContaining({ kind: "undeliverable" }));
});

test("a message that no transition takes is told in the journal of its receiver", async () => {
  const world = await started();

  await send(world, "STRANGE");

  const journal = await world.runtime.journal(child, "d-1/anna");
  expect(journal.at(-1)).toMatchObject({
    verdict: "unhandled",
    sender: { saga: "desk", instanceId: "d-1" },
  });
});

test("a message waits while its receiver is suspended", async () => {
  const world = await started();
  const suspend = { operation: "suspend", reason: "a test" } as const;
  await world.runtime.operate(child, "d-1/anna", suspend);
  await send(world, "ASK");
  const during = await heard(world.runtime);

  await world.runtime.operate(child, "d-1/anna", { operation: "resume", reason: "a test" });
  await world.clock.quiet();

  expect(during).toHaveLength(1);
  expect(await heard(world.runtime)).toHaveLength(3);
});

test("killed between any two commits, a family comes to the same end, and nothing is heard twice", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const copies: string[] = [];
  const world = await openWorld(path, {
    sagas: [deskSaga],
    clock,
    onCommit: () => copies.push(crashedCopy(path)),
  });
  await world.runtime.start(deskSaga, { instanceId: "d-1", input: undefined });
  const live = { ...world, clock };
  await clock.quiet();
  for (const type of ["HELP", "ASK", "ASK_HELPER", "GO"]) await send(live, type);
  const expected = sorted(await heard(world.runtime));

  for (const copy of copies) {
    const again = await open(copy);
    const done = await sentSoFar(again);
    for (const type of ["HELP", "ASK", "ASK_HELPER", "GO"].slice(done)) await send(again, type);

    expect(sorted(await heard(again.runtime))).toEqual(expected);
  }
  expect(copies.length).toBeGreaterThan(10);
});

async function sentSoFar({ runtime, clock }: World & { clock: ManualClock }): Promise<number> {
  await clock.quiet();
  const journal = await runtime.journal(deskSaga, "d-1");
  return journal.filter(({ source }) => source === "client").length;
}

/** Two children may answer in any order. */
function sorted(events: readonly unknown[]): readonly string[] {
  return events.map((event) => JSON.stringify(event)).toSorted();
}
