/** Claims about retention: what ended long enough ago goes whole, in short transactions, and nothing else does. */
import { describe, expect, test } from "vitest";
import type { Phase } from "../saga/phase.ts";
import type { InstanceKey, InstanceRecord, Store, WriteSet } from "../store/store.ts";
import { effectRecord, key, nowMs, writeSet } from "./store-records.ts";
import { contentsOf, openBench, type StoreUnderTest } from "./store-suite-bench.ts";

type Deletion = Awaited<ReturnType<Store["deleteEnded"]>>;
type Link = InstanceRecord["parent"];

const beforeMs = nowMs + 1_000;
const other = { saga: "order", instanceId: "o-2" };
const child = { saga: "order.item", instanceId: "o-1/item" };
const action: WriteSet["actionsAsked"][number] = {
  type: "tell",
  idempotencyKey: "order/o-3/tell/1",
  traceparent: null,
  params: "{}",
  seen: null,
};
const parent: Link = {
  ...key,
  childId: "item",
  generation: 1,
  reportsSnapshots: false,
  root: key,
};

export function testRetention(underTest: StoreUnderTest): void {
  describe("retention", () => {
    testWhole(underTest);
    testStaying(underTest);
    testPieces(underTest);
  });
}

function testWhole(underTest: StoreUnderTest): void {
  test("an instance that ended before is deleted, with all that belongs to it", async () => {
    const { store } = await openBench(underTest);
    const answer = { eventId: "e-1", fingerprint: "f", answer: "{}" };
    await store.commit([writeSet(1), ended(2, { answer }), writeSet(1, { key: other })]);

    const { deleted, next } = await look(store);

    expect({ deleted, next }).toEqual({ deleted: [key], next: null });
    expect(await contentsOf(store, key, ["e-1"])).toEqual({
      stored: null,
      journal: [],
      answers: [null],
    });
    expect((await store.load(other))?.record.revision).toBe(1);
  });

  test("its id is free again, and counts and positions are as if the new one came late", async () => {
    const { store } = await openBench(underTest);
    await store.commit([ended(1)]);
    await look(store);

    expect(await store.countInstances({})).toEqual([]);
    expect(await store.lastPosition()).toBe(1);
    expect(await store.commit([writeSet(1)])).toEqual(["committed"]);
    expect(await store.lastPosition()).toBe(2);
    expect(await store.findInstances({ limit: 10 })).toMatchObject({ items: [key] });
  });

  test("one that has not ended, and one that ended later, stay", async () => {
    const { store } = await openBench(underTest);
    const late = ended(1, {}, { key: other, updatedAtMs: beforeMs });
    await store.commit([writeSet(1), late]);

    expect(await look(store)).toEqual({ deleted: [], rows: 0, next: null });
  });

  test.for<Phase>(["completed", "compensated", "failed", "stopped"])(
    "%s is an end",
    async (phase) => {
      const { store } = await openBench(underTest);
      await store.commit([ended(1, {}, { phase })]);

      expect((await look(store)).deleted).toEqual([key]);
    },
  );
}

function testStaying(underTest: StoreUnderTest): void {
  test("a child goes with its parent, and not before it", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1), ended(1, {}, { key: child, parent })]);
    const early = await look(store);
    await store.commit([ended(2)]);

    const { deleted } = await look(store);

    expect(early.deleted).toEqual([]);
    expect(deleted).toEqual([child, key]);
    expect(await store.load(child)).toBeNull();
  });

  test("a parent whose child has not ended stays", async () => {
    const { store } = await openBench(underTest);
    await store.commit([ended(1), born(child)]);

    expect((await look(store)).deleted).toEqual([]);
  });

  test("one in quarantine stays, and so does one with an effect or an action that is not done", async () => {
    const { store } = await openBench(underTest);
    const third = { saga: "order", instanceId: "o-3" };
    await store.commit([
      ended(1),
      ended(1, { effectsStarted: [effectRecord({ status: "abandoned" })] }, { key: other }),
      ended(1, { actionsAsked: [action] }, { key: third }),
    ]);
    await store.quarantine(key, { kind: "damaged", reason: "a bit was flipped", atMs: nowMs });

    expect(await look(store)).toEqual({ deleted: [], rows: 0, next: null });
  });
}

