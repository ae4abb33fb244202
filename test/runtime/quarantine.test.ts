/** Instances that cannot be trusted, or not be read: they stay where they are, and the others go on. */
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { setup } from "xstate";
import { activity, defineSaga } from "../../src/index.ts";
import type { Runtime } from "../../src/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { databasePath, openWorld } from "../fixtures/world.ts";
import type { World } from "../fixtures/world.ts";

const DELAY_MS = 1_000;
const reason = "it was looked at";
const release = { operation: "release", reason, by: "ann" } as const;
const quarantined = expect.objectContaining({ code: "SAGA_INSTANCE_QUARANTINED" });
const notPossible = expect.objectContaining({ code: "SAGA_OPERATION_NOT_POSSIBLE" });

/** Waits for a second, or for GO, and then ships. In another chart the state of waiting has another name. */
function defineParcel(waiting = "waiting", shipped: string[] = []) {
  const machine = setup({
    types: { events: {} as { type: "GO" } },
    actors: { ship: activity<object, void>() },
  }).createMachine({
    id: "parcel",
    initial: waiting,
    states: {
      [waiting]: { tags: "forward", on: { GO: "shipping" }, after: { [DELAY_MS]: "shipping" } },
      shipping: {
        tags: "forward",
        invoke: { id: "ship", src: "ship", input: {}, onDone: "done", onError: "failed" },
      },
      failed: { type: "final", tags: "failed" },
      done: { type: "final", tags: "completed" },
    },
  });
  return defineSaga({
    name: "parcel",
    version: 1,
    machine,
    activities: {
      ship: ({ idempotencyKey }) => {
        shipped.push(idempotencyKey);
        return Promise.resolve();
      },
    },
    compensations: { ship: null },
  });
}

const damages = {
  "its snapshot": "UPDATE instances SET snapshot = replace(snapshot, 'waiting', 'waitinh')",
  "its phase": "UPDATE instances SET phase = 'forwarb'",
  "its tags, which are no JSON any more": "UPDATE instances SET tags = '{['",
  "its journal": "UPDATE journal SET event = event || ' '",
  "the end of its journal": "DELETE FROM journal",
  "the due time of a timer": "UPDATE timers SET due_at_ms = due_at_ms - 1000",
  "the event of a timer": "UPDATE timers SET event = replace(event, 'xstate', 'xstatf')",
};

test.each(Object.entries(damages))(
  "an instance with damage of %s is never moved, and the others go on",
  async (_, damage) => {
    const shipped: string[] = [];
    const saga = defineParcel("waiting", shipped);
    const { world, clock } = await reopened(saga, (change) => change(damage));

    await clock.advance(2 * DELAY_MS);

    const { runtime, told } = world;
    await expect(runtime.send(saga, "p-1", { type: "GO" })).rejects.toThrow(quarantined);
    expect(await runtime.get(saga, "p-1")).toMatchObject({
      state: "waiting",
      quarantined: { kind: "damaged" },
      accepts: [],
    });
    expect(await runtime.get(saga, "p-2")).toMatchObject({ state: "done", quarantined: null });
    expect(shipped).toEqual([expect.stringContaining("p-2")]);
    expect(told.filter(({ kind }) => kind === "quarantined")).toMatchObject([
      { saga: "parcel", instanceId: "p-1", why: "damaged" },
    ]);
    expect(await foundIds(runtime, true)).toEqual(["p-1"]);
    expect(runtime.warnings()).toMatchObject([{ code: "quarantined", count: 1 }]);
  },
);

test("of many timers that are due together those of damaged instances alone do not fire", async () => {
  const saga = defineParcel();
  const path = databasePath();
  const clock = new ManualClock();
  const ids = Array.from({ length: 30 }, (_, index) => `p-${index}`);
  const before = await openWorld(path, { sagas: [saga], clock });
  await Promise.all(ids.map((instanceId) => before.runtime.start(saga, { instanceId, input: {} })));
  await before.runtime.close();
  const damaged = ["p-0", "p-11", "p-12", "p-29"];
  const client = new Database(path);
  const [first, ...others] = damaged.map((id) => `WHERE instance_id = '${id}'`);
  client.exec(`UPDATE instances SET snapshot = snapshot || ' ' ${first}`);
  for (const which of others) {
    client.exec(
      `UPDATE journal SET event = '{}' WHERE instance = (SELECT key FROM instances ${which})`,
    );
  }
  client.close();

  const { runtime, told } = await openWorld(path, { sagas: [saga], clock });
  await clock.advance(2 * DELAY_MS);

  expect((await foundIds(runtime, true)).toSorted()).toEqual(damaged);
  const views = await Promise.all(ids.map((id) => runtime.get(saga, id)));
  expect(views.filter(({ state }) => state === "done")).toHaveLength(ids.length - damaged.length);
  expect(told.filter(({ kind }) => kind === "quarantined")).toHaveLength(damaged.length);
});

