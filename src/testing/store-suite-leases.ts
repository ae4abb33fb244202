/** Claims about leases: who may perform an effect, until when, and what is known of an attempt that was lost. */
import { describe, expect, test } from "vitest";
import type { Store } from "../store/store.ts";
import { effectRecord, key, nowMs, writeSet } from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

const leaseUntilMs = nowMs + 30_000;
const charge = { activityId: "charge", generation: 1 };

export function testLeases(underTest: StoreUnderTest): void {
  describe("leases", () => {
    testClaims(underTest);
    testClaimOrder(underTest);
    testLapsing(underTest);
    testExtending(underTest);
    if (underTest.isDurable) testOwners(underTest);
  });
}

function testClaims(underTest: StoreUnderTest): void {
  test("an effect that was never claimed is claimed, and carries its new lease", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1, { effectsStarted: [effectRecord()] })]);

    const claimed = await store.claimEffects({ limit: 10, nowMs, leaseUntilMs });

    const effect = effectRecord({ leaseUntilMs });
    expect(claimed).toEqual([{ ...key, effect }]);
    expect((await store.load(key))?.effects).toEqual([effect]);
  });

  test("an effect that is held is not claimed again", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1, { effectsStarted: [effectRecord()] })]);
    await store.claimEffects({ limit: 10, nowMs, leaseUntilMs });

    expect(await claim(store, leaseUntilMs - 1)).toEqual([]);
  });

  test("an effect that was started under a lease is held from the start", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1, { effectsStarted: [effectRecord({ leaseUntilMs })] })]);

    expect(await claim(store, leaseUntilMs - 1)).toEqual([]);
  });

  test("abandoned, dropped and finished effects are not claimed", async () => {
    const { store } = await openBench(underTest);
    const refs = ["left", "dropped", "finished"].map((activityId) => ({ ...charge, activityId }));
    await store.commit([
      writeSet(1, { effectsStarted: refs.map((ref) => effectRecord(ref)) }),
      writeSet(2, {
        effectsAbandoned: refs.slice(0, 1),
        effectsDropped: refs.slice(1, 2),
        effectFinished: refs[2] ?? null,
      }),
    ]);

    expect(await claim(store, leaseUntilMs)).toEqual([]);
  });
}

function testClaimOrder(underTest: StoreUnderTest): void {
  test("the oldest are claimed first, at most as many as asked for", async () => {
    const { store } = await openBench(underTest);
    const other = { saga: "booking", instanceId: "b-1" };
    await store.commit([
      writeSet(1, { effectsStarted: [effectRecord({ activityId: "z" })] }),
      writeSet(1, { key: other, effectsStarted: [effectRecord({ activityId: "y" })] }),
      writeSet(2, { effectsStarted: [effectRecord({ activityId: "x" })] }),
    ]);

    const claim2 = () => store.claimEffects({ limit: 2, nowMs, leaseUntilMs });

    expect(await store.claimEffects({ limit: 0, nowMs, leaseUntilMs })).toEqual([]);
    expect((await claim2()).map(({ effect }) => effect.activityId)).toEqual(["z", "y"]);
    expect((await claim2()).map(({ effect }) => effect.activityId)).toEqual(["x"]);
    expect(await claim2()).toEqual([]);
  });

  test("a lapsed effect comes before a younger one that nobody has claimed", async () => {
    const { store } = await openBench(underTest);
    await store.commit([
      writeSet(1, {
        effectsStarted: [
          effectRecord({ activityId: "oldest" }),
          effectRecord({ activityId: "lapsed", leaseUntilMs: nowMs }),
          effectRecord({ activityId: "youngest" }),
        ],
      }),
    ]);

    const claimed = await store.claimEffects({ limit: 2, nowMs, leaseUntilMs });

    expect(claimed.map(({ effect }) => effect.activityId)).toEqual(["oldest", "lapsed"]);
  });
}

function testLapsing(underTest: StoreUnderTest): void {
  test("an effect is claimed again at the moment its lease lapses", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1, { effectsStarted: [effectRecord({ leaseUntilMs })] })]);
    const later = { limit: 1, nowMs: leaseUntilMs, leaseUntilMs: leaseUntilMs + 1 };

    const claimed = await store.claimEffects(later);

    // A lease that has lapsed leaves no attempt that may still take effect.
    expect(claimed).toEqual([{ ...key, effect: effectRecord({ leaseUntilMs: leaseUntilMs + 1 }) }]);
  });
}

