/** Claims about the feed: the committed events of all instances in their order, read in pages. */
import { describe, expect, test } from "vitest";
import type { FeedPage, FeedQuery, Store } from "../store/store.ts";
import { instanceRecord, journalEntry, key, writeSet } from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

const other = { saga: "order", instanceId: "o-2" };
const booking = { saga: "booking", instanceId: "o-1" };
const LIMIT = 100;

export function testFeed(underTest: StoreUnderTest): void {
  describe("feed", () => {
    testOrder(underTest);
    testFilters(underTest);
    if (underTest.isDurable) testPositions(underTest);
  });
}

/** Three instances that move in turn, one commit each. */
async function fill(store: Store, revisions: number): Promise<void> {
  for (let revision = 1; revision <= revisions; revision += 1) {
    for (const name of [key, other, booking]) {
      await store.commit([writeSet(revision, { key: name })]);
    }
  }
}

const namesOf = ({ entries }: FeedPage): readonly string[] =>
  entries.map(({ saga, instanceId, entry }) => `${saga}/${instanceId}/${entry.revision}`);

async function readAll(store: Store, query: Omit<FeedQuery, "afterPosition">) {
  const pages: FeedPage[] = [];
  for (let afterPosition = 0, hasMore = true; hasMore;) {
    const page = await store.readFeed({ ...query, afterPosition });
    pages.push(page);
    ({ position: afterPosition, hasMore } = page);
  }
  return pages;
}

function testOrder(underTest: StoreUnderTest): void {
  test("a store without commits has no position and nothing to read", async () => {
    const { store } = await openBench(underTest);

    expect(await store.lastPosition()).toBe(0);
    expect(await store.readFeed({ afterPosition: 0, limit: LIMIT })).toEqual({
      entries: [],
      position: 0,
      hasMore: false,
    });
  });

  test("an entry comes with the name of its instance and all that it says", async () => {
    const { store } = await openBench(underTest);
    const entry = journalEntry({ source: "operator", eventId: "e-1", verdict: "late" });
    await store.commit([{ ...writeSet(1), journal: entry }]);

    const page = await store.readFeed({ afterPosition: 0, limit: LIMIT });

    expect(page.entries).toEqual([{ ...key, position: page.position, entry }]);
    expect(page.position).toBe(await store.lastPosition());
  });

  test("all that was committed is read in its order, whatever the size of a page", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1), writeSet(1, { key: booking }), writeSet(2)]);
    await store.commit([writeSet(2, { key: booking }), writeSet(3)]);
    const whole = await store.readFeed({ afterPosition: 0, limit: LIMIT });

    for (const limit of [1, 2, 5]) {
      const pages = await readAll(store, { limit });
      expect(pages.flatMap(({ entries }) => entries)).toEqual(whole.entries);
    }
    expect(namesOf(whole)).toEqual([
      "order/o-1/1",
      "booking/o-1/1",
      "order/o-1/2",
      "booking/o-1/2",
      "order/o-1/3",
    ]);
    const positions = whole.entries.map(({ position }) => position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  });

  test("what was left out of its batch is not in the feed", async () => {
    const { store } = await openBench(underTest);

    await store.commit([writeSet(1), writeSet(1), writeSet(2, { timerFired: "gone" })]);

    const page = await store.readFeed({ afterPosition: 0, limit: LIMIT });
    expect(namesOf(page)).toEqual(["order/o-1/1"]);
  });

  test("whoever has read all reads nothing twice, and then what comes", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1)]);
    const { position } = await store.readFeed({ afterPosition: 0, limit: LIMIT });

    const before = await store.readFeed({ afterPosition: position, limit: LIMIT });
    await store.commit([writeSet(2)]);
    const after = await store.readFeed({ afterPosition: position, limit: LIMIT });

    expect(before).toEqual({ entries: [], position, hasMore: false });
    expect(namesOf(after)).toEqual(["order/o-1/2"]);
  });
}

function testFilters(underTest: StoreUnderTest): void {
  test.each([
    [{ saga: "booking" }, ["booking/o-1/1", "booking/o-1/2"]],
    [{ saga: "nothing" }, []],
    [{ saga: "order", instanceId: "o-2" }, ["order/o-2/1", "order/o-2/2"]],
    [{ saga: "booking", instanceId: "o-2" }, []],
  ])("%j reads only what fits, page by page to the end", async (filter, names) => {
    const { store } = await openBench(underTest);
    await fill(store, 2);

    for (const limit of [1, 2, LIMIT]) {
      const pages = await readAll(store, { ...filter, limit });
      expect(pages.flatMap(namesOf)).toEqual(names);
      expect(pages.at(-1)?.position).toBe(await store.lastPosition());
    }
  });

  test.each([{}, { saga: "order" }, key])("of %j a phase is read alone", async (filter) => {
    const { store } = await openBench(underTest);
    const stuck = { ...writeSet(2), journal: journalEntry({ revision: 2, phase: "stuck" }) };
    await store.commit([writeSet(1), stuck, writeSet(3)]);

    const page = await store.readFeed({
      ...filter,
      phase: "stuck",
      afterPosition: 0,
      limit: LIMIT,
    });

    expect(namesOf(page)).toEqual(["order/o-1/2"]);
  });

  test.each([{ saga: "nothing" }, { phase: "stuck" as const, ...key }])(
    "a page of %j looks at no more entries than its limit, even if none fits",
    async (filter) => {
      const { store } = await openBench(underTest);
      await fill(store, 6);

      const page = await store.readFeed({ ...filter, afterPosition: 0, limit: 4 });

      expect(page).toMatchObject({ entries: [], hasMore: true });
      expect(page.position).toBeGreaterThan(0);
      expect(page.position).toBeLessThan(await store.lastPosition());
    },
  );

  test("an instance is read from any position on, its own or another one's", async () => {
    const { store } = await openBench(underTest);
    await fill(store, 9);
    const all = await store.readFeed({ ...key, afterPosition: 0, limit: LIMIT });

    for (let afterPosition = 0; afterPosition <= (await store.lastPosition()); afterPosition += 1) {
      const page = await store.readFeed({ ...key, afterPosition, limit: LIMIT });
      expect(page.entries).toEqual(all.entries.filter(({ position }) => position > afterPosition));
    }
  });
}

function testPositions(underTest: StoreUnderTest): void {
  test("positions hold after a restart", async () => {
    const { store, reopen } = await openBench(underTest);
    await store.commit([
      writeSet(1),
      { ...writeSet(2), instance: instanceRecord({ revision: 2 }) },
    ]);
    const before = await store.readFeed({ afterPosition: 0, limit: LIMIT });

    const again = await reopen();

    expect(await again.readFeed({ afterPosition: 0, limit: LIMIT })).toEqual(before);
    expect(await again.lastPosition()).toBe(before.position);
  });
}
