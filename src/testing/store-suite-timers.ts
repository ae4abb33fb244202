/** Claims about timers: set, cancelled, fired once, found in the order of their due times. */
import { describe, expect, test } from "vitest";
import { key, nowMs, timerRecord, writeSet } from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

export function testTimers(underTest: StoreUnderTest): void {
  describe("timers", () => {
    testTimerLife(underTest);
    testFindTimers(underTest);
  });
}

function testTimerLife(underTest: StoreUnderTest): void {
  test("timers of an instance stand in the order in which they were set", async () => {
    const { store } = await openBench(underTest);
    const later = timerRecord({ timerId: "z", dueAtMs: nowMs + 9 });
    const sooner = timerRecord({ timerId: "m", dueAtMs: nowMs + 5, sendId: null });
    const soonest = timerRecord({ timerId: "a", dueAtMs: nowMs });

    await store.commit([
      writeSet(1, { timersSet: [later, sooner] }),
      writeSet(2, { timersSet: [soonest] }),
    ]);

    expect((await store.load(key))?.timers).toEqual([later, sooner, soonest]);
  });

  test("a cancelled timer is gone, and cancelling it again is no error", async () => {
    const { store } = await openBench(underTest);
    const kept = timerRecord({ timerId: "kept" });
    await store.commit([writeSet(1, { timersSet: [timerRecord(), kept] })]);

    const outcomes = await store.commit([
      writeSet(2, { timersCancelled: ["reminder-1"] }),
      writeSet(3, { timersCancelled: ["reminder-1", "never was"] }),
    ]);

    expect(outcomes).toEqual(["committed", "committed"]);
    expect((await store.load(key))?.timers).toEqual([kept]);
    expect(await store.findTimers(10)).toEqual([
      { ...key, timerId: "kept", dueAtMs: kept.dueAtMs },
    ]);
  });

  test("a timer fires once", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1, { timersSet: [timerRecord()] })]);

    expect(await store.commit([writeSet(2, { timerFired: "reminder-1" })])).toEqual(["committed"]);
    expect(await store.commit([writeSet(3, { timerFired: "reminder-1" })])).toEqual(["timer"]);
    expect((await store.load(key))?.timers).toEqual([]);
  });

  test("a timer that was cancelled does not fire", async () => {
    const { store } = await openBench(underTest);
    await store.commit([
      writeSet(1, { timersSet: [timerRecord()] }),
      writeSet(2, { timersCancelled: ["reminder-1"] }),
    ]);

    expect(await store.commit([writeSet(3, { timerFired: "reminder-1" })])).toEqual(["timer"]);
  });

  test("a timer of another instance does not fire here", async () => {
    const { store } = await openBench(underTest);
    const other = { saga: "order", instanceId: "o-2" };
    await store.commit([writeSet(1), writeSet(1, { key: other, timersSet: [timerRecord()] })]);

    const outcomes = await store.commit([
      writeSet(2, { timerFired: "reminder-1" }),
      writeSet(2, { key: other, timerFired: "reminder-1" }),
    ]);

    expect(outcomes).toEqual(["timer", "committed"]);
  });
}

function testFindTimers(underTest: StoreUnderTest): void {
  test("the timers that are due first are found first, over all instances", async () => {
    const { store } = await openBench(underTest);
    const other = { saga: "booking", instanceId: "b-1" };
    await store.commit([
      writeSet(1, {
        timersSet: [
          timerRecord({ timerId: "fourth", dueAtMs: nowMs + 40 }),
          timerRecord({ timerId: "first", dueAtMs: nowMs - 10 }),
        ],
      }),
      writeSet(1, {
        key: other,
        timersSet: [
          timerRecord({ timerId: "third", dueAtMs: nowMs + 30 }),
          timerRecord({ timerId: "second", dueAtMs: nowMs + 20 }),
        ],
      }),
    ]);
    const inOrder = [
      { ...key, timerId: "first", dueAtMs: nowMs - 10 },
      { ...other, timerId: "second", dueAtMs: nowMs + 20 },
      { ...other, timerId: "third", dueAtMs: nowMs + 30 },
      { ...key, timerId: "fourth", dueAtMs: nowMs + 40 },
    ];

    expect(await store.findTimers(10)).toEqual(inOrder);
    expect(await store.findTimers(3)).toEqual(inOrder.slice(0, 3));
    expect(await store.findTimers(0)).toEqual([]);
  });

  test("with no timers there is none to find", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1)]);

    expect(await store.findTimers(10)).toEqual([]);
  });
}
