/** Folds of all journals of a store, as it was left by a runtime. */
import { expect, onTestFinished, test } from "vitest";
import { sendParent, setup } from "xstate";
import { takeCensus } from "../../src/doctor/census.ts";
import { foldAll } from "../../src/doctor/folds.ts";
import type { FoldsOptions } from "../../src/doctor/folds.ts";
import { createRuntime, defineSaga, openSqlite } from "../../src/index.ts";
import type { AnySaga } from "../../src/index.ts";
import { DatabaseFile } from "../../src/store/sqlite/inspect.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { definePurchase } from "../fixtures/purchase.ts";
import { databasePath } from "../fixtures/world.ts";

const child = setup({}).createMachine({
  id: "child",
  initial: "working",
  states: {
    working: { tags: "forward", entry: sendParent({ type: "BEGUN" }), on: { END: "ended" } },
    ended: { type: "final", tags: "completed" },
  },
});

const parentSaga = defineSaga({
  name: "parent",
  version: 1,
  machine: setup({ actors: { child } }).createMachine({
    id: "parent",
    initial: "waiting",
    states: {
      waiting: {
        initial: "quiet",
        invoke: { id: "child", src: "child", onDone: "left", onError: "left" },
        on: { BEGUN: ".heard" },
        states: { quiet: { tags: "forward" }, heard: { tags: "forward" } },
      },
      left: { tags: "forward" },
    },
  }),
  activities: {},
});

/** The store of a runtime that has started `count` purchases and one parent with its child. */
async function storeOf(count: number) {
  const path = databasePath();
  const clock = new ManualClock();
  const purchase = definePurchase({ charge: () => Promise.resolve({ paymentId: "p-1" }) });
  const sagas: AnySaga[] = [purchase, parentSaga];
  const runtime = await createRuntime({ store: openSqlite(path), sagas, clock });
  for (let index = 0; index < count; index += 1) {
    await runtime.start(purchase, { instanceId: `b-${index}`, input: { cents: 7 } });
    await runtime.send(purchase, `b-${index}`, { type: "PAY" });
  }
  await runtime.start(parentSaga, { instanceId: "p-1", input: {} });
  await clock.quiet();
  await runtime.close();
  const file = new DatabaseFile(path);
  onTestFinished(() => file.close());
  const store = file.read();
  if (store === null) throw new Error("another schema");
  const options: FoldsOptions = {
    clock,
    isOver: () => false,
    signal: new AbortController().signal,
    onProgress: () => {},
  };
  return { store, sagas, options };
}

test("journals of parents, of children and of what ran activities lead to their snapshots", async () => {
  const { store, sagas, options } = await storeOf(3);

  const folds = await foldAll(store, sagas, options);

  expect(folds).toEqual({
    equal: 5,
    different: 0,
    differences: [],
    skipped: {},
    isComplete: true,
  });
});

test("what there is no chart of is counted, and when the time is over that is told", async () => {
  const { store, options } = await storeOf(2);
  let asked = 0;

  const alone = await foldAll(store, [parentSaga], options);
  const short = await foldAll(store, [parentSaga], { ...options, isOver: () => (asked += 1) > 1 });

  expect(alone).toMatchObject({
    equal: 2,
    skipped: { "no chart of its saga and version": 2 },
    isComplete: true,
  });
  expect(short).toMatchObject({ equal: 1, isComplete: false });
});

test("the census knows the children of sagas", async () => {
  const { store, sagas, options } = await storeOf(0);

  expect(await takeCensus(store, sagas, options)).toEqual({ instances: 2, cases: [] });
});
