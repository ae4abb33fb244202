/** Claims about loading many instances at once: it gives what loading each of them gives, whatever they have. */
import { describe, expect, test } from "vitest";
import type { InstanceKey, Store, WriteSet } from "../store/store.ts";
import { effectRecord, nowMs, parkedRecord, timerRecord, writeSet } from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

const reducer: WriteSet["childrenStarted"][number] = {
  childId: "sum",
  generation: 1,
  kind: "reducer",
  src: "sum",
  instanceId: null,
  systemId: null,
  root: null,
  reportsSnapshots: false,
  input: "{}",
  state: `{"total":1}`,
};

/** Kinds of rows that an instance may have or not; of each more than one, in an order that is not that of their names. */
const pending: readonly Partial<WriteSet>[] = [
  { timersSet: [timerRecord({ timerId: "z" }), timerRecord({ timerId: "a", dueAtMs: nowMs })] },
  { effectsStarted: [effectRecord({ activityId: "z" }), effectRecord({ activityId: "a" })] },
  { parked: parkedRecord({ sequence: 1 }) },
  { childrenStarted: [{ ...reducer, childId: "z" }, reducer] },
];

/** One instance of each selection of these kinds, some of them moved once more. */
async function putAll(store: Store): Promise<readonly InstanceKey[]> {
  const keys: InstanceKey[] = [];
  for (let selection = 0; selection < 2 ** pending.length; selection += 1) {
    const key = {
      saga: selection % 3 === 0 ? "booking" : "order",
      instanceId: `o/"${selection}"ü`,
    };
    const chosen = pending.filter((_, index) => (selection & (2 ** index)) !== 0);
    const sets = [writeSet(1, Object.assign({ key }, ...chosen))];
    if (selection % 2 === 0) sets.push(writeSet(2, { key }));
    expect(await store.commit(sets)).toEqual(sets.map(() => "committed"));
    keys.push(key);
  }
  return keys;
}

export function testLoads(underTest: StoreUnderTest): void {
  describe("loading many", () => {
    test("gives each as it is loaded by itself, in the order of the keys, and null for those that are not there", async () => {
      const { store } = await openBench(underTest);
      const keys = await putAll(store);
      const [some] = keys as [InstanceKey];
      await store.quarantine(some, { kind: "damaged", reason: "a bit was flipped", atMs: nowMs });
      const lacks = [
        { saga: "order", instanceId: "nobody" },
        { ...some, saga: "nothing" },
      ];
      const asked = [...keys, ...lacks].toSorted((a, b) => (a.instanceId < b.instanceId ? 1 : -1));

      const loaded = await store.loadMany(asked);

      const each = await Promise.all(asked.map((key) => store.load(key)));
      expect(loaded).toEqual(each);
      expect(each.filter((one) => one === null)).toHaveLength(2);
      expect(each.find((one) => one?.record.instanceId === some.instanceId)?.quarantined).toEqual(
        expect.objectContaining({ kind: "damaged" }),
      );
    });

    test("gives one that is asked for twice twice, and nothing for nothing", async () => {
      const { store } = await openBench(underTest);
      // The first has moved twice, the second once.
      const [first, second] = (await putAll(store)) as [InstanceKey, InstanceKey];

      const loaded = await store.loadMany([first, second, first, second]);

      const each = [await store.load(first), await store.load(second)];
      expect(loaded).toEqual([...each, ...each]);
      expect(await store.loadMany([])).toEqual([]);
    });
  });
}
