/**
 * What every store must keep: run it against yours, and it may stand behind the runtime.
 *
 * The claims are those of the store port. What is special to one database is tested beside this.
 */
import { describe, expect, test } from "vitest";
import { effectRecord, key, nowMs, timerRecord, writeSet } from "./store-records.ts";
import { contentsOf, openBench, type StoreUnderTest } from "./store-suite-bench.ts";
import { testCommits } from "./store-suite-commits.ts";
import { testEffects } from "./store-suite-effects.ts";
import { testFeed } from "./store-suite-feed.ts";
import { testHistory } from "./store-suite-history.ts";
import { testLeases } from "./store-suite-leases.ts";
import { testLoads } from "./store-suite-loads.ts";
import { testParking } from "./store-suite-parking.ts";
import { testQuarantine } from "./store-suite-quarantine.ts";
import { testRetention } from "./store-suite-retention.ts";
import { testSchedules } from "./store-suite-schedules.ts";
import { testSearch } from "./store-suite-search.ts";
import { testLimited } from "./store-suite-limited.ts";
import { testSuspended } from "./store-suite-suspended.ts";
import { testTimers } from "./store-suite-timers.ts";
import { testTransactions } from "./store-suite-transactions.ts";

export type { StoreUnderTest } from "./store-suite-bench.ts";

export function testStore(name: string, underTest: StoreUnderTest): void {
  // oxlint-disable-next-line vitest/valid-title -- each store gives its own name.
  describe(name, () => {
    testCommits(underTest);
    testHistory(underTest);
    testLoads(underTest);
    testFeed(underTest);
    testTimers(underTest);
    testEffects(underTest);
    testLeases(underTest);
    testSchedules(underTest);
    testParking(underTest);
    testSearch(underTest);
    testSuspended(underTest);
    testLimited(underTest);
    testQuarantine(underTest);
    testRetention(underTest);
    if (underTest.userRows !== undefined) testTransactions(underTest, underTest.userRows);
    testClosing(underTest);
    if (underTest.isDurable) testReopening(underTest);
  });
}

function testClosing(underTest: StoreUnderTest): void {
  test("a store closes as often as it is asked to", async () => {
    const { store } = await openBench(underTest);

    await store.close();

    await expect(store.close()).resolves.toBeUndefined();
  });

  test("a closed store answers nothing", async () => {
    const { store } = await openBench(underTest);

    await store.close();

    await expect(store.load(key)).rejects.toThrow("closed");
    await expect(store.commit([writeSet(1)])).rejects.toThrow("closed");
  });
}

function testReopening(underTest: StoreUnderTest): void {
  test("all that was committed is there after a restart", async () => {
    const { store, reopen } = await openBench(underTest);
    const answer = { eventId: "e-1", fingerprint: "f", answer: `{"revision":2}` };
    await store.commit([
      writeSet(1, {
        timersSet: [timerRecord(), timerRecord({ timerId: "reminder-2", dueAtMs: nowMs + 2_000 })],
        effectsStarted: [effectRecord(), effectRecord({ activityId: "ship", leaseUntilMs: nowMs })],
      }),
      writeSet(2, { answer, effectsAbandoned: [{ activityId: "ship", generation: 1 }] }),
    ]);
    const before = await contentsOf(store, key, ["e-1"]);

    const after = await contentsOf(await reopen(), key, ["e-1"]);

    expect(after).toEqual(before);
    expect(after.stored?.record.revision).toBe(2);
    expect(after.answers).toEqual([answer]);
  });

  test("an instance goes on where it was after a restart", async () => {
    const { store, reopen } = await openBench(underTest);
    await store.commit([writeSet(1, { timersSet: [timerRecord()] })]);

    const outcomes = await (await reopen()).commit([writeSet(2, { timerFired: "reminder-1" })]);

    expect(outcomes).toEqual(["committed"]);
  });
}
