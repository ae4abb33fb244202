/** Claims about what is kept and read back: answers, the journal, names and texts of any kind. */
import { describe, expect, test } from "vitest";
import type { InstanceKey } from "../store/store.ts";
import {
  effectRecord,
  instanceRecord,
  journalEntry,
  key,
  timerRecord,
  writeSet,
} from "./store-records.ts";
import { openBench, type StoreUnderTest } from "./store-suite-bench.ts";

const other: InstanceKey = { saga: "order", instanceId: "o-2" };
const answer = { eventId: "e-1", fingerprint: "sha256:1", answer: `{"status":200}` };

export function testHistory(underTest: StoreUnderTest): void {
  describe("answers", () => {
    testAnswers(underTest);
  });
  describe("journal", () => {
    testJournal(underTest);
  });
  describe("names and texts", () => {
    testTexts(underTest);
  });
}

function testAnswers(underTest: StoreUnderTest): void {
  test("an answer is found under its instance and event id", async () => {
    const { store } = await openBench(underTest);

    await store.commit([writeSet(1, { answer }), writeSet(1, { key: other })]);

    expect(await store.findAnswer(key, "e-1")).toEqual(answer);
    expect(await store.findAnswer(key, "e-2")).toBeNull();
    expect(await store.findAnswer(other, "e-1")).toBeNull();
  });

  test("an event id is used once for each instance", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1, { answer }), writeSet(1, { key: other })]);

    const outcomes = await store.commit([
      writeSet(2, { answer: { ...answer, answer: "another" } }),
      writeSet(2, { key: other, answer: { ...answer, answer: "of o-2" } }),
    ]);

    expect(outcomes).toEqual(["eventId", "committed"]);
    expect(await store.findAnswer(key, "e-1")).toEqual(answer);
    expect(await store.findAnswer(other, "e-1")).toEqual({ ...answer, answer: "of o-2" });
  });
}

function testJournal(underTest: StoreUnderTest): void {
  test("an entry comes back with all that it says", async () => {
    const { store } = await openBench(underTest);
    const entry = journalEntry({
      source: "operator",
      eventId: "e-1",
      phase: "compensating",
      effects: `[{"type":"timer"}]`,
      verdict: "late",
    });

    await store.commit([{ ...writeSet(1), journal: entry }]);

    expect(await store.readJournal(key, { afterRevision: 0, limit: 1 })).toEqual([entry]);
  });

  test("the journal is read in pages, in order, of one instance", async () => {
    const { store } = await openBench(underTest);
    for (let revision = 1; revision <= 5; revision++) {
      await store.commit([writeSet(revision), writeSet(revision, { key: other })]);
    }

    const read = async (afterRevision: number, limit: number) =>
      (await store.readJournal(key, { afterRevision, limit })).map((entry) => entry.revision);

    expect(await read(0, 2)).toEqual([1, 2]);
    expect(await read(2, 2)).toEqual([3, 4]);
    expect(await read(4, 2)).toEqual([5]);
    expect(await read(5, 2)).toEqual([]);
    expect(await read(0, 0)).toEqual([]);
  });
}

function testTexts(underTest: StoreUnderTest): void {
  const long = "x".repeat(2_000);

  test("any text is a name, and names that look alike are different", async () => {
    const { store } = await openBench(underTest);
    const ids = ["größe", "gro\u0308ße", "Größe", "o'1\"; --", "🚚 1", " ", "a\nb", "%", "_", long];
    const keys = ids.map((instanceId) => ({ saga: "bestellung-№1", instanceId }));

    await store.commit(keys.map((name) => writeSet(1, { key: name })));

    const found = await Promise.all(keys.map(async (name) => (await store.load(name))?.record));
    expect(found).toEqual(keys.map((name) => instanceRecord(name)));
  });

  test("the same instance id under another saga is another instance", async () => {
    const { store } = await openBench(underTest);
    await store.commit([writeSet(1)]);

    expect(await store.load({ saga: "booking", instanceId: key.instanceId })).toBeNull();
    expect(
      await store.commit([writeSet(1, { key: { saga: "booking", instanceId: key.instanceId } })]),
    ).toEqual(["committed"]);
  });

  test("texts come back as they were", async () => {
    const { store } = await openBench(underTest);
    const text = JSON.stringify({
      text: "quote \" \\ ' \u2028 日本語 🚚",
      long: "é".repeat(100_000),
    });
    const record = instanceRecord({ snapshot: text, attributes: { "": text }, tags: [text] });
    const effects = [effectRecord({ activityId: `0.${long}`, input: text })];
    const timers = [timerRecord({ timerId: long, event: text })];

    await store.commit([
      { ...writeSet(1, { effectsStarted: effects, timersSet: timers }), instance: record },
    ]);

    expect(await store.load(key)).toMatchObject({ record, timers, effects });
  });
}
