/** Claims about transactions in which the store's users write rows of their own. */
import { describe, expect, test } from "vitest";
import type { Store, WriteSet } from "../store/store.ts";
import { instanceRecord, key, writeSet } from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

/** How the suite writes and reads rows as a user of the store does. */
export interface UserRows {
  /** Adds a row inside a transaction. */
  readonly add: (tx: unknown, row: string) => void;
  /** All rows that were added, in order. */
  readonly read: (tx: unknown) => readonly string[];
}

export function testTransactions(underTest: StoreUnderTest, rows: UserRows): void {
  describe("commitWith", () => {
    test("the user's rows commit with the write set", async () => {
      const { store } = await openBench(underTest);

      const outcome = await commitWith(store, (tx) => (rows.add(tx, "a"), writeSet(1)));

      expect(outcome).toBe("committed");
      expect(await store.load(key)).toMatchObject({ record: instanceRecord() });
      expect(await readRows(store, rows)).toEqual(["a"]);
    });

    test("an error of the user's undoes his rows, and is thrown on as it is", async () => {
      const { store } = await openBench(underTest);
      const error = Object.assign(new Error("sold out"), { code: "SQLITE_IOERR" });

      const committing = commitWith(store, (tx) => {
        rows.add(tx, "a");
        throw error;
      });

      await expect(committing).rejects.toBe(error);
      expect(await readRows(store, rows)).toEqual([]);
    });

    test("a write set that does not fit undoes the user's rows too", async () => {
      const { store } = await openBench(underTest);
      await store.commit([writeSet(1)]);

      const byRevision = await commitWith(store, (tx) => (rows.add(tx, "a"), writeSet(1)));
      const ref = { activityId: "charge", generation: 1 };
      const byEffect = await commitWith(
        store,
        (tx) => (rows.add(tx, "b"), writeSet(2, { effectFinished: ref })),
      );

      expect([byRevision, byEffect]).toEqual(["revision", "effect"]);
      expect(await store.load(key)).toMatchObject({ record: { revision: 1 } });
      expect(await readRows(store, rows)).toEqual([]);
    });

    test("the store goes on after one that was undone", async () => {
      const { store } = await openBench(underTest);
      await commitWith(store, () => {
        throw new Error("sold out");
      }).catch(() => undefined);

      expect(await store.commit([writeSet(1)])).toEqual(["committed"]);
      expect(await store.countInstances({})).toMatchObject([{ instances: 1 }]);
    });
  });
}

async function commitWith(store: Store, work: (tx: unknown) => WriteSet) {
  if (store.commitWith === undefined) throw new Error("the store has no transactions");
  return store.commitWith(work);
}

/** Reads in a transaction that is undone. */
async function readRows(store: Store, rows: UserRows): Promise<readonly string[]> {
  let found: readonly string[] = [];
  const undo = new Error("only looking");
  await commitWith(store, (tx) => {
    found = rows.read(tx);
    throw undo;
  }).catch((error: unknown) => {
    if (error !== undo) throw error;
  });
  return found;
}
