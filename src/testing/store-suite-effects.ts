/** Claims about the outbox: an effect is started, left or finished; who may perform it is in the lease claims. */
import { describe, expect, test } from "vitest";
import { effectRecord, key, nowMs, writeSet } from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

const charge = { activityId: "charge", generation: 1 };

export function testEffects(underTest: StoreUnderTest): void {
  describe("effects", () => {
    testEffectLife(underTest);
    testFindAbandoned(underTest);
  });
}

function testEffectLife(underTest: StoreUnderTest): void {
  test("effects of an instance stand in the order in which they were started", async () => {
    const { store } = await openBench(underTest);
    const first = effectRecord({ activityId: "z" });
    const second = effectRecord({ activityId: "a", generation: 2, leaseUntilMs: nowMs });
    const third = effectRecord({ activityId: "z", generation: 2, attempt: 2 });

    await store.commit([
      writeSet(1, { effectsStarted: [first] }),
      writeSet(2, { effectsStarted: [second, third] }),
    ]);

    expect((await store.load(key))?.effects).toEqual([first, second, third]);
  });

  test("an effect finishes once", async () => {
    const { store } = await openBench(underTest);
    const next = effectRecord({ generation: 2 });
    await store.commit([writeSet(1, { effectsStarted: [effectRecord()] })]);

    const finish = { effectFinished: charge, effectsStarted: [next] };

    expect(await store.commit([writeSet(2, finish)])).toEqual(["committed"]);
    expect(await store.commit([writeSet(3, finish)])).toEqual(["effect"]);
    expect((await store.load(key))?.effects).toEqual([next]);
  });

  test("the result of an earlier generation does not finish the one started again", async () => {
    const { store } = await openBench(underTest);
    const again = effectRecord({ generation: 2 });
    await store.commit([
      writeSet(1, { effectsStarted: [effectRecord()] }),
      writeSet(2, { effectsDropped: [charge], effectsStarted: [again] }),
    ]);

    expect(await store.commit([writeSet(3, { effectFinished: charge })])).toEqual(["effect"]);
    expect((await store.load(key))?.effects).toEqual([again]);
  });

  test("a dropped effect is gone", async () => {
    const { store } = await openBench(underTest);
    await store.commit([
      writeSet(1, { effectsStarted: [effectRecord()] }),
      writeSet(2, { effectsDropped: [charge] }),
    ]);

    expect((await store.load(key))?.effects).toEqual([]);
    expect(await store.commit([writeSet(3, { effectFinished: charge })])).toEqual(["effect"]);
  });

  test("an abandoned effect keeps its lease, and its late result finishes it once", async () => {
    const { store } = await openBench(underTest);
    const held = effectRecord({ leaseUntilMs: nowMs + 30 });
    await store.commit([
      writeSet(1, { effectsStarted: [held] }),
      writeSet(2, { effectsAbandoned: [charge] }),
    ]);

    expect((await store.load(key))?.effects).toEqual([{ ...held, status: "abandoned" }]);
    expect(await store.commit([writeSet(3, { effectFinished: charge })])).toEqual(["committed"]);
    expect(await store.commit([writeSet(4, { effectFinished: charge })])).toEqual(["effect"]);
    expect((await store.load(key))?.effects).toEqual([]);
  });
}

function testFindAbandoned(underTest: StoreUnderTest): void {
  test("abandoned effects are found in the order of lapsing, the later of lease and loss", async () => {
    const { store } = await openBench(underTest);
    const effects = [
      effectRecord({ activityId: "third", leaseUntilMs: nowMs + 30, lostUntilMs: nowMs + 5 }),
      effectRecord({ activityId: "live", leaseUntilMs: nowMs }),
      effectRecord({ activityId: "fourth", leaseUntilMs: nowMs + 10, lostUntilMs: nowMs + 40 }),
      effectRecord({ activityId: "second", leaseUntilMs: nowMs + 20 }),
      effectRecord({ activityId: "never claimed" }),
    ];
    const left = effects.filter((effect) => effect.activityId !== "live");
    await store.commit([
      writeSet(1, { effectsStarted: effects }),
      writeSet(2, { effectsAbandoned: left }),
    ]);
    const inOrder = [
      { ...key, activityId: "never claimed", generation: 1, leaseUntilMs: 0 },
      { ...key, activityId: "second", generation: 1, leaseUntilMs: nowMs + 20 },
      { ...key, activityId: "third", generation: 1, leaseUntilMs: nowMs + 30 },
      { ...key, activityId: "fourth", generation: 1, leaseUntilMs: nowMs + 40 },
    ];

    expect(await store.findAbandoned(10)).toEqual(inOrder);
    expect(await store.findAbandoned(2)).toEqual(inOrder.slice(0, 2));
    expect(await store.findAbandoned(0)).toEqual([]);
  });

  test("what an abandoned effect was lost until counts though its lease is shorter", async () => {
    const { store } = await openBench(underTest);
    await store.commit([
      writeSet(1, { effectsStarted: [effectRecord({ lostUntilMs: nowMs + 7 })] }),
      writeSet(2, { effectsAbandoned: [charge] }),
    ]);

    expect(await store.findAbandoned(1)).toEqual([{ ...key, ...charge, leaseUntilMs: nowMs + 7 }]);
  });

  test("a finished effect is not found among the abandoned", async () => {
    const { store } = await openBench(underTest);
    await store.commit([
      writeSet(1, { effectsStarted: [effectRecord({ leaseUntilMs: nowMs })] }),
      writeSet(2, { effectsAbandoned: [charge] }),
      writeSet(3, { effectFinished: charge }),
    ]);

    expect(await store.findAbandoned(10)).toEqual([]);
  });
}
