/** Retention: ended instances go after their time, with their families, on a real file, whenever the process dies. */
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { assign, setup } from "xstate";
import { createRuntime, defineSaga, openSqlite } from "../../src/index.ts";
import { RETENTION_MS_MIN, RETENTION_ROWS_MAX } from "../../src/runtime/retention.ts";
import { verify } from "../../src/store/sqlite/verify.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { crashedCopy, databasePath, openWorld } from "../fixtures/world.ts";
import type { World } from "../fixtures/world.ts";

const HOUR_MS = 3_600_000;

const item = setup({ types: { events: {} as { type: "PACKED" } } }).createMachine({
  id: "item",
  initial: "packing",
  states: {
    packing: { tags: "forward", on: { PACKED: "packed" } },
    packed: { type: "final", tags: "completed" },
  },
});

const parcelSaga = defineSaga({
  name: "parcel",
  version: 1,
  machine: setup({
    actors: { item },
    types: { events: {} as { type: "NOTE" } | { type: "SEND" } },
  }).createMachine({
    id: "parcel",
    initial: "open",
    states: {
      open: {
        tags: "forward",
        invoke: { id: "item", src: "item", onError: "lost" },
        on: { NOTE: { actions: assign({}) }, SEND: "sent" },
      },
      sent: { type: "final", tags: "completed" },
      lost: { type: "final", tags: "failed" },
    },
  }),
  activities: {},
});

const sagas = [parcelSaga];

/** A parcel with an item in it, sent. */
async function sendParcel({ runtime }: World, instanceId: string): Promise<void> {
  await runtime.start(parcelSaga, { instanceId, input: undefined, attributes: { of: "me" } });
  await runtime.send(parcelSaga, instanceId, { type: "NOTE" }, { eventId: `note-${instanceId}` });
  await runtime.send(parcelSaga, instanceId, { type: "SEND" });
}

test("an instance is kept for its time after its end, then it is gone with its children, and its id is free", async () => {
  const clock = new ManualClock();
  const path = databasePath();
  const world = await openWorld(path, { sagas, clock, retentionMs: HOUR_MS });
  const { runtime, told } = world;
  await sendParcel(world, "p-1");
  await runtime.start(parcelSaga, { instanceId: "p-2", input: undefined });

  await clock.advance(HOUR_MS - 1_000);
  const before = await runtime.get(parcelSaga, "p-1");
  await clock.advance(120_000);

  expect(before.phase).toBe("completed");
  await expect(runtime.get(parcelSaga, "p-1")).rejects.toThrow("has no instance");
  expect((await runtime.counts()).map(({ saga, instances }) => [saga, instances])).toEqual([
    ["parcel", 1],
    ["parcel.item", 1],
  ]);
  expect(told).toContainEqual({
    kind: "deleted",
    instances: 2,
    rows: expect.any(Number) as number,
  });
  const again = await runtime.start(parcelSaga, { instanceId: "p-1", input: undefined });
  expect(again).toMatchObject({ created: true, instance: { revision: 1 } });
});

test("without a retention nothing is deleted", async () => {
  const clock = new ManualClock();
  const world = await openWorld(databasePath(), { sagas, clock });
  await sendParcel(world, "p-1");

  await clock.advance(1_000 * HOUR_MS);

  expect((await world.runtime.get(parcelSaga, "p-1")).phase).toBe("completed");
});

test("whenever the process dies while it deletes, the file is whole and the next goes on to the same end", async () => {
  const clock = new ManualClock();
  const path = databasePath();
  // So many commits, of which nothing is lost but by the loss of power.
  const store = openSqlite(path, { durability: "relaxed" });
  const long = { runtime: await createRuntime({ store, sagas, clock }), told: [] };
  await long.runtime.start(parcelSaga, { instanceId: "long", input: undefined });
  // More than two transactions.
  for (let note = 0; note < 2 * RETENTION_ROWS_MAX + 200; note += 100) {
    const notes = Array.from({ length: 100 }, () =>
      long.runtime.send(parcelSaga, "long", { type: "NOTE" }),
    );
    await Promise.all(notes);
  }
  await long.runtime.send(parcelSaga, "long", { type: "SEND" });
  await sendParcel(long, "short");
  await clock.quiet();
  await long.runtime.close();
  await clock.advance(2 * HOUR_MS);

  const remains: string[] = [];
  const world = await openWorld(path, { sagas, clock, retentionMs: HOUR_MS });
  for (let turn = 0; turn < 8; turn += 1) {
    remains.push(crashedCopy(path));
    await clock.advance(10);
  }

  expect(findingsIn(path)).toEqual([]);
  expect(await world.runtime.counts()).toEqual([]);
  const entries = remains.map(entriesIn);
  expect(new Set(entries).size).toBeGreaterThan(3);
  for (const copy of remains) {
    expect(findingsIn(copy)).toEqual([]);
    const next = await openWorld(copy, { sagas, clock, retentionMs: HOUR_MS });
    await clock.advance(200);
    expect(await next.runtime.counts()).toEqual([]);
    expect(entriesIn(copy)).toBe(0);
    expect(next.told.filter(({ kind }) => kind === "quarantined")).toEqual([]);
    await next.runtime.close();
  }
});

test("what is freed is used again: the file does not grow while as many come as go", async () => {
  const clock = new ManualClock();
  const path = databasePath();
  const world = await openWorld(path, { sagas, clock, retentionMs: 10_000 });
  const sizes: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    const ids = Array.from({ length: 50 }, (_, index) => `p-${round}-${index}`);
    await Promise.all(ids.map((id) => sendParcel(world, id)));
    await clock.advance(20_000);
    sizes.push(pagesOf(path));
  }

  expect(sizes.at(-1)).toBeLessThanOrEqual(Number(sizes[1]));
});

test("a retention of less than a second is refused", async () => {
  const store = openSqlite(":memory:");

  await expect(createRuntime({ store, sagas, retentionMs: RETENTION_MS_MIN - 1 })).rejects.toThrow(
    "give at least 1000",
  );
  await store.close();
});

function inFile<Answer>(path: string, ask: (database: Database.Database) => Answer): Answer {
  const database = new Database(path);
  try {
    return ask(database);
  } finally {
    database.close();
  }
}

function findingsIn(path: string): readonly string[] {
  return inFile(path, (database) => verify(database).findings.map(({ text }) => text));
}

function entriesIn(path: string): number {
  const count = "SELECT count(*) FROM journal";
  return inFile(path, (database) => Number(database.prepare(count).pluck().get()));
}

function pagesOf(path: string): number {
  return inFile(path, (database) => Number(database.pragma("page_count", { simple: true })));
}
