/** The fold of a journal, on journals written by a runtime. */
import { expect, test } from "vitest";
import { sendParent, setup } from "xstate";
import { decodeSnapshot, encodeSnapshot } from "../../src/saga/snapshot.ts";
import { toChart } from "../../src/saga/chart.ts";
import { fold } from "../../src/saga/fold.ts";
import { start } from "../../src/saga/step.ts";
import { familyOf } from "../../src/saga/family.ts";
import { defineSaga, openSqlite } from "../../src/index.ts";
import type { AnySaga } from "../../src/index.ts";
import { toFoldEntry } from "../../src/runtime/operators/replay.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { BACKOFF_MS, definePurchase, TIMEOUT_MS } from "../fixtures/purchase.ts";
import { crashedCopy, databasePath, openWorld } from "../fixtures/world.ts";

/** A purchase that timed out, failed, was suspended, resumed, and then paid. */
async function livedThrough(path: string): Promise<{ saga: AnySaga }> {
  const clock = new ManualClock();
  const saga = definePurchase({
    charge: ({ attempt }) => {
      if (attempt === 1) return new Promise(() => {});
      return attempt === 2
        ? Promise.reject(new Error("503"))
        : Promise.resolve({ paymentId: "p-3" });
    },
  });
  const { runtime } = await openWorld(path, { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 7 } });
  await runtime.send(saga, "b-1", { type: "PAY" });
  await clock.advance(TIMEOUT_MS);
  await runtime.operate(saga, "b-1", { operation: "suspend", reason: "lunch" });
  await clock.advance(60 * TIMEOUT_MS);
  await runtime.operate(saga, "b-1", { operation: "resume", reason: "back" });
  await clock.advance(2 * BACKOFF_MS);
  return { saga };
}

async function read(path: string) {
  const store = openSqlite(crashedCopy(path));
  const key = { saga: "purchase", instanceId: "b-1" };
  const journal = await store.readJournal(key, { afterRevision: 0, limit: 100 });
  const stored = await store.load(key);
  await store.close();
  if (stored === null) throw new Error("not stored");
  return { entries: journal.map(toFoldEntry), record: stored.record };
}

test("the fold of a journal leads to the snapshot that is stored", async () => {
  const path = databasePath();
  const { saga } = await livedThrough(path);
  const { entries, record } = await read(path);
  const chart = toChart(saga);
  const first = entries[0] as (typeof entries)[0];
  const input = (first.event as { input?: unknown }).input;
  const begun = start(chart, input, { instanceId: "b-1", revision: 1, nowMs: first.atMs }).next;

  const folded = fold(chart, { instanceId: "b-1" }, begun, entries.slice(1));

  expect(record.phase).toBe("completed");
  expect(encodeSnapshot(chart, folded.snapshot, folded.visits)).toBe(record.snapshot);
  expect(decodeSnapshot(chart, record.snapshot).visits).toEqual(folded.visits);
});

test("a fold that comes out otherwise than recorded says at which revision", async () => {
  const path = databasePath();
  const { saga } = await livedThrough(path);
  const { entries } = await read(path);
  const chart = toChart(saga);
  const first = entries[0] as (typeof entries)[0];
  const input = (first.event as { input?: unknown }).input;
  const begun = start(chart, input, { instanceId: "b-1", revision: 1, nowMs: first.atMs }).next;
  const bent = (revision: number, over: object) =>
    entries.slice(1).map((entry) => (entry.revision === revision ? { ...entry, ...over } : entry));
  const refusal = (revision: number) =>
    expect.objectContaining({ code: "SAGA_JOURNAL_NOT_REPRODUCIBLE", details: { revision } });

  expect(() => fold(chart, { instanceId: "b-1" }, begun, bent(3, { stateAfter: "paid" }))).toThrow(
    refusal(3),
  );
  expect(() => fold(chart, { instanceId: "b-1" }, begun, bent(2, { phase: "stuck" }))).toThrow(
    refusal(2),
  );
  expect(() =>
    fold(chart, { instanceId: "b-1" }, begun, bent(2, { event: { type: "CANCEL" } })),
  ).toThrow(refusal(2));
  expect(() => fold(chart, { instanceId: "b-1" }, begun, bent(3, { source: "activity" }))).toThrow(
    refusal(3),
  );
});

const child = setup({}).createMachine({
  id: "child",
  initial: "working",
  states: {
    working: { tags: "forward", on: { SPEAK: { actions: sendParent({ type: "SPOKEN" }) } } },
  },
});

const parent = setup({ actors: { child } }).createMachine({
  id: "parent",
  initial: "waiting",
  states: {
    waiting: {
      tags: "forward",
      invoke: { id: "child", src: "child", onDone: "left", onError: "left" },
      on: { LEAVE: "left" },
    },
    left: { tags: "forward" },
  },
});

const parentSaga = defineSaga({ name: "parent", version: 1, machine: parent, activities: {} });

const told = { atMs: 1, verdict: "applied", operation: null, phase: "forward" } as const;

test("a child speaks to its parent in a fold as well", () => {
  const chart = toChart(familyOf(parentSaga)[1] as AnySaga);
  const name = { instanceId: "p-1/child", childId: "child" };
  const begun = start(chart, undefined, { ...name, revision: 1, nowMs: 0 }).next;
  const event = { type: "SPEAK" };
  const entry = { ...told, revision: 2, source: "message", event, stateAfter: "working" };

  expect(fold(chart, name, begun, [entry]).snapshot.value).toBe("working");
});

test("the end of a child that the chart has left is folded and changes nothing", () => {
  const chart = toChart(parentSaga);
  const name = { instanceId: "p-1" };
  const begun = start(chart, undefined, { ...name, revision: 1, nowMs: 0 }).next;
  const done = { type: "xstate.done.actor.child", output: undefined, actorId: "child" };
  const leave = { ...told, revision: 2, source: "client", event: { type: "LEAVE" } };
  const news = { ...told, revision: 3, source: "child", event: done };
  const entries = [leave, news].map((entry) => ({ ...entry, stateAfter: "left" }));

  expect(fold(chart, name, begun, entries).snapshot.value).toBe("left");
});

test("an action that was performed after it had failed is folded and changes nothing", () => {
  const chart = toChart(parentSaga);
  const name = { instanceId: "p-1" };
  const begun = start(chart, undefined, { ...name, revision: 1, nowMs: 0 }).next;
  const acted = { ...told, source: "action", event: { type: "tell" }, stateAfter: "waiting" };
  const failed = { ...acted, revision: 2, verdict: "failed", phase: "stuck" } as const;

  expect(fold(chart, name, begun, [failed, { ...acted, revision: 3 }]).snapshot.value).toBe(
    "waiting",
  );
});
