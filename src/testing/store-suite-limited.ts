/** Claims about instances that count under a limit: they are found in the order of their starts, until they do not count any more. */
import { describe, expect, test } from "vitest";
import type { Limited, Store } from "../store/store.ts";
import { instanceRecord, journalEntry, writeSet } from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

const runs: Limited = { key: "a", waits: false };
const waits: Limited = { key: "ü/%", waits: true };

async function put(store: Store, instanceId: string, limited: Limited | null, revision = 1) {
  const instance = instanceRecord({ instanceId, limited, revision, version: 3 });
  const journal = journalEntry({ revision, verdict: "waiting" });
  expect(await store.commit([{ ...writeSet(revision), instance, journal }])).toEqual(["committed"]);
}

async function found(store: Store, limit = 100): Promise<readonly (readonly [string, Limited])[]> {
  const all: (readonly [string, Limited])[] = [];
  for (let afterPosition = 0, isLast = false; !isLast;) {
    const page = await store.findLimited({ afterPosition, limit });
    all.push(...page.map(({ instanceId, limited }) => [instanceId, limited] as const));
    isLast = page.length < limit;
    afterPosition = page.at(-1)?.position ?? afterPosition;
  }
  return all;
}

export function testLimited(underTest: StoreUnderTest): void {
  describe("limited instances", () => {
    test("where an instance stands under its limit is kept, and its journal says that it waits", async () => {
      const { store } = await openBench(underTest);
      await put(store, "o-1", waits);

      const [entry] = await store.readJournal(
        { saga: "order", instanceId: "o-1" },
        { afterRevision: 0, limit: 1 },
      );
      const { items } = await store.findInstances({ limit: 1 });

      expect((await store.load({ saga: "order", instanceId: "o-1" }))?.record.limited).toEqual(
        waits,
      );
      expect(items[0]?.limited).toEqual(waits);
      expect(entry?.verdict).toBe("waiting");
    });

    test("those that count are found in the order of their starts, whatever the size of a page", async () => {
      const { store } = await openBench(underTest);
      await put(store, "b", runs);
      await put(store, "none", null);
      await put(store, "a", waits);
      await put(store, "c", waits);
      await put(store, "ended", runs);
      await put(store, "ended", null, 2);
      await put(store, "a", { ...waits, waits: false }, 2);
      const expected = [
        ["b", runs],
        ["a", { ...waits, waits: false }],
        ["c", waits],
      ];

      for (const limit of [1, 2, 3, 100]) expect(await found(store, limit)).toEqual(expected);
      expect((await store.findLimited({ afterPosition: 0, limit: 1 }))[0]).toMatchObject({
        saga: "order",
        version: 3,
      });
    });

    if (!underTest.isDurable) return;
    test("they are found in the same order after a restart", async () => {
      const { store, reopen } = await openBench(underTest);
      for (const instanceId of ["c", "a", "b"]) await put(store, instanceId, waits);

      expect((await found(await reopen())).map(([id]) => id)).toEqual(["c", "a", "b"]);
    });
  });
}