function testExtending(underTest: StoreUnderTest): void {
  test("an extended lease holds until its new end", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1, { effectsStarted: [effectRecord({ leaseUntilMs })] })]);

    await store.extendLeases([{ ...key, ...charge }], leaseUntilMs + 10);

    expect(await claim(store, leaseUntilMs + 9)).toEqual([]);
    expect((await store.load(key))?.effects).toEqual([
      effectRecord({ leaseUntilMs: leaseUntilMs + 10 }),
    ]);
  });

  test("only the named effects are extended, and one that is gone is no error", async () => {
    const { store } = await openBench(underTest);
    const others = [
      effectRecord({ activityId: "ship", leaseUntilMs }),
      effectRecord({ generation: 2, leaseUntilMs }),
    ];
    await store.commit([
      writeSet(1, { effectsStarted: [effectRecord({ leaseUntilMs }), ...others] }),
    ]);

    await store.extendLeases(
      [
        { ...key, activityId: "gone", generation: 1 },
        { saga: "order", instanceId: "gone", ...charge },
        { ...key, ...charge },
      ],
      leaseUntilMs + 10,
    );
    await store.extendLeases([], leaseUntilMs + 20);

    const extended = effectRecord({ leaseUntilMs: leaseUntilMs + 10 });
    expect((await store.load(key))?.effects).toEqual([extended, ...others]);
  });

  test("what is abandoned or was never claimed gets no longer lease", async () => {
    const { store } = await openBench(underTest);
    const unclaimed = effectRecord({ activityId: "unclaimed" });
    const held = effectRecord({ leaseUntilMs });
    await store.commit([
      writeSet(1, { effectsStarted: [unclaimed, held] }),
      writeSet(2, { effectsAbandoned: [charge] }),
    ]);

    await store.extendLeases(
      [
        { ...key, ...charge },
        { ...key, activityId: "unclaimed", generation: 1 },
      ],
      leaseUntilMs + 10,
    );

    expect((await store.load(key))?.effects).toEqual([unclaimed, { ...held, status: "abandoned" }]);
  });
}

function testOwners(underTest: StoreUnderTest): void {
  test("the next owner claims at once what a lost one held, and keeps until when that may take effect", async () => {
    const { store, reopen } = await openBench(underTest);
    await store.commit([writeSet(1, { effectsStarted: [effectRecord()] })]);
    await store.claimEffects({ limit: 1, nowMs, leaseUntilMs });

    const next = await reopen();
    const options = { limit: 1, nowMs: nowMs + 1, leaseUntilMs: nowMs + 5_000 };
    const claimed = await next.claimEffects(options);

    const effect = effectRecord({ leaseUntilMs: nowMs + 5_000, lostUntilMs: leaseUntilMs });
    expect(claimed).toEqual([{ ...key, effect }]);
    expect((await next.load(key))?.effects).toEqual([effect]);
    expect(await next.claimEffects(options)).toEqual([]);
  });

  test("a lease given at the start is held against the next owner no longer", async () => {
    const { store, reopen } = await openBench(underTest);
    await store.commit([writeSet(1, { effectsStarted: [effectRecord({ leaseUntilMs })] })]);

    const claimed = await claim(await reopen(), nowMs);

    expect(claimed).toEqual(["charge"]);
  });

  test("a lost attempt whose lease has lapsed leaves nothing to wait for", async () => {
    const { store, reopen } = await openBench(underTest);
    await store.commit([writeSet(1, { effectsStarted: [effectRecord({ leaseUntilMs })] })]);

    const next = await reopen();
    const options = { limit: 1, nowMs: leaseUntilMs, leaseUntilMs: leaseUntilMs + 1 };
    const claimed = await next.claimEffects(options);

    expect(claimed).toEqual([{ ...key, effect: effectRecord({ leaseUntilMs: leaseUntilMs + 1 }) }]);
  });

  test("of several lost attempts the one that may take effect longest counts", async () => {
    const { store, reopen } = await openBench(underTest);
    await store.commit([writeSet(1, { effectsStarted: [effectRecord({ leaseUntilMs })] })]);
    const second = await reopen();
    await second.claimEffects({ limit: 1, nowMs, leaseUntilMs: nowMs + 10 });

    const third = await reopen();
    const claimed = await third.claimEffects({ limit: 1, nowMs, leaseUntilMs: nowMs + 20 });

    const effect = effectRecord({ leaseUntilMs: nowMs + 20, lostUntilMs: leaseUntilMs });
    expect(claimed).toEqual([{ ...key, effect }]);

    await third.commit([writeSet(2, { effectsAbandoned: [charge] })]);
    expect(await third.findAbandoned(1)).toEqual([{ ...key, ...charge, leaseUntilMs }]);
  });

  test("one that is left when its own attempt is over lapses with the lost attempt", async () => {
    const { store, reopen } = await openBench(underTest);
    await store.commit([writeSet(1, { effectsStarted: [effectRecord({ leaseUntilMs })] })]);
    const next = await reopen();
    await next.claimEffects({ limit: 1, nowMs, leaseUntilMs: leaseUntilMs + 10 });

    await next.commit([writeSet(2, { effectsAbandoned: [charge], effectsReleased: [charge] })]);

    expect(await next.findAbandoned(1)).toEqual([{ ...key, ...charge, leaseUntilMs }]);
    expect(await claim(next, leaseUntilMs + 10)).toEqual([]);
  });

  test("a lease of an earlier owner is not extended, it is claimed", async () => {
    const { store, reopen } = await openBench(underTest);
    await store.commit([writeSet(1, { effectsStarted: [effectRecord({ leaseUntilMs })] })]);

    const next = await reopen();
    await next.extendLeases([{ ...key, ...charge }], leaseUntilMs + 10);

    expect((await next.load(key))?.effects).toEqual([effectRecord({ leaseUntilMs })]);
    expect(await claim(next, nowMs)).toEqual(["charge"]);
  });
}

/** Claims all that may be claimed at that time; answers the names of the activities. */
async function claim(store: Store, atMs: number): Promise<readonly string[]> {
  const claimed = await store.claimEffects({ limit: 10, nowMs: atMs, leaseUntilMs: atMs + 1_000 });
  return claimed.map(({ effect }) => effect.activityId);
}
