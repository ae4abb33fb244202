/** Schedules on a real file: one instance for each due time, whatever happens in between. */
import { describe, expect, test } from "vitest";
import { SagaError } from "../../src/index.ts";
import {
  instanceIdAt,
  SCHEDULES_PER_SAGA_MAX,
} from "../../src/runtime/schedules/schedule-definition.ts";
import { SCHEDULE_PAGE_MAX } from "../../src/runtime/schedules/schedules.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { defineRounds } from "../fixtures/rounds.ts";
import type { Opened } from "../fixtures/schedules.ts";
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
import { crashedCopy, databasePath, deferred } from "../fixtures/world.ts";

test("a schedule starts one instance at each due time, named by it, with its input and attributes", async () => {
  const { runtime, clock, told } = await open();
  await runtime.schedules.create(saga, { ...hourly, input: short, attributes: { area: "n" } });

  await clock.advance(HOUR_MS - 1);
  const early = startsOf(told);
  await clock.advance(2 * HOUR_MS + 1);

  expect(early).toEqual([]);
  expect(startsOf(told)).toEqual(["0101T010000Z", "0101T020000Z", "0101T030000Z"]);
  expect(await runtime.get(saga, "hourly-20260101T020000Z")).toMatchObject({
    context: { area: "north" },
    attributes: { area: "n" },
    phase: "completed",
  });
  expect(await runtime.schedules.get(saga, "hourly")).toEqual({
    saga: "rounds",
    id: "hourly",
    cron: "0 * * * *",
    timeZone: "UTC",
    everyMs: null,
    input: short,
    overlap: "skip",
    catchUp: "one",
    attributes: { area: "n" },
    paused: false,
    nextDueAtMs: START_MS + 4 * HOUR_MS,
    lastDueAtMs: START_MS + 3 * HOUR_MS,
    lastOutcome: "started",
    lastInstanceId: "hourly-20260101T030000Z",
    lastError: null,
    createdAtMs: START_MS,
    updatedAtMs: START_MS + 3 * HOUR_MS,
  });
});

test("an interval does not drift, though it is dealt with late", async () => {
  const { runtime, clock, told } = await open();
  await runtime.schedules.create(saga, { scheduleId: "s", everyMs: 1_500, input: short });

  await clock.advance(4_600);

  expect(startsOf(told)).toEqual(["0101T000001.500Z", "0101T000003Z", "0101T000004.500Z"]);
});

test("nothing is asked of the store while nothing is due", async () => {
  const calls: string[] = [];
  const { runtime, clock } = await open({
    wrap: (store) =>
      tapped(
        store,
        (name) => calls.push(name),
        () => {},
      ),
  });
  await runtime.schedules.create(saga, { ...hourly, input: short });
  calls.length = 0;

  await clock.advance(HOUR_MS - 1);

  expect(calls).toEqual([]);
});

describe("overlap", () => {
  test("skip starts nothing while the last instance runs, and says so", async () => {
    const { runtime, clock, told } = await open();
    await runtime.schedules.create(saga, { ...hourly, input: long });
    await clock.advance(2 * HOUR_MS);
    const skipped = await runtime.schedules.get(saga, "hourly");

    await runtime.send(saga, "hourly-20260101T010000Z", { type: "DONE" });
    await clock.advance(HOUR_MS);

    expect(skipped).toMatchObject({
      lastOutcome: "overlapped",
      lastDueAtMs: START_MS + 2 * HOUR_MS,
      lastInstanceId: "hourly-20260101T010000Z",
    });
    expect(startsOf(told)).toEqual(["0101T010000Z", "0101T030000Z"]);
    expect(told).toContainEqual({
      kind: "schedule",
      saga: "rounds",
      scheduleId: "hourly",
      dueAtMs: START_MS + 2 * HOUR_MS,
      untilMs: START_MS + 2 * HOUR_MS,
      outcome: "overlapped",
      detail: "hourly-20260101T010000Z",
    });
  });

  test("allow starts beside the last instance", async () => {
    const { runtime, clock, told } = await open();
    await runtime.schedules.create(saga, { ...hourly, input: long, overlap: "allow" });

    await clock.advance(2 * HOUR_MS);

    expect(startsOf(told)).toEqual(["0101T010000Z", "0101T020000Z"]);
  });
});

