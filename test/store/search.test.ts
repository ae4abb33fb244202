/** What is special about searching on SQLite: each road through the instances, and where it ends. */
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { STAY_EVENTS_MAX } from "../../src/store/sqlite/search-dwell.ts";
import {
  EXAMINED_MAX,
  ID_CANDIDATES_MAX,
  PLACES_MERGED_MAX,
} from "../../src/store/sqlite/search-roads.ts";
import type { InstanceQuery, InstanceRecord, Store } from "../../src/store/store.ts";
import { instanceRecord, journalEntry, nowMs, writeSet } from "../../src/testing/store-records.ts";

import { freshDatabasePath } from "./database-path.ts";

type Facts = (index: number) => Partial<InstanceRecord>;

function open(): Store {
  const store = openSqlite(":memory:");
  onTestFinished(() => store.close());
  return store;
}

/** Starts instances one ms apart, `prefix-0` first. */
async function putMany(store: Store, prefix: string, count: number, facts: Facts): Promise<void> {
  const writeSets = Array.from({ length: count }, (_, index) => ({
    ...writeSet(1),
    instance: instanceRecord({ instanceId: `${prefix}-${index}`, ...facts(index) }),
  }));
  await store.commit(writeSets);
}

async function idsOf(store: Store, query: Partial<InstanceQuery>): Promise<readonly string[]> {
  const { items } = await store.findInstances({ limit: 3, ...query });
  return items.map(({ instanceId }) => instanceId);
}

test("a page looks at 2,000 instances at most, and the next one goes on after them", async () => {
  const store = open();
  const [a, b] = [{ attributes: { a: "1" } }, { attributes: { a: "2" } }];
  await putMany(store, "both", 1, () => ({ ...a, phase: "stuck", createdAtMs: nowMs - 1 }));
  await putMany(store, "attribute", EXAMINED_MAX, () => a);
  await putMany(store, "phase", EXAMINED_MAX, () => ({ ...b, phase: "stuck" }));
  const query = { phases: ["stuck"], attributes: { a: "1" }, limit: 3 } as const;

  const first = await store.findInstances(query);
  expect(first.items).toEqual([]);
  if (first.next === null) throw new Error("the search has ended");

  const second = await store.findInstances({ ...query, after: first.next });
  expect(second.items.map(({ instanceId }) => instanceId)).toEqual(["both-0"]);
  expect(second.next).toBeNull();
});

test("a row of attributes that is not as it was written finds nothing that has another attribute", async () => {
  const path = freshDatabasePath();
  const store = openSqlite(path);
  await putMany(store, "a", 2, (index) => ({ attributes: { region: index === 0 ? "eu" : "us" } }));
  const client = new Database(path);
  client.exec("UPDATE attributes SET value = 'us'");
  client.close();

  const found = await idsOf(store, { attributes: { region: "us" } });
  await store.close();

  expect(found).toEqual(["a-1"]);
});

test("few suspended instances among many are answered in one page", async () => {
  const store = open();
  const suspended = { by: null, reason: "the bank is down", atMs: nowMs };
  await putMany(store, "old", 2, () => ({ suspended }));
  await putMany(store, "new", EXAMINED_MAX + 1, () => ({}));

  const page = await store.findInstances({ suspended: true, limit: 3 });

  expect(page.items.map(({ instanceId }) => instanceId)).toEqual(["old-1", "old-0"]);
  expect(page.next).toBeNull();
});

test("a filter that fits fewer than a page looks at is answered in one page", async () => {
  const store = open();
  await putMany(store, "old", 1, () => ({ phase: "stuck", attributes: { a: "1" } }));
  await putMany(store, "new", EXAMINED_MAX, () => ({ attributes: { a: "1" } }));

  const page = await store.findInstances({
    phases: ["stuck"],
    attributes: { a: "1" },
    limit: 3,
  });

  expect(page.items).toHaveLength(1);
  expect(page.next).toBeNull();
});

test.each([ID_CANDIDATES_MAX, ID_CANDIDATES_MAX + 1])(
  "the newest of %i ids with a common beginning come first",
  async (count) => {
    const store = open();
    // The order of ids is not that of starts.
    await putMany(store, "o", count, (index) => ({ createdAtMs: nowMs + ((index * 7) % count) }));
    const newest = (rank: number): string =>
      `o-${Array.from({ length: count }, (_, index) => index).find(
        (index) => (index * 7) % count === count - rank,
      )}`;

    expect(await idsOf(store, { idPrefix: "o-" })).toEqual([newest(1), newest(2), newest(3)]);
  },
);

test.each([PLACES_MERGED_MAX, PLACES_MERGED_MAX + 1])(
  "the newest of instances in %i states come first",
  async (count) => {
    const store = open();
    await putMany(store, "o", count, (index) => ({
      state: `a.s${index}`,
      createdAtMs: nowMs + index,
    }));
    await putMany(store, "other", 1, () => ({ state: "b" }));

    const newest = [1, 2, 3].map((rank) => `o-${count - rank}`);
    expect(await idsOf(store, { state: "a" })).toEqual(newest);
  },
);

test.each([
  [STAY_EVENTS_MAX, 1],
  [STAY_EVENTS_MAX + 1, 0],
])("a stay of %i events is measured %i times", async (events, stays) => {
  const store = open();
  const last = events + 1;
  const writeSets = Array.from({ length: last }, (_, index) => {
    const revision = index + 1;
    const state = revision === last ? "b" : "a";
    const stateBefore = revision === 1 ? null : "a";
    return {
      ...writeSet(revision),
      instance: instanceRecord({ revision, state }),
      journal: journalEntry({ revision, stateBefore, stateAfter: state }),
    };
  });
  await store.commit(writeSets);

  expect(await store.dwellTimes({ entries: 1 })).toHaveLength(stays);
});

test("a place that was rolled back with its write set is a place again when it is committed", async () => {
  const store = open();
  const instance = instanceRecord({ state: "new" });

  const misfit = { ...writeSet(1, { timerFired: "none" }), instance };
  expect(await store.commit([misfit])).toEqual(["timer"]);
  expect(await store.countInstances({})).toEqual([]);
  expect(await store.commit([{ ...writeSet(1), instance }])).toEqual(["committed"]);

  expect(await store.countInstances({})).toMatchObject([{ state: "new", instances: 1 }]);
});
