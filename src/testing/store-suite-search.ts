/** Claims about searching: which instances are found, in which order, and what is counted and measured. */
import { describe, expect, test } from "vitest";
import type { InstanceQuery, InstanceRecord, Store, WriteSet } from "../store/store.ts";
import { instanceRecord, journalEntry, nowMs, writeSet } from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

export function testSearch(underTest: StoreUnderTest): void {
  describe("search", () => {
    testFilters(underTest);
    testTexts(underTest);
    testTimes(underTest);
    testPages(underTest);
  });
  describe("counts", () => {
    testCounts(underTest);
  });
  describe("dwell times", () => {
    testDwell(underTest);
  });
}

type Facts = Partial<InstanceRecord> & { readonly instanceId: string };

/** Starts an instance a ms after the one before, or takes it to a revision. */
async function put(store: Store, facts: Facts): Promise<void> {
  const instance = instanceRecord(facts);
  const { revision, updatedAtMs: atMs, state: stateAfter } = instance;
  const stateBefore = revision === 1 ? null : "before";
  const journal = journalEntry({ revision, atMs, stateBefore, stateAfter });
  expect(await store.commit([{ ...writeSet(revision), instance, journal }])).toEqual(["committed"]);
}

async function find(store: Store, query: Partial<InstanceQuery> = {}): Promise<readonly string[]> {
  const { items, next } = await store.findInstances({ limit: 100, ...query });
  expect(next).toBeNull();
  return items.map(({ instanceId }) => instanceId);
}

function testFilters(underTest: StoreUnderTest): void {
  test("an instance is found with all that it is, but its snapshot", async () => {
    const { store } = await openBench(underTest);
    const record = instanceRecord({ fault: "broken", tags: ["a", "b"], attributes: { a: "1" } });
    await put(store, record);

    const { snapshot: _, ...summary } = record;
    expect(await store.findInstances({ limit: 1 })).toMatchObject({ items: [summary], next: null });
  });

  test("instances are found by what they stand in, newest start first", async () => {
    const { store } = await openBench(underTest);
    await put(store, { instanceId: "a", state: "undo.card", phase: "compensating", tags: ["x"] });
    await put(store, { instanceId: "b", state: "undoing", version: 2, createdAtMs: nowMs + 2 });
    await put(store, { instanceId: "c", state: "pack,undo", phase: "stuck", tags: ["y"] });
    await put(store, { instanceId: "d", saga: "booking", createdAtMs: nowMs + 1, tags: ["x"] });

    expect(await find(store)).toEqual(["b", "d", "c", "a"]);
    expect(await find(store, { saga: "order" })).toEqual(["b", "c", "a"]);
    expect(await find(store, { version: 2 })).toEqual(["b"]);
    expect(await find(store, { phases: ["stuck", "compensating"] })).toEqual(["c", "a"]);
    expect(await find(store, { phases: [] })).toEqual([]);
    expect(await find(store, { state: "undo" })).toEqual(["c", "a"]);
    expect(await find(store, { state: "undo.card" })).toEqual(["a"]);
    expect(await find(store, { state: "card" })).toEqual([]);
    expect(await find(store, { tag: "x" })).toEqual(["d", "a"]);
    expect(await find(store, { saga: "order", tag: "x" })).toEqual(["a"]);
    expect(await find(store, { saga: "none" })).toEqual([]);
  });

  test("suspended instances are found, and those that are not", async () => {
    const { store } = await openBench(underTest);
    const suspended = { by: null, reason: "the bank is down", atMs: nowMs };
    await put(store, { instanceId: "a", suspended, attributes: { a: "1" } });
    await put(store, { instanceId: "b", suspended, version: 2 });
    await put(store, { instanceId: "c" });
    await put(store, { instanceId: "d", suspended });
    await put(store, { instanceId: "d", suspended: null, revision: 2 });
    await put(store, { instanceId: "e" });
    await put(store, { instanceId: "e", suspended, revision: 2 });

    expect(await find(store, { suspended: true })).toEqual(["e", "b", "a"]);
    expect(await find(store, { suspended: false })).toEqual(["d", "c"]);
    expect(await find(store, { suspended: true, version: 2 })).toEqual(["b"]);
    expect(await find(store, { suspended: true, idPrefix: "a" })).toEqual(["a"]);
    expect(await find(store, { suspended: false, idPrefix: "a" })).toEqual([]);
    expect(await find(store, { suspended: true, attributes: { a: "1" } })).toEqual(["a"]);
    expect(await find(store, { suspended: true, tag: "none" })).toEqual([]);
  });

  test("an instance that moved is found where it stands now, and no longer where it stood", async () => {
    const { store } = await openBench(underTest);
    for (const instanceId of ["a", "b", "c"]) await put(store, { instanceId, state: "here" });
    await put(store, { instanceId: "a", state: "there", revision: 2 });
    await put(store, { instanceId: "b", state: "there", revision: 2 });
    await put(store, { instanceId: "b", state: "here", revision: 3 });

    expect(await find(store, { state: "here" })).toEqual(["c", "b"]);
    expect(await find(store, { state: "there" })).toEqual(["a"]);
  });
}