describe("after a restart", () => {
  async function downFor(catchUp: "one" | "all" | "none"): Promise<Opened & { path: string }> {
    const path = databasePath();
    const first = await open({ path });
    await first.runtime.schedules.create(saga, { ...hourly, input: short, catchUp });
    await first.runtime.close({ graceMs: 0 });
    // Down over 01:00, 02:00 and 03:00.
    const clock = new ManualClock(START_MS + 3.5 * HOUR_MS);
    return { ...(await open({ path, clock })), path };
  }

  test.each([
    ["one", ["0101T030000Z", "0101T040000Z"]],
    ["all", ["0101T010000Z", "0101T020000Z", "0101T030000Z", "0101T040000Z"]],
    ["none", ["0101T040000Z"]],
  ] as const)("catch up %s starts %j", async (catchUp, starts) => {
    const { clock, told } = await downFor(catchUp);
    await clock.advance(HOUR_MS);

    expect(startsOf(told)).toEqual(starts);
  });

  test("due times that are passed over are told", async () => {
    const { clock, told } = await downFor("one");
    await clock.advance(0);

    expect(told).toContainEqual(
      expect.objectContaining({
        kind: "schedule",
        outcome: "missed",
        dueAtMs: START_MS + HOUR_MS,
        untilMs: START_MS + 2 * HOUR_MS,
      }),
    );
  });

  test("a paused schedule is still paused", async () => {
    const path = databasePath();
    const first = await open({ path });
    await first.runtime.schedules.create(saga, { ...hourly, input: short });
    await first.runtime.schedules.pause(saga, "hourly");

    const clock = new ManualClock(START_MS + 3.5 * HOUR_MS);
    const { told, runtime } = await open({ path: crashedCopy(path), clock });
    await clock.advance(HOUR_MS);

    expect(startsOf(told)).toEqual([]);
    expect(await runtime.schedules.get(saga, "hourly")).toMatchObject({ paused: true });
  });
});

describe("a crash at any commit of a due time", () => {
  // Each process goes on at the same minute, or after the next due time has passed as well.
  test.each([
    ["skip", "one", 0],
    ["skip", "none", 0],
    ["skip", "all", 0],
    ["allow", "one", 0],
    ["skip", "one", HOUR_MS],
    ["skip", "none", HOUR_MS],
    ["allow", "all", HOUR_MS],
  ] as const)(
    "leaves exactly one instance for it (overlap %s, catch up %s, restart after %i ms)",
    async (overlap, catchUp, laterMs) => {
      const path = databasePath();
      const copies = new Map<string, string>();
      const keep =
        (when: string) =>
        (name: string): void => {
          const isWrite = name === "commit" || name === "putSchedules";
          if (isWrite && isWatching) copies.set(`${when} ${name}`, crashedCopy(path));
        };
      let isWatching = false;
      const { runtime, clock } = await open({
        path,
        wrap: (store) => tapped(store, keep("before"), keep("after")),
      });
      await runtime.schedules.create(saga, { ...hourly, input: short, overlap, catchUp });
      isWatching = true;
      await clock.advance(HOUR_MS);
      isWatching = false;

      const dueId = instanceIdAt("hourly", START_MS + HOUR_MS);
      const found: Record<string, unknown> = {};
      for (const [point, copy] of copies) {
        const at = new ManualClock(START_MS + HOUR_MS + laterMs + MINUTE_MS);
        const after = await open({ path: copy, clock: at });
        await at.advance(MINUTE_MS);
        const instance = await after.runtime.get(saga, dueId).catch(() => null);
        const schedule = await after.runtime.schedules.get(saga, "hourly");
        found[point] = [
          instance?.revision ?? 0,
          schedule.nextDueAtMs === START_MS + 2 * HOUR_MS + laterMs,
          // Started again it would be told again.
          startsOf(after.told).filter((id) => id === "0101T010000Z").length,
        ];
      }

      // Before its start was committed, the due time was missed in full: then catch up has the word.
      const isMadeUp = catchUp === "all" || (catchUp === "one" && laterMs === 0);
      const lost = isMadeUp ? [1, true, 1] : [0, true, 0];
      expect(found).toEqual({
        "before commit": lost,
        "after commit": [1, true, 0],
        "before putSchedules": [1, true, 0],
        "after putSchedules": [1, true, 0],
      });
    },
  );
});

