/** Forks of long journals: how far they are followed, and that everybody else has his turn meanwhile. */
import { expect, test } from "vitest";
import { assign, setup } from "xstate";
import { defineSaga, openSqlite } from "../../src/index.ts";
import { FOLD_PAGE, FORK_ENTRIES_MAX } from "../../src/runtime/operators/replay.ts";
import { writeSet } from "../../src/testing/store-records.ts";
import { databasePath, openWorld } from "../fixtures/world.ts";

const machine = setup({
  types: { context: {} as { count: number }, events: {} as { type: "TICK" } },
  actions: { count: assign({ count: ({ context }) => context.count + 1 }) },
}).createMachine({
  id: "counter",
  context: { count: 0 },
  initial: "counting",
  states: { counting: { tags: "forward", on: { TICK: { actions: "count" } } } },
});
const saga = defineSaga({ name: "counter", version: 1, machine, activities: {} });
const reason = "count again";
const key = { saga: "counter", instanceId: "c-1" };

/** A file with an instance that has ticked until it is at `revision`. */
async function ticked(revision: number): Promise<string> {
  const path = databasePath();
  const { runtime } = await openWorld(path, { sagas: [saga] });
  await runtime.start(saga, { instanceId: "c-1", input: undefined });
  await runtime.send(saga, "c-1", { type: "TICK" });
  await runtime.close();

  // All later ones are alike, and in one transaction.
  const store = openSqlite(path);
  const stored = await store.load(key);
  const [, tick] = await store.readJournal(key, { afterRevision: 0, limit: 2 });
  if (stored === null || tick === undefined) throw new Error("the counter has not ticked");
  const ticks = Array.from({ length: revision - 2 }, (_, index) => ({
    ...writeSet(index + 3),
    instance: { ...stored.record, revision: index + 3 },
    journal: { ...tick, revision: index + 3 },
  }));
  await store.commit(ticks);
  await store.close();
  return path;
}

test(`a fork follows ${FORK_ENTRIES_MAX} entries and no more, and gives everybody else a turn after each ${FOLD_PAGE}`, async () => {
  const path = await ticked(FORK_ENTRIES_MAX + 1);
  const { runtime } = await openWorld(path, { sagas: [saga] });
  let [turns, isOver] = [0, false];
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);

  const { instance } = await runtime.fork(saga, "c-1", {
    fromRevision: FORK_ENTRIES_MAX,
    instanceId: "c-2",
    reason,
  });
  isOver = true;
  const tooLong = runtime.fork(saga, "c-1", { fromRevision: FORK_ENTRIES_MAX + 1, reason });

  expect(instance.context).toEqual({ count: FORK_ENTRIES_MAX - 1 });
  expect(turns).toBeGreaterThanOrEqual(FORK_ENTRIES_MAX / FOLD_PAGE);
  await expect(tooLong).rejects.toMatchObject({
    code: "SAGA_OPERATION_NOT_POSSIBLE",
    message: expect.stringContaining(`more than ${FORK_ENTRIES_MAX} entries`),
  });
});

test("what others ask for while a long journal is folded is answered before the fork is", async () => {
  const { runtime } = await openWorld(await ticked(20 * FOLD_PAGE + 1), { sagas: [saga] });
  const order: string[] = [];

  const forked = runtime
    .fork(saga, "c-1", { fromRevision: 20 * FOLD_PAGE, instanceId: "c-2", reason })
    .then(() => order.push("fork"));
  const others = Promise.all(
    ["c-3", "c-4"].map((instanceId) =>
      runtime.start(saga, { instanceId, input: undefined }).then(() => order.push(instanceId)),
    ),
  );
  await Promise.all([forked, others]);

  expect(order).toEqual(["c-3", "c-4", "fork"]);
});
