/** Schedules, when a write of theirs is lost or a clock is set back: who was started last stays known, and nothing is missed. */
import { expect, test } from "vitest";
import { SagaError } from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import {
  HOUR_MS,
  hourly,
  long,
  MINUTE_MS,
  open,
  saga,
  short,
  START_MS,
  startsOf,
  tapped,
} from "../fixtures/schedules.ts";
import { crashedCopy, databasePath } from "../fixtures/world.ts";

/** A store whose verb fails so many times from when that is set. */
function failing(verb: string, error: Error) {
  const left = { times: 0 };
  const wrap = (store: Store): Store =>
    tapped(
      store,
      (name) => {
        if (name !== verb || left.times === 0) return;
        left.times -= 1;
        throw error;
      },
      () => {},
    );
  return { left, wrap };
}

const busy = (): Error => new SagaError("SAGA_STORE_BUSY", "held by a backup");

/** The file right after the first commit of a process that was to catch up with `hourly`. */
async function lostAfterStart(startMs: number): Promise<string> {
  const path = databasePath();
  const { runtime } = await open({ path });
  await runtime.schedules.create(saga, { ...hourly, input: long });
  const down = crashedCopy(path);
  const copies: string[] = [];
  const clock = new ManualClock(startMs);
  await open({
    path: down,
    clock,
    wrap: (store) =>
      tapped(
        store,
        () => {},
        (name) => name === "commit" && copies.push(crashedCopy(down)),
      ),
  });
  await clock.advance(0);
  return copies[0] ?? "";
}

test("a start before which a read fails is made later", async () => {
  const { left, wrap } = failing("load", new Error("a read failed"));
  const { runtime, clock, told } = await open({ wrap });
  await runtime.schedules.create(saga, { ...hourly, input: short });
  left.times = 1;

  await clock.advance(HOUR_MS + MINUTE_MS);

  expect(left.times).toBe(0);
  expect(startsOf(told)).toEqual(["0101T010000Z"]);
  expect(await runtime.schedules.get(saga, "hourly")).toMatchObject({ lastOutcome: "started" });
});

test("an instance that caught up right before a crash counts as the last one", async () => {
  const path = await lostAfterStart(START_MS + 3.5 * HOUR_MS);

  const clock = new ManualClock(START_MS + 4.5 * HOUR_MS);
  const { runtime, told } = await open({ path, clock });
  await clock.advance(0);

  expect(startsOf(told)).toEqual([]);
  expect(await runtime.schedules.get(saga, "hourly")).toMatchObject({
    lastOutcome: "overlapped",
    lastInstanceId: "hourly-20260101T030000Z",
  });
});

test("one that was started before a crash is not the last one if another was triggered since", async () => {
  const path = await lostAfterStart(START_MS + 1.5 * HOUR_MS);

  const clock = new ManualClock(START_MS + 1.6 * HOUR_MS);
  const { runtime, told } = await open({ path, clock });
  await runtime.schedules.trigger(saga, "hourly", { triggerId: "by-hand" });
  await clock.advance(0);

  expect(startsOf(told)).toHaveLength(1);
  expect(await runtime.schedules.get(saga, "hourly")).toMatchObject({
    lastOutcome: "started",
    lastDueAtMs: START_MS + HOUR_MS,
    lastInstanceId: "hourly-by-hand",
  });
});

test("an instance counts as the last one although its schedule is paused before that is written down", async () => {
  const { left, wrap } = failing("putSchedules", busy());
  const { runtime, clock, told } = await open({ wrap });
  await runtime.schedules.create(saga, { ...hourly, input: long });
  left.times = 1;
  await clock.advance(HOUR_MS);

  await runtime.schedules.pause(saga, "hourly");
  await runtime.schedules.resume(saga, "hourly");
  await clock.advance(HOUR_MS);

  expect(left.times).toBe(0);
  expect(startsOf(told)).toEqual(["0101T010000Z"]);
  expect(await runtime.schedules.get(saga, "hourly")).toMatchObject({ lastOutcome: "overlapped" });
});

test("a triggered instance counts as the last one when it is answered, though not at first", async () => {
  const { left, wrap } = failing("putSchedules", busy());
  const { runtime, clock, told } = await open({ wrap });
  await runtime.schedules.create(saga, { ...hourly, input: long });
  left.times = 1;
  const trigger = (triggerId: string) => runtime.schedules.trigger(saga, "hourly", { triggerId });

  await expect(trigger("a")).rejects.toThrow("held by a backup");
  expect(await trigger("a")).toMatchObject({ created: false });
  await clock.advance(HOUR_MS);
  expect(startsOf(told)).toHaveLength(1);

  await trigger("b");
  await trigger("a");
  expect(await runtime.schedules.get(saga, "hourly")).toMatchObject({
    lastInstanceId: "hourly-b",
  });
});

test("what comes due after the clock was set back is not missed", async () => {
  const { runtime, clock, told } = await open({ clock: new ManualClock(START_MS + 5 * HOUR_MS) });
  const now = clock.now.bind(clock);
  clock.now = () => now() - 3 * HOUR_MS;
  await runtime.schedules.create(saga, { ...hourly, input: short, catchUp: "none" });

  await clock.advance(HOUR_MS);

  expect(startsOf(told)).toEqual(["0101T030000Z"]);
});

test("a due time waits again if the clock is set back while its schedule is being read", async () => {
  let onLoad = (): void => {};
  const { runtime, clock, told } = await open({
    wrap: (store) =>
      tapped(
        store,
        (name) => name === "loadSchedule" && onLoad(),
        () => {},
      ),
  });
  await runtime.schedules.create(saga, { ...hourly, input: short });
  const now = clock.now.bind(clock);
  onLoad = () => (clock.now = () => now() - HOUR_MS);

  await clock.advance(HOUR_MS);
  onLoad = () => {};
  expect(startsOf(told)).toEqual([]);
  await clock.advance(HOUR_MS);

  expect(startsOf(told)).toEqual(["0101T010000Z"]);
});
