import { expect, test } from "vitest";
import { DueQueue } from "../../src/runtime/due-queue.ts";
import type { DueItem } from "../../src/runtime/due-queue.ts";
import { DUE_UNDER_WAY_MAX, DUE_UNDER_WAY_MIN, Pace } from "../../src/runtime/pace.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";

/** A queue over a table in memory, which it empties as it hands items over. */
async function queueOver(dueTimes: readonly number[], itemsMax?: number) {
  const clock = new ManualClock(0);
  const table = new Map(dueTimes.map((dueAtMs, index) => [`t-${index}`, dueAtMs]));
  const loads: number[] = [];
  const handed: string[] = [];
  const errors: unknown[] = [];
  let failing: Error | null = null;
  const queue: DueQueue<DueItem> = new DueQueue<DueItem>({
    clock,
    find: (limit) => {
      loads.push(limit);
      if (failing !== null) return Promise.reject(failing);
      const items = [...table].map(([id, dueAtMs]) => ({ id, dueAtMs }));
      return Promise.resolve(items.toSorted((a, b) => a.dueAtMs - b.dueAtMs).slice(0, limit));
    },
    onDue: ({ id }) => {
      handed.push(`${id}@${clock.now()}`);
      table.delete(id);
      queue.remove(id);
    },
    onError: (error) => errors.push(error),
    ...(itemsMax === undefined ? {} : { itemsMax }),
  });
  await queue.begin();
  const add = (id: string, dueAtMs: number): void => {
    table.set(id, dueAtMs);
    queue.add({ id, dueAtMs });
  };
  const failWith = (error: Error | null): void => void (failing = error);
  return { clock, table, queue, loads, handed, errors, add, failWith };
}

test("items are handed over at their times and in their order, never early", async () => {
  const { clock, handed } = await queueOver([300, 100, 200]);

  await clock.advance(99);
  const early = [...handed];
  await clock.advance(201);

  expect(early).toEqual([]);
  expect(handed).toEqual(["t-1@100", "t-2@200", "t-0@300"]);
});

test("items of the same time are handed over in the order in which they were set", async () => {
  const { clock, handed, add } = await queueOver([100, 50, 100, 100, 100]);

  add("last", 100);
  await clock.advance(100);

  expect(handed).toEqual(["t-1@50", "t-0@100", "t-2@100", "t-3@100", "t-4@100", "last@100"]);
});

test("a queue whose next item is taken away sleeps until the one after it", async () => {
  const { clock, table, queue, handed } = await queueOver([100, 200, 300]);

  for (const id of ["t-1", "t-0"]) {
    table.delete(id);
    queue.remove(id);
  }

  expect(clock.dueTimes).toEqual([300]);
  await clock.advance(300);
  expect(handed).toEqual(["t-2@300"]);
});

test("an item that is nearer than the next one is handed over first", async () => {
  const { clock, handed, add } = await queueOver([100]);

  add("near", 50);
  await clock.advance(100);

  expect(handed).toEqual(["near@50", "t-0@100"]);
});

test("an item that was removed is not handed over", async () => {
  const { clock, handed, queue, table } = await queueOver([100, 200]);

  table.delete("t-0");
  queue.remove("t-0");
  await clock.advance(200);

  expect(handed).toEqual(["t-1@200"]);
});

test("what is overdue is handed over at once", async () => {
  const { clock, handed } = await queueOver([-1_000, 0]);

  await clock.advance(0);

  expect(handed).toEqual(["t-0@0", "t-1@0"]);
});

test("only the nearest items are in memory, and the rest is loaded when they are spent", async () => {
  const dueTimes = Array.from({ length: 25 }, (_, index) => 10 * (index + 1));
  const { clock, handed, loads } = await queueOver(dueTimes, 10);

  await clock.advance(250);

  expect(handed).toEqual(dueTimes.map((dueAtMs, index) => `t-${index}@${dueAtMs}`));
  expect(loads.length).toBeLessThanOrEqual(4);
});

test("items of the same time are all handed over, however many fit into a load", async () => {
  const { clock, handed } = await queueOver(Array(25).fill(10) as number[], 10);

  await clock.advance(10);

  expect(handed).toHaveLength(25);
});

test("items added far ahead are left to the store, and come when they are due", async () => {
  const near = Array.from({ length: 10 }, () => 10);
  const { clock, handed, add } = await queueOver(near, 10);

  add("far", 5_000);
  await clock.advance(5_000);

  expect(handed.at(-1)).toBe("far@5000");
  expect(handed).toHaveLength(11);
});

test("a burst of new items lets go of the latest and loses none", async () => {
  const { clock, handed, add } = await queueOver([], 10);

  for (let index = 0; index < 100; index += 1) add(`n-${index}`, 1_000 - index);
  await clock.advance(1_000);

  expect(handed).toHaveLength(100);
  expect(new Set(handed).size).toBe(100);
  expect(handed[0]).toBe("n-99@901");
});