test("an activity whose input is damaged is not performed", async () => {
  const shipped: string[] = [];
  const saga = defineParcel("waiting", shipped);
  const { world, clock } = await reopened(
    saga,
    (change) => change("UPDATE outbox SET input = '[]', owner = NULL, lease_until_ms = NULL"),
    "never",
  );

  await clock.advance(60_000);

  expect(shipped.filter((key) => key.includes("p-1"))).toEqual([]);
  expect(await world.runtime.get(saga, "p-1")).toMatchObject({
    state: "shipping",
    quarantined: { kind: "damaged", reason: `activity "ship" is not as it was written` },
  });
});

test("a damaged instance comes out by force alone, as its rows are then, and goes on", async () => {
  const saga = defineParcel();
  const { world, clock } = await reopened(saga, (change) =>
    change("UPDATE timers SET due_at_ms = due_at_ms + 1000"),
  );
  const { runtime } = world;
  await expect(runtime.send(saga, "p-1", { type: "GO" })).rejects.toThrow(quarantined);

  await expect(runtime.operate(saga, "p-1", release)).rejects.toThrow(notPossible);
  const { instance } = await runtime.operate(saga, "p-1", { ...release, force: true });
  await clock.advance(2 * DELAY_MS);

  expect(instance).toMatchObject({ state: "waiting", quarantined: null });
  expect(await runtime.get(saga, "p-1")).toMatchObject({ state: "done" });
  const journal = await runtime.journal(saga, "p-1");
  expect(journal.map(({ operation }) => operation)).toContainEqual({
    operation: "release",
    by: "ann",
    reason,
  });
  expect(runtime.warnings()).toEqual([]);
  expect(world.told.filter(({ kind }) => kind === "released")).toEqual([
    { kind: "released", saga: "parcel", instanceId: "p-1" },
  ]);
});

test("an instance that is in no quarantine cannot be let out of it", async () => {
  const saga = defineParcel();
  const { world } = await reopened(saga, () => {});

  await expect(world.runtime.operate(saga, "p-1", release)).rejects.toThrow(notPossible);
});

test("an instance whose chart was changed stays where it is, and goes on when its chart is back", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const [right, wrong] = [defineParcel(), defineParcel("resting")];
  await startOne(path, right, clock);

  const changed = await openWorld(path, { sagas: [wrong], clock });
  await clock.advance(2 * DELAY_MS);
  const held = await changed.runtime.get(wrong, "p-1");
  await expect(changed.runtime.operate(wrong, "p-1", release)).rejects.toThrow(notPossible);
  await changed.runtime.start(wrong, { instanceId: "p-9", input: {} });
  const other = await changed.runtime.get(wrong, "p-9");
  await changed.runtime.close();
  const back = await openWorld(path, { sagas: [right], clock });
  await clock.advance(0);

  expect(held).toMatchObject({ state: "waiting", quarantined: { kind: "unreadable" } });
  expect(other).toMatchObject({ state: "resting" });
  expect(await back.runtime.get(right, "p-1")).toMatchObject({ state: "done", quarantined: null });
});

test("an instance whose version is not registered waits for it, and the others go on", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const saga = defineParcel();
  await startOne(path, saga, clock);
  const next = { ...defineParcel(), version: 2 };

  const without = await openWorld(path, { sagas: [next], clock });
  await without.runtime.start(next, { instanceId: "p-2", input: {} });
  await clock.advance(2 * DELAY_MS);
  const other = await without.runtime.get(next, "p-2");
  await without.runtime.close();
  const both = await openWorld(path, { sagas: [saga, next], clock });
  await clock.advance(0);

  expect(other).toMatchObject({ state: "done" });
  expect(await both.runtime.get(saga, "p-1")).toMatchObject({ state: "done", version: 1 });
});

/** A file with the instance p-1, which is damaged while nobody has it open; then p-2 is started. */
async function reopened(
  saga: ReturnType<typeof defineParcel>,
  damage: (change: (sql: string) => void) => void,
  ship: "at once" | "never" = "at once",
): Promise<{ world: World; clock: ManualClock }> {
  const path = databasePath();
  const clock = new ManualClock();
  const never = ship === "never" ? { ship: () => new Promise<void>(() => {}) } : {};
  const before = { ...saga, activities: { ...saga.activities, ...never } };
  await startOne(path, before, clock, ship === "never");
  const client = new Database(path);
  damage((sql) => client.exec(sql));
  client.close();
  const world = await openWorld(path, { sagas: [saga], clock });
  await world.runtime.start(saga, { instanceId: "p-2", input: {} });
  return { world, clock };
}

async function startOne(
  path: string,
  saga: ReturnType<typeof defineParcel>,
  clock: ManualClock,
  goes = false,
): Promise<void> {
  const { runtime } = await openWorld(path, { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "p-1", input: {} });
  if (goes) await runtime.send(saga, "p-1", { type: "GO" });
  await runtime.close({ graceMs: 0 });
}

async function foundIds(runtime: Runtime, isQuarantined: boolean): Promise<readonly string[]> {
  const { items } = await runtime.search({ quarantined: isQuarantined });
  return items.map(({ id }) => id);
}
