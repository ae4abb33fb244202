/** What one instance may hold: the bytes of its snapshot, and what is pending. */
import { expect, test } from "vitest";
import { assign, enqueueActions, raise, setup } from "xstate";
import { activity, defineSaga } from "../../src/index.ts";
import { SNAPSHOT_BYTES_MAX, SNAPSHOT_BYTES_WARN } from "../../src/runtime/snapshot-size.ts";
import { PENDING_EFFECTS_MAX } from "../../src/saga/step.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { databasePath, openWorld } from "../fixtures/world.ts";

type HoardEvent = { type: "KEEP"; text: string } | { type: "REMIND"; count: number };

/** It keeps whatever it is told, and asks a service for more. */
const machine = setup({
  types: {
    context: {} as { text: string },
    input: {} as { text: string },
    events: {} as HoardEvent | { type: "ASK" },
  },
  actors: { ask: activity<undefined, string>() },
  actions: {
    keep: assign({ text: ({ event }) => (event.type === "KEEP" ? event.text : "") }),
    remind: enqueueActions(({ enqueue, event }) => {
      const count = event.type === "REMIND" ? event.count : 0;
      for (let n = 0; n < count; n += 1) {
        enqueue(raise({ type: "KEEP", text: "" }, { id: `reminder-${n}`, delay: 60_000 }));
      }
    }),
  },
}).createMachine({
  id: "hoard",
  context: ({ input }) => ({ text: input.text }),
  initial: "waiting",
  states: {
    waiting: {
      tags: "forward",
      on: { KEEP: { actions: "keep" }, REMIND: { actions: "remind" }, ASK: "asking" },
    },
    asking: {
      tags: "forward",
      invoke: {
        id: "ask",
        src: "ask",
        input: undefined,
        onDone: { target: "answered", actions: assign({ text: ({ event }) => event.output }) },
        onError: "answered",
      },
    },
    answered: { tags: "forward" },
  },
});

const saga = defineSaga({
  name: "hoard",
  version: 1,
  machine,
  activities: { ask: () => Promise.resolve("x".repeat(SNAPSHOT_BYTES_MAX)) },
});

async function open() {
  const clock = new ManualClock();
  const { runtime, told } = await openWorld(databasePath(), { sagas: [saga], clock });
  const start = (text: string, instanceId = "h-1") =>
    runtime.start(saga, { instanceId, input: { text } });
  return { clock, runtime, told, start };
}

const tooLarge = { code: "SAGA_SNAPSHOT_TOO_LARGE", details: { bytesMax: SNAPSHOT_BYTES_MAX } };

test("an event that makes the snapshot too large is refused, and the instance stays as it was", async () => {
  const { runtime, start } = await open();
  await start("");
  const sized = (bytes: number): string => "é".repeat(bytes / 2);

  const refused = runtime.send(saga, "h-1", { type: "KEEP", text: sized(SNAPSHOT_BYTES_MAX) });
  await expect(refused).rejects.toMatchObject(tooLarge);
  const kept = await runtime.send(saga, "h-1", {
    type: "KEEP",
    text: sized(SNAPSHOT_BYTES_MAX - 1_000),
  });

  expect(kept.revision).toBe(2);
});

test("a start that makes it too large is refused, and starts nothing", async () => {
  const { runtime, start } = await open();

  await expect(start("x".repeat(SNAPSHOT_BYTES_MAX))).rejects.toMatchObject(tooLarge);

  await expect(runtime.get(saga, "h-1")).rejects.toMatchObject({ code: "SAGA_INSTANCE_NOT_FOUND" });
});

test("a result that makes it too large leaves the instance stuck with the reason, and it can be terminated", async () => {
  const { runtime, start } = await open();
  await start("");

  await runtime.send(saga, "h-1", { type: "ASK" });
  const stuck = await runtime.waitFor(saga, "h-1", { phase: "stuck" });
  const ended = await runtime.operate(saga, "h-1", {
    operation: "terminate",
    reason: "too much",
    force: true,
  });

  expect(stuck.error).toContain(`at most ${SNAPSHOT_BYTES_MAX} are kept`);
  expect(ended.instance.phase).toBe("failed");
});

test("an instance at the limit can still be terminated", async () => {
  const { runtime, start } = await open();
  await start("x".repeat(SNAPSHOT_BYTES_MAX - 250));

  const { instance } = await runtime.operate(saga, "h-1", {
    operation: "terminate",
    reason: "y".repeat(400),
    force: true,
  });

  expect(instance.phase).toBe("failed");
});

test("a large snapshot is told of once for each instance", async () => {
  const { runtime, told, start } = await open();
  const large = "x".repeat(SNAPSHOT_BYTES_WARN);

  await start("", "h-0");
  for (const id of ["h-1", "h-2"]) {
    await start(large, id);
    await runtime.send(saga, id, { type: "KEEP", text: large });
  }

  expect(told.filter(({ kind }) => kind === "large")).toEqual(
    ["h-1", "h-2"].map((instanceId) => ({
      kind: "large",
      saga: "hoard",
      instanceId,
      correlationId: expect.any(String) as string,
      bytes: expect.any(Number) as number,
      bytesMax: SNAPSHOT_BYTES_MAX,
    })),
  );
});

test("a chart cannot start timers without end", async () => {
  const { runtime, start } = await open();
  await start("");

  const tooMany = runtime.send(saga, "h-1", { type: "REMIND", count: PENDING_EFFECTS_MAX + 1 });
  await expect(tooMany).rejects.toMatchObject({
    code: "SAGA_TRANSITION_FAILED",
    message: expect.stringContaining(`at most ${PENDING_EFFECTS_MAX} may be`) as string,
  });
  const full = await runtime.send(saga, "h-1", { type: "REMIND", count: PENDING_EFFECTS_MAX });
  const oneMore = runtime.send(saga, "h-1", { type: "ASK" });

  expect(full.timers).toHaveLength(PENDING_EFFECTS_MAX);
  await expect(oneMore).rejects.toMatchObject({ code: "SAGA_TRANSITION_FAILED" });
});