function testPieces(underTest: StoreUnderTest): void {
  test("no transaction deletes many more rows than it may, and all of them together delete all", async () => {
    const { store } = await openBench(underTest);
    await store.commit([...journalOf(25), born(child, "completed"), ended(1, {}, { key: other })]);

    const deletions = await lookUntilOver(store, 10);

    expect(deletions.every(({ rows }) => rows < 15)).toBe(true);
    expect(deletions.flatMap(({ deleted }) => deleted)).toEqual([child, key, other]);
    expect(deletions.length).toBeGreaterThan(2);
    expect(await store.countInstances({})).toEqual([]);
  });

  test("one that is half deleted is still found, begins as it began, and goes on to be deleted", async () => {
    const { store, reopen } = await openBench(underTest);
    await store.commit(journalOf(25));
    await look(store, { rowsMax: 10 });

    const after = underTest.isDurable ? await reopen() : store;
    const [first] = await after.readJournal(key, { afterRevision: 0, limit: 1 });
    const stored = await after.load(key);
    // Begins anew, as a process does, and finds what the one before had begun with.
    const deletions = await lookUntilOver(after, 10);

    expect(first?.revision).toBe(1);
    expect(stored).toMatchObject({ damage: null, record: { revision: 25 } });
    expect(deletions.flatMap(({ deleted }) => deleted)).toEqual([key]);
  });

  test("what stays is passed over, however much of it there is", async () => {
    const { store } = await openBench(underTest);
    const staying = Array.from({ length: 250 }, (_, index) =>
      ended(1, { effectsStarted: [effectRecord()] }, { key: named(`s-${index}`) }),
    );
    await store.commit([...staying, ended(1, {}, { key: other })]);

    const deletions = await lookUntilOver(store, 10);

    expect(deletions.flatMap(({ deleted }) => deleted)).toEqual([other]);
  });
}

async function look(
  store: Store,
  { rowsMax = 100, after = null }: { rowsMax?: number; after?: Deletion["next"] } = {},
): Promise<Deletion> {
  return store.deleteEnded({ beforeMs, rowsMax, after });
}

async function lookUntilOver(store: Store, rowsMax: number): Promise<readonly Deletion[]> {
  const deletions: Deletion[] = [];
  for (let after: Deletion["next"] = null; ;) {
    const deletion = await look(store, { rowsMax, after });
    deletions.push(deletion);
    after = deletion.next;
    if (after === null) return deletions;
  }
}

interface End {
  readonly key?: InstanceKey;
  readonly phase?: Phase;
  readonly updatedAtMs?: number;
  readonly parent?: Link;
}

/** The commit with which an instance ends. */
function ended(
  revision: number,
  changes: Partial<WriteSet> = {},
  { key: name = key, phase = "completed", updatedAtMs = nowMs, parent: link = null }: End = {},
): WriteSet {
  const whole = { ...writeSet(revision, { key: name }), ...changes };
  return { ...whole, instance: { ...whole.instance, phase, updatedAtMs, parent: link } };
}

function born(name: InstanceKey, phase: Phase = "forward"): WriteSet {
  return ended(1, {}, { key: name, phase, parent });
}

/** An instance that ends with so many entries in its journal. */
function journalOf(entries: number): readonly WriteSet[] {
  return Array.from({ length: entries }, (_, index) =>
    index + 1 === entries ? ended(entries) : writeSet(index + 1),
  );
}

function named(instanceId: string): InstanceKey {
  return { saga: "order", instanceId };
}
