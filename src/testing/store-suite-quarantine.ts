/** Claims about quarantine: nothing of such an instance is found that is due, and nothing moves it but what lifts it. */
import { describe, expect, test } from "vitest";
import type { Quarantine } from "../store/store.ts";
import { effectRecord, key, nowMs, timerRecord, writeSet } from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

const quarantine: Quarantine = { kind: "damaged", reason: "a bit was flipped", atMs: nowMs };
const claim = { limit: 10, nowMs, leaseUntilMs: nowMs + 1_000 };
const other = { saga: "order", instanceId: "o-2" };
const pending = { timersSet: [timerRecord()], effectsStarted: [effectRecord()] };

export function testQuarantine(underTest: StoreUnderTest): void {
  describe("quarantine", () => {
    test("an instance stays there over restarts, for the first reason that was given", async () => {
      const { store, reopen } = await openBench(underTest);
      await store.commit([writeSet(1)]);
      await store.quarantine(key, quarantine);
      await store.quarantine(key, { ...quarantine, reason: "another" });

      const after = underTest.isDurable ? await reopen() : store;

      expect((await after.load(key))?.quarantined).toEqual(quarantine);
      expect((await after.load(key))?.record.revision).toBe(1);
    });

    test("nothing of it is due or claimed; what others have is", async () => {
      const { store } = await openBench(underTest);
      await store.commit([writeSet(1, pending), writeSet(1, { ...pending, key: other })]);
      await store.quarantine(key, quarantine);

      const timers = await store.findTimers(10);
      const effects = await store.claimEffects(claim);

      expect(timers.map(({ instanceId }) => instanceId)).toEqual(["o-2"]);
      expect(effects.map(({ instanceId }) => instanceId)).toEqual(["o-2"]);
    });

    test("no write set moves it, and the others of the batch commit", async () => {
      const { store } = await openBench(underTest);
      await store.commit([writeSet(1)]);
      await store.quarantine(key, quarantine);

      const outcomes = await store.commit([writeSet(2), writeSet(1, { key: other })]);

      expect(outcomes).toEqual(["revision", "committed"]);
      expect((await store.load(key))?.record.revision).toBe(1);
    });

    test("a write set that lifts it moves it, and all of it is there again", async () => {
      const { store } = await openBench(underTest);
      await store.commit([writeSet(1, pending)]);
      await store.quarantine(key, quarantine);

      const outcomes = await store.commit([writeSet(2, { lifts: true })]);

      expect(outcomes).toEqual(["committed"]);
      expect(await store.load(key)).toMatchObject({ quarantined: null, damage: null });
      expect(await store.findTimers(10)).toHaveLength(1);
      expect(await store.claimEffects(claim)).toHaveLength(1);
      expect(await store.commit([writeSet(3)])).toEqual(["committed"]);
    });

    test("those in quarantine are found by a search, and so are the others", async () => {
      const { store } = await openBench(underTest);
      await store.commit([writeSet(1), writeSet(1, { key: other })]);
      await store.quarantine(key, quarantine);
      const idsOf = async (quarantined: boolean): Promise<readonly string[]> =>
        (await store.findInstances({ quarantined, limit: 10 })).items.map((one) => one.instanceId);

      expect(await idsOf(true)).toEqual(["o-1"]);
      expect(await idsOf(false)).toEqual(["o-2"]);
      const [found] = (await store.findInstances({ quarantined: true, limit: 10 })).items;
      expect(found?.quarantined).toEqual(quarantine);
    });

    test("one that is not there can be put nowhere", async () => {
      const { store } = await openBench(underTest);

      await expect(store.quarantine(key, quarantine)).resolves.toBeUndefined();

      expect(await store.load(key)).toBeNull();
    });
  });
}