function testTexts(underTest: StoreUnderTest): void {
  test("several attributes must all be there, exactly", async () => {
    const { store } = await openBench(underTest);
    await put(store, { instanceId: "a", attributes: { customer: "u_1", region: "eu" } });
    await put(store, { instanceId: "b", attributes: { customer: "uX1", region: "eu" } });
    await put(store, { instanceId: "c", attributes: { customer: "U_1", "it's %": '"ß🚚"' } });

    await put(store, { instanceId: "d", attributes: { customer: "u_1", region: "us" } });

    expect(await find(store, { attributes: { region: "eu" } })).toEqual(["b", "a"]);
    expect(await find(store, { attributes: { customer: "u_1" } })).toEqual(["d", "a"]);
    // As many have the one as the other, so neither alone is enough.
    expect(await find(store, { attributes: { customer: "u_1", region: "eu" } })).toEqual(["a"]);
    expect(await find(store, { attributes: { customer: "uX1", region: "eu" } })).toEqual(["b"]);
    expect(await find(store, { attributes: { customer: "uX1", region: "us" } })).toEqual([]);
    expect(await find(store, { attributes: { "it's %": '"ß🚚"' } })).toEqual(["c"]);
    expect(await find(store, { attributes: { customer: "%" } })).toEqual([]);
  });

  test("an id is found by how it begins, whatever its characters", async () => {
    const { store } = await openBench(underTest);
    const ids = ["o-1", "o-12", "O-1", "o%1", "o_1", "o", "\uD7FFz", "\uE000", "\u{10FFFF}a", "🚚"];
    for (const instanceId of ids) await put(store, { instanceId });

    expect(await find(store, { idPrefix: "o-1" })).toEqual(["o-12", "o-1"]);
    expect(await find(store, { idPrefix: "o%" })).toEqual(["o%1"]);
    expect(await find(store, { idPrefix: "o_" })).toEqual(["o_1"]);
    expect(await find(store, { idPrefix: "o" })).toEqual(["o", "o_1", "o%1", "o-12", "o-1"]);
    expect(await find(store, { idPrefix: "\uD7FF" })).toEqual(["\uD7FFz"]);
    expect(await find(store, { idPrefix: "\u{10FFFF}" })).toEqual(["\u{10FFFF}a"]);
    expect(await find(store, { idPrefix: "🚚" })).toEqual(["🚚"]);
    expect(await find(store, { idPrefix: "z" })).toEqual([]);
  });
}

function testTimes(underTest: StoreUnderTest): void {
  test("times of start include their begin and not their end", async () => {
    const { store } = await openBench(underTest);
    for (const ms of [1, 2, 3]) {
      await put(store, { instanceId: `at ${ms}`, createdAtMs: ms, attributes: { a: "1" } });
    }

    const range = { startedFromMs: 2, startedBeforeMs: 3 };
    expect(await find(store, range)).toEqual(["at 2"]);
    expect(await find(store, { ...range, idPrefix: "at" })).toEqual(["at 2"]);
    expect(await find(store, { ...range, attributes: { a: "1" } })).toEqual(["at 2"]);
    expect(await find(store, { ...range, saga: "order" })).toEqual(["at 2"]);
    expect(await find(store, { startedFromMs: 4 })).toEqual([]);
  });
}

function testPages(underTest: StoreUnderTest): void {
  // Several roads lead through the same instances, each with a cursor.
  test.each([
    ["all", {}],
    ["a saga", { saga: "order" }],
    ["an attribute", { attributes: { customer: "u-1" } }],
    ["a prefix", { idPrefix: "o-" }],
  ] as const)("pages of %s show each once while others start", async (_, query) => {
    const { store } = await openBench(underTest);
    // Pairs that start in the same ms, and others that a filter leaves out.
    for (let index = 0; index < 9; index += 1) {
      await put(store, { instanceId: `o-${index}`, createdAtMs: nowMs + (index >> 1) });
    }
    await put(store, { instanceId: "x", saga: "other", attributes: {} });

    const seen: string[] = [];
    let after: InstanceQuery["after"];
    for (let page = 0; page < 5; page += 1) {
      const found = await store.findInstances({ ...query, limit: 2, ...(after && { after }) });
      seen.push(...found.items.map(({ instanceId }) => instanceId));
      expect(found.next === null).toBe(page === 4);
      after = found.next ?? undefined;
      await put(store, { instanceId: `o-new ${page}`, createdAtMs: nowMs + 100 });
    }

    const expected = ["o-8", "o-7", "o-6", "o-5", "o-4", "o-3", "o-2", "o-1", "o-0"];
    expect(seen.filter((id) => id !== "x")).toEqual(expected);
  });
}

