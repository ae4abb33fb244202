/** Claims about suspended instances: nothing of them is found that is due, and nothing of them is lost. */
import { describe, expect, test } from "vitest";
import type { EffectRecord, Suspension, WriteSet } from "../store/store.ts";
import {
  effectRecord,
  instanceRecord,
  journalEntry,
  key,
  nowMs,
  timerRecord,
  writeSet,
} from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

const suspended: Suspension = { by: null, reason: "the bank is down", atMs: nowMs };
const leaseUntilMs = nowMs + 30_000;
const charge = { activityId: "charge", generation: 1 };
const claimAt = (atMs: number) => ({ limit: 10, nowMs: atMs, leaseUntilMs: atMs + 1_000 });

/** The commit that suspends, or resumes with null. */
function turn(revision: number, to: Suspension | null, over: Partial<WriteSet> = {}): WriteSet {
  return {
    ...writeSet(revision),
    instance: instanceRecord({ revision, suspended: to }),
    journal: journalEntry({
      revision,
      operation: { operation: "suspend", by: "ann", reason: "the bank is down" },
    }),
    ...over,
  };
}

function begun(effects: readonly EffectRecord[]): WriteSet {
  return writeSet(1, { timersSet: [timerRecord()], effectsStarted: effects });
}

export function testSuspended(underTest: StoreUnderTest): void {
  describe("suspended instances", () => {
    test("why an instance is suspended and what an operator did are kept", async () => {
      const { store } = await openBench(underTest);
      await store.commit([begun([]), turn(2, suspended)]);

      const [first, second] = await store.readJournal(key, { afterRevision: 0, limit: 10 });

      expect((await store.load(key))?.record.suspended).toEqual(suspended);
      expect(first?.operation).toBeNull();
      expect(second?.operation).toEqual({
        operation: "suspend",
        by: "ann",
        reason: "the bank is down",
      });
    });

    test("the timers of a suspended instance are not found until it is resumed", async () => {
      const { store } = await openBench(underTest);
      await store.commit([begun([]), turn(2, suspended)]);
      const held = await store.findTimers(10);
      await store.commit([turn(3, null)]);

      expect(held).toEqual([]);
      expect(await store.findTimers(10)).toEqual([
        { ...key, timerId: "reminder-1", dueAtMs: timerRecord().dueAtMs },
      ]);
    });

    test("the effects of a suspended instance are not claimed, never claimed or lapsed", async () => {
      const { store } = await openBench(underTest);
      const lapsed = effectRecord({ activityId: "ship", leaseUntilMs });
      await store.commit([begun([effectRecord(), lapsed]), turn(2, suspended)]);
      const held = await store.claimEffects(claimAt(leaseUntilMs + 1));
      await store.commit([turn(3, null)]);
      const claimed = await store.claimEffects(claimAt(leaseUntilMs + 1));

      expect(held).toEqual([]);
      expect(claimed.map(({ effect }) => effect.activityId)).toEqual(["charge", "ship"]);
    });

    test("an effect that is released may be claimed at once, and had no attempt that was lost", async () => {
      const { store } = await openBench(underTest);
      await store.commit([
        begun([effectRecord({ leaseUntilMs })]),
        turn(2, null, { effectsReleased: [charge] }),
      ]);

      const [claimed] = await store.claimEffects(claimAt(nowMs));

      expect(claimed?.effect).toEqual(effectRecord({ leaseUntilMs: nowMs + 1_000 }));
    });

    if (underTest.isDurable) testSuspendedReopened(underTest);
  });
}

function testSuspendedReopened(underTest: StoreUnderTest): void {
  test("a lease of an earlier owner is not released, since its attempt may take effect", async () => {
    const { store, reopen } = await openBench(underTest);
    await store.commit([begun([effectRecord({ leaseUntilMs })]), turn(2, suspended)]);
    const next = await reopen();
    const held = await next.claimEffects(claimAt(nowMs));
    await next.commit([turn(3, null, { effectsReleased: [charge] })]);

    const [claimed] = await next.claimEffects(claimAt(nowMs));

    expect(held).toEqual([]);
    expect(claimed?.effect).toEqual(
      effectRecord({ leaseUntilMs: nowMs + 1_000, lostUntilMs: leaseUntilMs }),
    );
  });
}