test("when all that is in memory is cancelled the rest is still loaded", async () => {
  const dueTimes = Array.from({ length: 12 }, (_, index) => 100 + index);
  const { clock, handed, queue, table } = await queueOver(dueTimes, 10);

  for (let index = 0; index < 10; index += 1) {
    table.delete(`t-${index}`);
    queue.remove(`t-${index}`);
  }
  await clock.advance(200);

  expect(handed).toEqual(["t-10@110", "t-11@111"]);
});

test("an item due in a year sleeps, and the clock may be set meanwhile", async () => {
  const year = 365 * 24 * 3_600_000;
  const { clock, handed, queue } = await queueOver([year]);

  await clock.advance(3_600_000);
  const asleep = clock.pending;
  queue.close();

  expect([asleep, handed]).toEqual([1, []]);
});

test("nothing is asked of the store and no timer runs while nothing is due", async () => {
  const { clock, loads } = await queueOver([]);

  await clock.advance(3_600_000);

  expect([loads.length, clock.pending]).toEqual([1, 0]);
});

test("a load that fails is told and tried again", async () => {
  const { clock, handed, errors, failWith } = await queueOver([10, 20, 30], 2);
  failWith(new Error("busy"));
  await clock.advance(30);
  failWith(null);
  await clock.advance(1_000);

  expect(errors).toMatchObject([{ message: "busy" }]);
  expect(handed.map((entry) => entry.split("@")[0])).toEqual(["t-0", "t-1", "t-2"]);
});

test("a host of overdue items comes in order, so many at a time, and the next when one was tried", async () => {
  const clock = new ManualClock(0);
  const count = 5 * DUE_UNDER_WAY_MIN;
  const items = Array.from({ length: count }, (_, index) => ({
    id: `t-${index}`,
    dueAtMs: index - count,
  }));
  const handed: string[] = [];
  const queue: DueQueue<DueItem> = new DueQueue<DueItem>({
    clock,
    find: (limit) => Promise.resolve(items.slice(0, limit)),
    onDue: ({ id }) => void handed.push(id),
    onError: (error) => void handed.push(String(error)),
  });

  await queue.begin();
  await clock.advance(1_000);
  const atFirst = handed.length;
  for (const id of handed.slice(0, 7)) queue.tried(id);
  await clock.advance(1_000);
  const afterSeven = handed.length;
  // One whose turn was and that is not settled holds nobody up.
  for (let index = 7; index < count; index += 1) {
    queue.tried(`t-${index}`);
    if (index % 50 === 0) await clock.advance(1);
  }
  await clock.advance(1);

  expect([atFirst, afterSeven]).toEqual([DUE_UNDER_WAY_MIN, DUE_UNDER_WAY_MIN + 7]);
  expect(handed).toEqual(items.map(({ id }) => id));
});

test("the sooner a host of overdue items is tried, the more of it come at a time, up to a limit", async () => {
  const clock = new ManualClock(0);
  const count = 30 * DUE_UNDER_WAY_MIN;
  const rounds: number[] = [];
  let handed: string[] = [];
  const queue: DueQueue<DueItem> = new DueQueue<DueItem>({
    clock,
    find: (limit) =>
      Promise.resolve(
        Array.from({ length: Math.min(limit, count) }, (_, index) => ({
          id: `t-${index}`,
          dueAtMs: -1,
        })),
      ),
    onDue: ({ id }) => void handed.push(id),
    onError: (error) => rounds.push(Number.NaN, String(error).length),
  });
  const tryAll = async (tookMs: number): Promise<void> => {
    rounds.push(handed.length);
    const round = handed;
    handed = [];
    await clock.advance(tookMs);
    for (const id of round) queue.tried(id);
    await clock.advance(0);
  };

  await queue.begin();
  await clock.advance(0);
  for (const tookMs of [0, 0, 0, 5_000, 20, 1]) await tryAll(tookMs);

  expect(rounds).toEqual([50, 100, 200, DUE_UNDER_WAY_MAX, DUE_UNDER_WAY_MIN, 63]);
});

test("a pace never falls below the least nor goes beyond the most", () => {
  const pace = new Pace();

  for (let round = 0; round < 10; round += 1) pace.took(1, 0);
  const fast = pace.max;
  for (let round = 0; round < 10; round += 1) pace.took(1, 10_000);

  expect([fast, pace.max]).toEqual([DUE_UNDER_WAY_MAX, DUE_UNDER_WAY_MIN]);
});

test("a clock that may be set is looked at once a minute, one that only goes on is not", async () => {
  const dueAtMs = 86_400_000;
  const sleepOn = async (isSteady: boolean): Promise<readonly number[]> => {
    const clock = Object.assign(new ManualClock(0), { isSteady });
    const queue = new DueQueue<DueItem>({
      clock,
      find: () => Promise.resolve([{ id: "t", dueAtMs }]),
      onDue: () => {},
      onError: () => {},
    });
    await queue.begin();
    return clock.dueTimes;
  };

  expect(await sleepOn(false)).toEqual([60_000]);
  expect(await sleepOn(true)).toEqual([dueAtMs]);
});
