/** Instances that are asked for at one time are loaded together; each as if it were by itself. */
import { expect, test } from "vitest";
import { LOADED_TOGETHER_MAX, Together } from "../../src/runtime/together.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { writeSet } from "../../src/testing/store-records.ts";
import { createRuntime } from "../../src/index.ts";
import type { Store } from "../../src/store/store.ts";
import { databasePath } from "../fixtures/world.ts";
import { definePurchase, PATIENCE_MS } from "../fixtures/purchase.ts";

const keyOf = (index: number) => ({ saga: "order", instanceId: `o-${index}` });

/** A store that tells how many instances each call loads. */
function counted(store: Store): { store: Store; loads: number[] } {
  const loads: number[] = [];
  const watched = new Proxy(store, {
    get(target, name) {
      const verb: unknown = Reflect.get(target, name);
      if (typeof verb !== "function") return verb;
      return (...given: unknown[]): unknown => {
        if (name === "load") loads.push(1);
        if (name === "loadMany") loads.push((given[0] as readonly unknown[]).length);
        return Reflect.apply(verb, target, given) as unknown;
      };
    },
  });
  return { store: watched, loads };
}

test("what is asked for at one time is loaded by one call, what is asked for alone by itself", async () => {
  const { store, loads } = counted(openSqlite(":memory:"));
  await store.commit([1, 2, 3].map((index) => writeSet(1, { key: keyOf(index) })));
  const together = new Together(store);

  const many = await Promise.all([3, 9, 1].map((index) => together.load(keyOf(index))));
  const one = await together.load(keyOf(2));

  expect(many.map((stored) => stored?.record.instanceId)).toEqual(["o-3", undefined, "o-1"]);
  expect(one?.record.instanceId).toBe("o-2");
  expect(loads).toEqual([3, 1]);
  await store.close();
});

test("one call loads no more than the limit", async () => {
  const { store, loads } = counted(openSqlite(":memory:"));
  const together = new Together(store);

  const asked = Array.from({ length: LOADED_TOGETHER_MAX + 2 }, (_, index) => index);
  const found = await Promise.all(asked.map((index) => together.load(keyOf(index))));

  expect(found).toEqual(asked.map(() => null));
  expect(loads).toEqual([LOADED_TOGETHER_MAX, 2]);
  await store.close();
});

test("a load that fails fails for all who asked, and the next is made", async () => {
  const store = openSqlite(":memory:");
  const failing = { ...counted(store), fails: true };
  const together = new Together({
    load: (key) => failing.store.load(key),
    loadMany: (keys) =>
      failing.fails ? Promise.reject(new Error("no")) : failing.store.loadMany(keys),
  });

  const first = await Promise.allSettled([1, 2].map((index) => together.load(keyOf(index))));
  failing.fails = false;
  const second = await Promise.all([1, 2].map((index) => together.load(keyOf(index))));

  expect(first.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(second).toEqual([null, null]);
  await store.close();
});

test("instances whose timers are due together are loaded together", async () => {
  const saga = definePurchase({});
  const path = databasePath();
  const clock = new ManualClock();
  const ids = Array.from({ length: 20 }, (_, index) => `p-${index}`);
  const before = await createRuntime({ store: openSqlite(path), sagas: [saga], clock });
  await Promise.all(
    ids.map((instanceId) => before.start(saga, { instanceId, input: { cents: 1 } })),
  );
  await before.close();
  const { store, loads } = counted(openSqlite(path));
  const runtime = await createRuntime({ store, sagas: [saga], clock });

  await clock.advance(PATIENCE_MS);

  expect(loads).toEqual([ids.length]);
  for (const id of ids) expect((await runtime.get(saga, id)).state).toBe("forgotten");
  await runtime.close();
});

test("an instance that is looked at while it is read to be moved is the same to all who asked", async () => {
  const saga = definePurchase({ charge: () => Promise.reject(new Error("declined")) });
  const path = databasePath();
  const clock = new ManualClock();
  const before = await createRuntime({ store: openSqlite(path), sagas: [saga], clock });
  await before.start(saga, { instanceId: "p-1", input: { cents: 1 } });
  await before.send(saga, "p-1", { type: "PAY" });
  await clock.quiet();
  await before.close();
  const { store, loads } = counted(openSqlite(path));
  const runtime = await createRuntime({ store, sagas: [saga], clock });

  const [first, moved, second] = await Promise.all([
    runtime.get(saga, "p-1"),
    runtime.send(saga, "p-1", { type: "CANCEL" }),
    runtime.get(saga, "p-1"),
  ]);

  expect(loads).toEqual([3]);
  expect([first.revision, moved.revision, second.revision]).toEqual([3, 4, 3]);
  expect((await runtime.get(saga, "p-1")).quarantined).toBeNull();
  await runtime.close();
});
