/** Redelivery: what a chart could not take is tried again now. */
import { expect, test } from "vitest";
import { setup } from "xstate";
import { activity, defineSaga } from "../../src/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { crashedCopy, databasePath, openWorld } from "../fixtures/world.ts";

const suspend = { operation: "suspend", reason: "the bank is down" } as const;
const resume = { operation: "resume", reason: "the bank is back" } as const;

const touchy = (isBroken: () => boolean) =>
  defineSaga({
    name: "touchy",
    version: 1,
    machine: setup({
      types: { events: {} as { type: "NEVER" } },
      actors: { work: activity<undefined, void>() },
      guards: {
        isFine: () => {
          if (isBroken()) throw new Error("no rates today");
          return true;
        },
      },
    }).createMachine({
      id: "touchy",
      initial: "working",
      states: {
        working: {
          tags: "forward",
          invoke: {
            id: "work",
            src: "work",
            input: undefined,
            onDone: { guard: "isFine", target: "worked" },
            onError: "failed",
          },
        },
        worked: { type: "final", tags: "completed" },
        failed: { type: "final", tags: "failed" },
      },
    }),
    activities: { work: () => Promise.resolve() },
  });

test("what the chart could not take is delivered again now, not at the end of its backoff", async () => {
  const clock = new ManualClock();
  let isBroken = true;
  const saga = touchy(() => isBroken);
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "t-1", input: undefined });
  // Long enough for a backoff of a minute.
  await clock.advance(5 * 60_000);
  const stuck = await runtime.get(saga, "t-1");
  const redeliver = { operation: "redeliver", reason: "rates are back" } as const;

  await runtime.operate(saga, "t-1", redeliver);
  await clock.quiet();
  const stillStuck = await runtime.get(saga, "t-1");
  isBroken = false;
  await runtime.operate(saga, "t-1", redeliver);
  await clock.quiet();

  expect(stuck).toMatchObject({ phase: "stuck", revision: 2 });
  expect(stillStuck).toMatchObject({ phase: "stuck", revision: 3 });
  expect(await runtime.get(saga, "t-1")).toMatchObject({ phase: "completed", revision: 5 });
  await expect(runtime.operate(saga, "t-1", redeliver)).rejects.toMatchObject({
    code: "SAGA_INSTANCE_ENDED",
  });
});

test("an instance that is stuck over a fault stays so through suspend and resume, and then goes on", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  let isBroken = true;
  const saga = touchy(() => isBroken);
  const before = await openWorld(path, { sagas: [saga], clock });
  await before.runtime.start(saga, { instanceId: "t-1", input: undefined });
  await clock.quiet();
  const { instance } = await before.runtime.operate(saga, "t-1", suspend);
  isBroken = false;
  await clock.advance(5 * 60_000);

  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock });
  await clock.advance(5 * 60_000);
  const held = await after.runtime.get(saga, "t-1");
  await after.runtime.operate(saga, "t-1", resume);
  await clock.quiet();

  expect(instance).toMatchObject({ phase: "stuck", revision: 3 });
  expect(held).toMatchObject({ phase: "stuck", revision: 3 });
  expect(await after.runtime.get(saga, "t-1")).toMatchObject({ phase: "completed" });
});
