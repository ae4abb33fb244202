/** Claims about commits: what a write set changes, and when it is left out. */
import { describe, expect, test } from "vitest";
import type { InstanceKey, WriteSet } from "../store/store.ts";
import {
  effectRecord,
  instanceRecord,
  journalEntry,
  key,
  nowMs,
  timerRecord,
  writeSet,
} from "./store-records.ts";
import { contentsOf, openBench, type StoreUnderTest } from "./store-suite-bench.ts";

const other: InstanceKey = { saga: "order", instanceId: "o-2" };
const answer = { eventId: "e-1", fingerprint: "sha256:1", answer: `{"status":200}` };

export function testCommits(underTest: StoreUnderTest): void {
  describe("commit", () => {
    testRevisions(underTest);
    testMisfitRevisions(underTest);
    testBatches(underTest);
    testLeftOut(underTest);
    testMisuse(underTest);
  });
}

function testRevisions(underTest: StoreUnderTest): void {
  test("an instance that nobody created is not there", async () => {
    const { store } = await openBench(underTest);

    expect(await contentsOf(store, key, ["e-1"])).toEqual({
      stored: null,
      journal: [],
      answers: [null],
    });
  });

  test("revision 1 creates the instance with all that it says", async () => {
    const { store } = await openBench(underTest);
    const timers = [timerRecord(), timerRecord({ timerId: "reminder-2", sendId: null })];
    const effects = [
      effectRecord({ leaseUntilMs: 7, lostUntilMs: 5 }),
      effectRecord({ activityId: "a" }),
    ];

    const outcomes = await store.commit([
      writeSet(1, { timersSet: timers, effectsStarted: effects }),
    ]);

    expect(outcomes).toEqual(["committed"]);
    expect(await contentsOf(store, key)).toEqual({
      stored: { ...nothingPending, record: instanceRecord(), timers, effects },
      journal: [journalEntry()],
      answers: [],
    });
  });

  test("the next revision replaces what the record says", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1)]);
    const record = instanceRecord({
      version: 2,
      revision: 2,
      phase: "stuck",
      tags: ["a", "b"],
      fault: "no transition",
      correlationId: "c-2",
    });

    const outcomes = await store.commit([{ ...writeSet(2), instance: record }]);

    expect(outcomes).toEqual(["committed"]);
    expect((await store.load(key))?.record).toEqual(record);
  });

  test("attributes and time of start stay those of the start", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1)]);
    const instance = instanceRecord({ revision: 2, attributes: {}, createdAtMs: nowMs + 7 });

    await store.commit([{ ...writeSet(2), instance }]);

    const { attributes, createdAtMs } = instanceRecord();
    expect((await store.load(key))?.record).toEqual({ ...instance, attributes, createdAtMs });
  });
}

function testMisfitRevisions(underTest: StoreUnderTest): void {
  test("an instance is created once", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1)]);
    const before = await contentsOf(store, key);

    const outcomes = await store.commit([
      writeSet(1, { timersSet: [timerRecord()], effectsStarted: [effectRecord()], answer }),
    ]);

    expect(outcomes).toEqual(["revision"]);
    expect(await contentsOf(store, key)).toEqual(before);
    expect(await store.findAnswer(key, "e-1")).toBeNull();
  });

  test.each([
    ["of an instance that is not there", 0, 2],
    ["that was taken already", 2, 2],
    ["that skips one", 2, 4],
  ])("a revision %s is left out", async (_, stored, next) => {
    const { store } = await openBench(underTest);
    for (let revision = 1; revision <= stored; revision++) await store.commit([writeSet(revision)]);
    const before = await contentsOf(store, key);

    const outcomes = await store.commit([writeSet(next, { timersSet: [timerRecord()] })]);

    expect(outcomes).toEqual(["revision"]);
    expect(await contentsOf(store, key)).toEqual(before);
  });
}

const nothingPending = {
  timers: [],
  effects: [],
  parked: [],
  children: [],
  quarantined: null,
  damage: null,
};