test.each(["commit", "putSchedules"])(
  "a start that the store cannot take now is made later, once (%s fails)",
  async (verb) => {
    let failures = 0;
    const { runtime, clock, told } = await open({
      wrap: (store) =>
        tapped(
          store,
          (name) => {
            if (name !== verb || failures === 0) return;
            failures -= 1;
            throw new SagaError("SAGA_STORE_BUSY", "held by a backup");
          },
          () => {},
        ),
    });
    await runtime.schedules.create(saga, { ...hourly, input: short });
    failures = 3;

    await clock.advance(HOUR_MS + MINUTE_MS);

    expect(failures).toBe(0);
    expect(startsOf(told)).toEqual(["0101T010000Z"]);
    expect(told.filter(({ kind }) => kind === "undelivered").length).toBeGreaterThanOrEqual(3);
    expect(await runtime.schedules.get(saga, "hourly")).toMatchObject({
      lastOutcome: "started",
      nextDueAtMs: START_MS + 2 * HOUR_MS,
    });
  },
);

test("an instance that was started right before a crash counts as the last one", async () => {
  const path = databasePath();
  let copy: string | null = null;
  const { runtime, clock } = await open({
    path,
    wrap: (store) =>
      tapped(
        store,
        () => {},
        (name) => {
          if (name === "commit") copy = crashedCopy(path);
        },
      ),
  });
  await runtime.schedules.create(saga, { ...hourly, input: long });
  await clock.advance(HOUR_MS);

  const later = new ManualClock(START_MS + 2.5 * HOUR_MS);
  const after = await open({ path: copy ?? "", clock: later });
  await later.advance(0);

  expect(startsOf(after.told)).toEqual([]);
  expect(await after.runtime.schedules.get(saga, "hourly")).toMatchObject({
    lastOutcome: "overlapped",
    lastInstanceId: "hourly-20260101T010000Z",
    nextDueAtMs: START_MS + 3 * HOUR_MS,
  });
});

test("a due time that comes while the schedule is being paused starts nothing", async () => {
  const gate = deferred<void>();
  let isHeld = false;
  const { runtime, clock, told } = await open({
    wrap: (store) =>
      tapped(
        store,
        (name) => (isHeld && name === "putSchedules" ? gate.promise : undefined),
        () => {},
      ),
  });
  await runtime.schedules.create(saga, { ...hourly, input: short });
  isHeld = true;

  const pausing = runtime.schedules.pause(saga, "hourly");
  await clock.advance(HOUR_MS);
  gate.resolve();
  await pausing;
  await clock.advance(HOUR_MS);

  expect(startsOf(told)).toEqual([]);
  expect(await runtime.schedules.get(saga, "hourly")).toMatchObject({ nextDueAtMs: null });
});

test("many schedules that are due at once are written down in few transactions", async () => {
  const calls: string[] = [];
  const { runtime, clock, told } = await open({
    wrap: (store) =>
      tapped(
        store,
        (name) => calls.push(name),
        () => {},
      ),
  });
  for (let count = 0; count < 100; count += 1) {
    const scheduleId = `s${count}`;
    await runtime.schedules.create(saga, { scheduleId, cron: "0 * * * *", input: short });
  }
  calls.length = 0;

  await clock.advance(HOUR_MS);

  expect(startsOf(told)).toHaveLength(100);
  expect(calls.filter((name) => name === "putSchedules").length).toBeLessThan(5);
});

