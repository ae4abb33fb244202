/** Instances under charts that were changed: which can go on, and why the others cannot. */
import { onTestFinished, expect, test } from "vitest";
import { setup } from "xstate";
import { takeCensus } from "../../src/doctor/census.ts";
import type { Census } from "../../src/doctor/census.ts";
import { activity, createRuntime, defineSaga, openSqlite } from "../../src/index.ts";
import type { AnySaga } from "../../src/index.ts";
import { DatabaseFile } from "../../src/store/sqlite/inspect.ts";
import { databasePath } from "../fixtures/world.ts";

interface Shape {
  readonly state?: string;
  readonly timer?: string;
  readonly activityId?: string;
  readonly src?: string;
  readonly isWaiting?: boolean;
  readonly version?: number;
  readonly name?: string;
}

/** A saga that waits for an activity and a timer, or for a timer alone, with names as wanted. */
function parcel(shape: Shape = {}): AnySaga {
  const { state = "packing", timer = "patience", activityId = "pack", src = "pack" } = shape;
  const machine = setup({
    actors: { [src]: activity<object, void>() },
    delays: { [timer]: 60_000 },
  }).createMachine({
    id: "parcel",
    initial: state,
    states: {
      [state]: {
        tags: "forward",
        ...(shape.isWaiting !== true && {
          invoke: { id: activityId, src, input: {}, onDone: "packed", onError: "lost" },
        }),
        after: { [timer]: "lost" },
      },
      packed: { type: "final", tags: "completed" },
      lost: { type: "final", tags: "failed" },
    },
  });
  return defineSaga({
    name: shape.name ?? "parcel",
    version: shape.version ?? 1,
    machine,
    activities: { [src]: () => new Promise<void>(() => {}) },
  } as never);
}

/** What becomes of an instance of the one saga under the others. */
async function censusOf(before: AnySaga, after: readonly AnySaga[]): Promise<Census> {
  const path = databasePath();
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [before] });
  await runtime.start(before, { instanceId: "p-1", input: {} });
  await runtime.close({ graceMs: 0 });

  const file = new DatabaseFile(path);
  onTestFinished(() => file.close());
  const store = file.read();
  if (store === null) throw new Error("the file has another schema");
  const { signal } = new AbortController();
  return takeCensus(store, after, { signal, onProgress: () => {} });
}

test("an instance in quarantine is told as one that does not go on, and why", async () => {
  const path = databasePath();
  const store = openSqlite(path);
  const runtime = await createRuntime({ store, sagas: [parcel()] });
  await runtime.start(parcel(), { instanceId: "p-1", input: {} });
  const key = { saga: "parcel", instanceId: "p-1" };
  await store.quarantine(key, { kind: "damaged", reason: "its row is bent", atMs: 1 });
  await runtime.close({ graceMs: 0 });
  const file = new DatabaseFile(path);
  onTestFinished(() => file.close());

  const { signal } = new AbortController();
  const options = { signal, onProgress: () => {} };
  const { cases } = await takeCensus(file.read() as never, [parcel()], options);

  expect(cases).toMatchObject([
    {
      kind: "quarantined",
      isStranded: true,
      message: "is in quarantine (damaged): its row is bent",
      ids: ["p-1"],
    },
  ]);
});

test("an instance can go on with the chart that it was started with", async () => {
  expect(await censusOf(parcel(), [parcel()])).toEqual({ instances: 1, cases: [] });
});

test.each<[string, Shape, Shape[], readonly string[]]>([
  ["its saga is gone", {}, [{ name: "letter" }], ["saga-missing"]],
  ["its version is gone", {}, [{ version: 2 }], ["version-missing"]],
  ["its state has another name", {}, [{ state: "wrapping" }], ["snapshot-unreadable"]],
  ["its timer has another name", {}, [{ timer: "hurry" }], ["timer-unknown", "timer-missing"]],
  [
    "its activity has another id",
    {},
    [{ activityId: "wrap" }],
    ["activity-unknown", "activity-missing"],
  ],
  ["its activity has another name", {}, [{ src: "wrap" }], ["activity-unimplemented"]],
  ["its activity is not invoked any more", {}, [{ isWaiting: true }], ["activity-unknown"]],
  ["its state invokes an activity by now", { isWaiting: true }, [{}], ["activity-missing"]],
])("an instance is stranded if %s", async (_, before, after, kinds) => {
  const { cases } = await censusOf(parcel(before), after.map(parcel));

  expect(cases.map(({ kind }) => kind)).toEqual(kinds);
  expect(cases.every(({ isStranded }) => isStranded)).toBe(true);
  expect(cases[0]).toMatchObject({ saga: "parcel", version: 1, instances: 1, ids: ["p-1"] });
});

test("an older version beside the newer one keeps its instances", async () => {
  const { cases } = await censusOf(parcel(), [parcel(), parcel({ version: 2, state: "wrapping" })]);

  expect(cases).toEqual([]);
});