function testBatches(underTest: StoreUnderTest): void {
  test("an empty batch has no outcomes", async () => {
    const { store } = await openBench(underTest);

    expect(await store.commit([])).toEqual([]);
  });

  test("two steps of one instance commit in one batch", async () => {
    const { store } = await openBench(underTest);

    const outcomes = await store.commit([
      writeSet(1, { timersSet: [timerRecord()], effectsStarted: [effectRecord()] }),
      writeSet(2, { timerFired: "reminder-1" }),
      writeSet(3, { effectFinished: effectRecord() }),
    ]);

    expect(outcomes).toEqual(["committed", "committed", "committed"]);
    expect(await contentsOf(store, key)).toEqual({
      stored: { record: instanceRecord({ revision: 3 }), ...nothingPending },
      journal: [1, 2, 3].map((revision) => journalEntry({ revision })),
      answers: [],
    });
  });

  test("a step falls with the one before it in its batch", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1)]);
    const before = await contentsOf(store, key);

    const outcomes = await store.commit([
      writeSet(2, { timerFired: "gone" }),
      writeSet(3, { timersSet: [timerRecord()] }),
      writeSet(4),
    ]);

    expect(outcomes).toEqual(["timer", "revision", "revision"]);
    expect(await contentsOf(store, key)).toEqual(before);
  });

  test("of two steps to the same revision the second may commit if the first is left out", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1)]);

    const outcomes = await store.commit([writeSet(2, { timerFired: "gone" }), writeSet(2)]);

    expect(outcomes).toEqual(["timer", "committed"]);
    expect((await store.load(key))?.record.revision).toBe(2);
  });

  test("each write set of a batch has its own outcome, in order", async () => {
    const { store } = await openBench(underTest);
    const ids = ["a", "b", "c", "d", "e"];
    const keys = ids.map((instanceId) => ({ saga: "order", instanceId }));
    await store.commit(keys.map((name) => writeSet(1, { key: name, answer })));

    const misfits: Partial<WriteSet>[] = [
      { timerFired: "gone" },
      {},
      { effectFinished: { activityId: "gone", generation: 1 } },
      { answer },
      {},
    ];
    const outcomes = await store.commit(
      keys.map((name, index) => writeSet(2, { key: name, ...misfits[index] })),
    );

    expect(outcomes).toEqual(["timer", "committed", "effect", "eventId", "committed"]);
    const revisions = await Promise.all(
      keys.map(async (name) => (await store.load(name))?.record.revision),
    );
    expect(revisions).toEqual([1, 2, 1, 1, 2]);
  });
}

function testLeftOut(underTest: StoreUnderTest): void {
  // Everything a write set can change, so that whatever it leaves behind would show.
  const changes = {
    timersSet: [timerRecord({ timerId: "new" })],
    timersCancelled: ["kept"],
    effectsStarted: [effectRecord({ activityId: "new", generation: 2 })],
    effectsAbandoned: [{ activityId: "left", generation: 1 }],
    effectsDropped: [{ activityId: "dropped", generation: 1 }],
    timerFired: "fired",
    effectFinished: { activityId: "finished", generation: 1 },
    answer: { ...answer, eventId: "e-2" },
  };
  const misfits: readonly [string, Partial<WriteSet>][] = [
    [
      "revision",
      { instance: instanceRecord({ revision: 3 }), journal: journalEntry({ revision: 3 }) },
    ],
    ["timer", { timerFired: "gone" }],
    ["effect", { effectFinished: { activityId: "finished", generation: 2 } }],
    ["eventId", { answer: { ...answer, fingerprint: "sha256:2" } }],
  ];

  test.each(misfits)(
    "a write set that fails by %s leaves no trace, and the others commit",
    async (outcome, misfit) => {
      const { store } = await openBench(underTest);
      const activities = ["left", "dropped", "finished"];
      await store.commit([
        writeSet(1, {
          timersSet: ["kept", "fired"].map((timerId) => timerRecord({ timerId })),
          effectsStarted: activities.map((activityId) => effectRecord({ activityId })),
          answer,
        }),
      ]);
      const before = await contentsOf(store, key, ["e-1", "e-2"]);

      const outcomes = await store.commit([
        writeSet(1, { key: { saga: "order", instanceId: "before" } }),
        { ...writeSet(2, changes), ...misfit },
        writeSet(1, { key: other, timersSet: [timerRecord()] }),
      ]);

      expect(outcomes).toEqual(["committed", outcome, "committed"]);
      expect(await contentsOf(store, key, ["e-1", "e-2"])).toEqual(before);
      expect((await store.load({ saga: "order", instanceId: "before" }))?.record.revision).toBe(1);
      expect((await store.load(other))?.timers).toEqual([timerRecord()]);

      expect(await store.commit([writeSet(2, changes)])).toEqual(["committed"]);
    },
  );
}

function testMisuse(underTest: StoreUnderTest): void {
  test.each([0, -1, 1.5, Number.NaN])("revision %d is a bug of the caller", async (revision) => {
    const { store } = await openBench(underTest);

    await expect(store.commit([writeSet(1, { key: other }), writeSet(revision)])).rejects.toThrow(
      "counts from 1",
    );
    expect(await store.load(other)).toBeNull();
  });

  test("a journal entry of another revision is a bug of the caller", async () => {
    const { store } = await openBench(underTest);
    const broken = { ...writeSet(1), journal: journalEntry({ revision: 2 }) };

    await expect(store.commit([broken])).rejects.toThrow("journals 2");
  });

  test.each([
    ["abandons", { effectsAbandoned: [{ activityId: "gone", generation: 1 }] }],
    ["drops", { effectsDropped: [{ activityId: "gone", generation: 1 }] }],
  ])("a write set that %s an effect that never was is a bug of the caller", async (_, changes) => {
    const { store } = await openBench(underTest);

    const commit = store.commit([writeSet(1, { key: other }), writeSet(1, changes)]);

    await expect(commit).rejects.toThrow(`"gone"`);
    expect(await store.load(other)).toBeNull();
  });
}