describe("a refused start", () => {
  test("by a stricter schema is recorded and told, and the next due time comes", async () => {
    const path = databasePath();
    const first = await open({ path });
    await first.runtime.schedules.create(saga, { ...hourly, input: short });
    await first.runtime.close({ graceMs: 0 });

    const strict = defineRounds({ areaLengthMax: 3 });
    const { runtime, clock, told } = await open({ path, sagas: [strict] });
    await clock.advance(HOUR_MS);

    expect(startsOf(told)).toEqual([]);
    expect(await runtime.schedules.get(strict, "hourly")).toMatchObject({
      lastOutcome: "refused",
      lastError: expect.stringMatching(/^SAGA_INPUT_INVALID: .*area is too long/),
      lastInstanceId: null,
      nextDueAtMs: START_MS + 2 * HOUR_MS,
    });
    expect(told).toContainEqual(
      expect.objectContaining({ kind: "schedule", outcome: "refused", scheduleId: "hourly" }),
    );
  });

  test("by an id that a client took with other input is recorded", async () => {
    const { runtime, clock } = await open();
    await runtime.start(saga, { instanceId: "hourly-20260101T010000Z", input: { area: "mine" } });
    await runtime.schedules.create(saga, { ...hourly, input: short });

    await clock.advance(HOUR_MS);

    expect(await runtime.schedules.get(saga, "hourly")).toMatchObject({
      lastOutcome: "refused",
      lastError: expect.stringMatching(/^SAGA_INSTANCE_EXISTS/),
    });
  });

  test("of a saga that is not registered any more is recorded, and nothing waits for it", async () => {
    const path = databasePath();
    const first = await open({ path });
    await first.runtime.schedules.create(saga, { ...hourly, input: short });
    await first.runtime.close({ graceMs: 0 });

    const { clock, told } = await open({ path, sagas: [] });
    await clock.advance(2 * HOUR_MS);

    const refusals = told.filter(({ kind }) => kind === "schedule");
    expect(refusals).toHaveLength(2);
    expect(refusals[0]).toMatchObject({ detail: expect.stringMatching(/^SAGA_NOT_FOUND/) });
  });
});

describe("pause, resume and trigger", () => {
  test("a paused schedule starts nothing, and a resumed one goes on with the next due time", async () => {
    const { runtime, clock, told } = await open();
    await runtime.schedules.create(saga, { ...hourly, input: short, catchUp: "all" });

    const paused = await runtime.schedules.pause(saga, "hourly");
    const again = await runtime.schedules.pause(saga, "hourly");
    await clock.advance(3.5 * HOUR_MS);
    const quiet = startsOf(told);
    const resumed = await runtime.schedules.resume(saga, "hourly");
    await runtime.schedules.resume(saga, "hourly");
    await clock.advance(HOUR_MS);

    expect(paused).toMatchObject({ paused: true, nextDueAtMs: null });
    expect(again).toEqual(paused);
    expect(quiet).toEqual([]);
    expect(resumed).toMatchObject({ paused: false, nextDueAtMs: START_MS + 4 * HOUR_MS });
    expect(startsOf(told)).toEqual(["0101T040000Z"]);
  });

  test("a triggered schedule starts at once, paused or not, and its due times stay", async () => {
    const { runtime, clock } = await open();
    await runtime.schedules.create(saga, { ...hourly, input: long });
    await clock.advance(MINUTE_MS);

    const first = await runtime.schedules.trigger(saga, "hourly", { triggerId: "t-1" });
    const again = await runtime.schedules.trigger(saga, "hourly", { triggerId: "t-1" });
    const other = await runtime.schedules.trigger(saga, "hourly");

    expect([first.created, again.created, other.created]).toEqual([true, false, true]);
    expect(first.instance).toMatchObject({ id: "hourly-t-1", context: { area: "north" } });
    expect(other.instance.id).toMatch(/^hourly-.{36}$/);
    expect(await runtime.schedules.get(saga, "hourly")).toMatchObject({
      lastInstanceId: other.instance.id,
      lastDueAtMs: null,
      nextDueAtMs: START_MS + HOUR_MS,
    });
  });

  test("a deleted schedule starts nothing more, and what it has started goes on", async () => {
    const { runtime, clock, told } = await open();
    await runtime.schedules.create(saga, { ...hourly, input: long });
    await clock.advance(HOUR_MS);

    await runtime.schedules.delete(saga, "hourly");
    await clock.advance(HOUR_MS);

    expect(startsOf(told)).toEqual(["0101T010000Z"]);
    expect(await runtime.get(saga, "hourly-20260101T010000Z")).toMatchObject({ phase: "forward" });
    await expect(runtime.schedules.get(saga, "hourly")).rejects.toMatchObject({
      code: "SAGA_SCHEDULE_NOT_FOUND",
    });
    await expect(runtime.schedules.delete(saga, "hourly")).rejects.toMatchObject({
      code: "SAGA_SCHEDULE_NOT_FOUND",
    });
  });
});

