/** Claims about schedules: written by revision, found by due time, listed by id. */
import { describe, expect, test } from "vitest";
import { nightly, nowMs, scheduleRecord, writeSet } from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

export function testSchedules(underTest: StoreUnderTest): void {
  describe("schedules", () => {
    testScheduleLife(underTest);
    testFindSchedules(underTest);
    testListSchedules(underTest);
    if (underTest.isDurable) testReopenedSchedules(underTest);
  });
}

function testScheduleLife(underTest: StoreUnderTest): void {
  test("a schedule is what was written last", async () => {
    const { store } = await openBench(underTest);
    const changed = scheduleRecord({
      revision: 2,
      isPaused: true,
      nextDueAtMs: null,
      lastDueAtMs: nowMs + 1_000,
      lastOutcome: "refused",
      lastInstanceId: "nightly-1",
      lastError: "no input",
      updatedAtMs: nowMs + 5,
    });

    expect(await store.putSchedules([scheduleRecord()])).toEqual(["committed"]);
    expect(await store.loadSchedule(nightly)).toEqual(scheduleRecord());
    expect(await store.putSchedules([changed])).toEqual(["committed"]);
    expect(await store.loadSchedule(nightly)).toEqual(changed);
  });

  test("what a schedule was made of does not change", async () => {
    const { store } = await openBench(underTest);
    await store.putSchedules([scheduleRecord()]);

    const other = { definition: "other", createdAtMs: 1 };
    await store.putSchedules([scheduleRecord({ revision: 2, ...other })]);

    expect(await store.loadSchedule(nightly)).toEqual(scheduleRecord({ revision: 2 }));
  });

  test("a schedule that is not at the revision before is left out, and the others are written", async () => {
    const { store } = await openBench(underTest);
    const other = { saga: "booking", scheduleId: "nightly" };
    await store.putSchedules([scheduleRecord()]);

    const outcomes = await store.putSchedules([
      scheduleRecord({ lastError: "made again" }),
      scheduleRecord({ revision: 3 }),
      scheduleRecord(other),
      scheduleRecord({ revision: 2, scheduleId: "never made" }),
    ]);

    expect(outcomes).toEqual(["revision", "revision", "committed", "revision"]);
    expect(await store.loadSchedule(nightly)).toEqual(scheduleRecord());
    expect(await store.loadSchedule(other)).toEqual(scheduleRecord(other));
  });

  test("a deleted schedule is gone, and can be made again", async () => {
    const { store } = await openBench(underTest);
    await store.putSchedules([scheduleRecord()]);

    expect(await store.deleteSchedule(nightly)).toBe(true);
    expect(await store.deleteSchedule(nightly)).toBe(false);
    expect(await store.loadSchedule(nightly)).toBeNull();
    expect(await store.findSchedules(10)).toEqual([]);
    expect(await store.putSchedules([scheduleRecord({ revision: 2 })])).toEqual(["revision"]);
    expect(await store.putSchedules([scheduleRecord()])).toEqual(["committed"]);
  });

  test("no records are no error", async () => {
    const { store } = await openBench(underTest);

    expect(await store.putSchedules([])).toEqual([]);
  });
}

function testFindSchedules(underTest: StoreUnderTest): void {
  test("the schedules that are due first are found first, over all sagas, and paused ones never", async () => {
    const { store } = await openBench(underTest);
    await store.putSchedules([
      scheduleRecord({ scheduleId: "later", nextDueAtMs: nowMs + 9 }),
      scheduleRecord({ scheduleId: "paused", nextDueAtMs: null }),
      scheduleRecord({ saga: "booking", scheduleId: "sooner", nextDueAtMs: nowMs + 5 }),
      scheduleRecord({ scheduleId: "first", nextDueAtMs: nowMs - 5 }),
    ]);
    const inOrder = [
      { saga: "order", scheduleId: "first", dueAtMs: nowMs - 5 },
      { saga: "booking", scheduleId: "sooner", dueAtMs: nowMs + 5 },
      { saga: "order", scheduleId: "later", dueAtMs: nowMs + 9 },
    ];

    expect(await store.findSchedules(10)).toEqual(inOrder);
    expect(await store.findSchedules(2)).toEqual(inOrder.slice(0, 2));
  });
}

function testListSchedules(underTest: StoreUnderTest): void {
  test("the schedules of a saga are listed and counted by pages, in the order of their ids", async () => {
    const { store } = await openBench(underTest);
    const ids = ["b", "ä", "a", "B", "🌙"];
    await store.putSchedules([
      ...ids.map((scheduleId) => scheduleRecord({ scheduleId })),
      scheduleRecord({ saga: "booking" }),
    ]);
    const idsAfter = async (afterId: string | null, limit: number): Promise<string[]> =>
      (await store.listSchedules("order", { afterId, limit })).map(({ scheduleId }) => scheduleId);

    expect(await idsAfter(null, 10)).toEqual(["B", "a", "b", "ä", "🌙"]);
    expect(await idsAfter(null, 2)).toEqual(["B", "a"]);
    expect(await idsAfter("a", 2)).toEqual(["b", "ä"]);
    expect(await idsAfter("🌙", 2)).toEqual([]);
    expect(await store.countSchedules("order")).toBe(5);
    expect(await store.countSchedules("none")).toBe(0);
  });
}

function testReopenedSchedules(underTest: StoreUnderTest): void {
  test("schedules are there after a restart", async () => {
    const { store, reopen } = await openBench(underTest);
    await store.commit([writeSet(1)]);
    await store.putSchedules([scheduleRecord(), scheduleRecord({ revision: 2, lastError: "x" })]);

    const reopened = await reopen();

    expect(await reopened.loadSchedule(nightly)).toEqual(
      scheduleRecord({ revision: 2, lastError: "x" }),
    );
    expect(await reopened.findSchedules(1)).toEqual([{ ...nightly, dueAtMs: nowMs + 1_000 }]);
  });
}