/** A start in state `one`. */
function start(instanceId: string, changes: { timerFired?: string } = {}): WriteSet {
  return { ...writeSet(1, changes), instance: instanceRecord({ instanceId, state: "one" }) };
}

function testCounts(underTest: StoreUnderTest): void {
  const counted = { saga: "order", version: 1, phase: "forward" } as const;

  test("instances are counted where they stand, and by no write set that was left out", async () => {
    const { store } = await openBench(underTest);
    for (const instanceId of ["a", "b", "c"]) await put(store, { instanceId, state: "one" });
    await put(store, { instanceId: "d", saga: "booking", state: "one" });
    const move = {
      ...writeSet(2),
      instance: instanceRecord({ instanceId: "a", revision: 2, state: "two" }),
    };

    const outcomes = await store.commit([
      start("e"),
      start("a"),
      move,
      start("f", { timerFired: "none" }),
    ]);

    expect(outcomes).toEqual(["committed", "revision", "committed", "timer"]);
    expect(await store.countInstances({})).toEqual([
      { ...counted, saga: "booking", state: "one", instances: 1 },
      { ...counted, state: "one", instances: 3 },
      { ...counted, state: "two", instances: 1 },
    ]);
    expect(await store.countInstances({ saga: "booking" })).toHaveLength(1);
    expect(await store.countInstances({ saga: "none" })).toEqual([]);
  });

  test("a state that all have left is not counted", async () => {
    const { store } = await openBench(underTest);
    await put(store, { instanceId: "a", state: "one" });

    await put(store, { instanceId: "a", state: "two", revision: 2 });

    expect(await store.countInstances({})).toEqual([{ ...counted, state: "two", instances: 1 }]);
  });
}

/** An instance that is in each state from the time that is given with it. */
async function live(store: Store, instanceId: string, states: readonly [string, number][]) {
  for (const [index, [stateAfter, atMs]] of states.entries()) {
    const revision = index + 1;
    const stateBefore = states[index - 1]?.[0] ?? null;
    const instance = instanceRecord({ instanceId, revision, state: stateAfter });
    const journal = journalEntry({ revision, atMs, stateBefore, stateAfter });
    await store.commit([{ ...writeSet(revision), instance, journal }]);
  }
}

function testDwell(underTest: StoreUnderTest): void {
  test("a stay lasts from the event that enters a state to the one that leaves it", async () => {
    const { store } = await openBench(underTest);
    // An event that moves nothing does not end it; a state that is entered again is another stay.
    const states: [string, number][] = [
      ["a", 0],
      ["a", 5],
      ["b", 30],
      ["a", 31],
      ["b", 41],
    ];
    await live(store, "o-1", states);

    const of = { saga: "order", version: 1 };
    expect(await store.dwellTimes({ entries: 100 })).toEqual([
      { ...of, state: "a", stays: 2, p50Ms: 10, p95Ms: 30 },
      { ...of, state: "b", stays: 1, p50Ms: 1, p95Ms: 1 },
    ]);
    expect(await store.dwellTimes({ ...of, entries: 100 })).toHaveLength(2);
    expect(await store.dwellTimes({ ...of, version: 2, entries: 100 })).toEqual([]);
    expect(await store.dwellTimes({ saga: "none", entries: 100 })).toEqual([]);
  });

  test("percentiles are times that were measured", async () => {
    const { store } = await openBench(underTest);
    for (let ms = 1; ms <= 100; ms += 1) {
      await live(store, `o-${ms}`, [
        ["a", 0],
        ["b", ms],
      ]);
    }

    expect(await store.dwellTimes({ entries: 1_000 })).toEqual([
      { saga: "order", version: 1, state: "a", stays: 100, p50Ms: 50, p95Ms: 95 },
    ]);
  });

  test("only stays that ended within the newest entries count, however long ago they began", async () => {
    const { store } = await openBench(underTest);
    await live(store, "o-1", [
      ["a", 0],
      ["b", 1],
      ["c", 1_000],
    ]);

    expect(await store.dwellTimes({ entries: 1 })).toEqual([
      { saga: "order", version: 1, state: "b", stays: 1, p50Ms: 999, p95Ms: 999 },
    ]);
    expect(await store.dwellTimes({ entries: 0 })).toEqual([]);
  });
}