describe("making a schedule", () => {
  test("the same again makes nothing, and something else under its id is refused", async () => {
    const { runtime } = await open();
    const schedule = { ...hourly, input: short, timeZone: "UTC" };

    const first = await runtime.schedules.create(saga, schedule);
    const again = await runtime.schedules.create(saga, { ...hourly, input: short });

    expect([first.created, again.created]).toEqual([true, false]);
    expect(again.schedule).toEqual(first.schedule);
    for (const other of [{ input: long }, { cron: "1 * * * *" }, { overlap: "allow" as const }]) {
      const create = runtime.schedules.create(saga, { ...schedule, ...other });
      await expect(create).rejects.toMatchObject({ code: "SAGA_SCHEDULE_EXISTS" });
    }
  });

  test("input that the saga does not take is refused at once", async () => {
    const { runtime } = await open();

    const create = runtime.schedules.create(saga, { ...hourly, input: { area: "" } });

    await expect(create).rejects.toMatchObject({ code: "SAGA_INPUT_INVALID" });
  });

  test("a saga has so many schedules and no more, however many are made at once", async () => {
    const { runtime } = await open();
    const make = (scheduleId: string): Promise<unknown> =>
      runtime.schedules.create(saga, { scheduleId, everyMs: HOUR_MS, input: short });
    for (let made = 0; made < SCHEDULES_PER_SAGA_MAX - 1; made += 1) await make(`s${made}`);

    const results = await Promise.allSettled(["a", "b", "c"].map(make));

    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    await expect(make("d")).rejects.toMatchObject({ code: "SAGA_SCHEDULES_TOO_MANY" });
  });

  test("the id leaves room for a due time", async () => {
    const { runtime, clock } = await open();
    const scheduleId = "s".repeat(128);
    await runtime.schedules.create(saga, { ...hourly, scheduleId, input: short });

    await clock.advance(HOUR_MS);
    const { instance } = await runtime.schedules.trigger(saga, scheduleId);

    expect(await runtime.schedules.get(saga, scheduleId)).toMatchObject({ lastError: null });
    expect(instance.id.length).toBeLessThanOrEqual(200);
    await expect(
      runtime.schedules.create(saga, { ...hourly, scheduleId: `${scheduleId}s`, input: short }),
    ).rejects.toMatchObject({ code: "SAGA_ID_INVALID" });
  });
});

test("when the store cannot say what it wrote, the runtime stops", async () => {
  let isBroken = false;
  const { runtime, clock, told } = await open({
    wrap: (store) =>
      tapped(
        store,
        (name) => {
          if (!isBroken || name !== "putSchedules") return;
          throw new SagaError("SAGA_STORE_OUTCOME_UNKNOWN", "the disk is gone");
        },
        () => {},
      ),
  });
  await runtime.schedules.create(saga, { ...hourly, input: short });
  isBroken = true;

  await clock.advance(HOUR_MS);

  expect(runtime.health()).toMatchObject({ code: "SAGA_STORE_OUTCOME_UNKNOWN" });
  expect(told.filter(({ kind }) => kind === "fatal")).toHaveLength(1);
});

test("a page of schedules has 1,000 at most, however many are asked for", async () => {
  const { runtime } = await open();
  await runtime.schedules.create(saga, { ...hourly, input: long });

  const page = await runtime.schedules.list(saga, { limit: Infinity });
  const least = await runtime.schedules.list(saga, { limit: -1 });

  // The store takes only numbers that it can count to.
  expect([page.length, least.length]).toEqual([1, 1]);
  expect(SCHEDULE_PAGE_MAX).toBe(1_000);
});
