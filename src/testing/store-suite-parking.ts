/** Claims about parked events: kept with their instance, in the order of arrival, let go of exactly once. */
import { describe, expect, test } from "vitest";
import { key, parkedRecord, timerRecord, writeSet } from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

const other = { saga: "booking", instanceId: "b-1" };

export function testParking(underTest: StoreUnderTest): void {
  describe("parked events", () => {
    testParkedLife(underTest);
    testFindParked(underTest);
    if (underTest.isDurable) testParkedAfterRestart(underTest);
  });
}

function testParkedLife(underTest: StoreUnderTest): void {
  test("parked events of an instance stand in the order of arrival, with all that they say", async () => {
    const { store } = await openBench(underTest);
    const first = parkedRecord({ sequence: 2, eventId: null });
    const second = parkedRecord({ sequence: 3, traceparent: "00-1-2-01", event: `{"type":"A"}` });

    await store.commit([writeSet(1), writeSet(2, { parked: first })]);
    await store.commit([writeSet(3, { parked: second })]);

    expect((await store.load(key))?.parked).toEqual([first, second]);
  });

  test("a parked event is let go of once", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1), writeSet(2, { parked: parkedRecord() })]);

    const outcomes = await store.commit([writeSet(3, { unparked: 2 })]);
    const again = await store.commit([writeSet(4, { unparked: 2, timersSet: [timerRecord()] })]);

    expect([outcomes, again]).toEqual([["committed"], ["parked"]]);
    expect(await store.load(key)).toMatchObject({
      record: { revision: 3 },
      parked: [],
      children: [],
      timers: [],
    });
  });

  test("a write set that is left out parks nothing and lets go of nothing", async () => {
    const { store } = await openBench(underTest);
    const kept = parkedRecord();
    await store.commit([writeSet(1), writeSet(2, { parked: kept })]);

    const outcomes = await store.commit([
      writeSet(3, { timerFired: "gone", unparked: 2, parked: parkedRecord({ sequence: 3 }) }),
    ]);

    expect(outcomes).toEqual(["timer"]);
    expect((await store.load(key))?.parked).toEqual([kept]);
  });

  test("a parked event of another instance is not let go of here", async () => {
    const { store } = await openBench(underTest);
    const parked = parkedRecord();
    await store.commit([writeSet(1), writeSet(1, { key: other }), writeSet(2, { parked })]);

    const outcomes = await store.commit([writeSet(2, { key: other, unparked: 2 })]);

    expect(outcomes).toEqual(["parked"]);
    expect((await store.load(key))?.parked).toEqual([parked]);
  });
}

function testFindParked(underTest: StoreUnderTest): void {
  test("instances with parked events are found page by page, each once, and no other", async () => {
    const { store } = await openBench(underTest);
    const keys = ["a", "b", "c"].map((instanceId) => ({ saga: "order", instanceId }));
    await store.commit(keys.map((name) => writeSet(1, { key: name })));
    await store.commit([writeSet(1, { key: other })]);
    for (const name of keys) {
      for (const revision of [2, 3]) {
        const parked = parkedRecord({ sequence: revision });
        await store.commit([writeSet(revision, { key: name, parked })]);
      }
    }
    await store.commit([writeSet(4, { key: { saga: "order", instanceId: "b" }, unparked: 2 })]);

    const found: object[] = [];
    for (let afterPosition = 0, isLast = false; !isLast;) {
      const page = await store.findParked({ afterPosition, limit: 2 });
      for (const { saga, instanceId } of page) found.push({ saga, instanceId });
      afterPosition = page.at(-1)?.position ?? 0;
      isLast = page.length < 2;
    }

    expect(found).toEqual(keys);
    expect(await store.findParked({ afterPosition: 0, limit: 0 })).toEqual([]);
  });

  test("an instance whose last parked event was let go of is found no more", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1), writeSet(2, { parked: parkedRecord() })]);
    await store.commit([writeSet(3, { unparked: 2 })]);

    expect(await store.findParked({ afterPosition: 0, limit: 10 })).toEqual([]);
  });
}

function testParkedAfterRestart(underTest: StoreUnderTest): void {
  test("parked events are there after a restart", async () => {
    const { store, reopen } = await openBench(underTest);
    const parked = parkedRecord();
    await store.commit([writeSet(1), writeSet(2, { parked })]);

    const next = await reopen();

    expect((await next.load(key))?.parked).toEqual([parked]);
    expect(await next.findParked({ afterPosition: 0, limit: 10 })).toMatchObject([key]);
  });
}
