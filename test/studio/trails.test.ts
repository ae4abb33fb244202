/** Trails: the edges that an instance took, by what its steps did, and what it was at each moment. */
import { expect, test } from "vitest";
import { assign, setup } from "xstate";
import { toChartModel } from "../../src/draw/model.ts";
import { createRuntime, defineSaga, openSqlite } from "../../src/index.ts";
import type { Runtime } from "../../src/index.ts";
import { Trails } from "../../src/studio/trails.ts";
import { get, post, serve } from "../http/booking.ts";

const machine = setup({
  types: {
    context: {} as { tries: number },
    events: {} as { type: "GO"; far: boolean } | { type: "NOTE" } | { type: "NEVER" },
  },
  actions: { count: assign({ tries: ({ context }) => context.tries + 1 }) },
  guards: { isFar: ({ event }) => event.type === "GO" && event.far },
}).createMachine({
  id: "way",
  context: { tries: 0 },
  initial: "here",
  states: {
    here: {
      tags: "forward",
      on: {
        GO: [{ guard: "isFar", target: "between" }, { target: "there" }],
        NOTE: {},
        NEVER: "there",
      },
    },
    between: { tags: "forward", always: "there" },
    there: {
      tags: "forward",
      after: { 60_000: "end" },
      on: { NOTE: { actions: "count" } },
    },
    end: { type: "final", tags: "completed" },
  },
});

const saga = defineSaga({ name: "way", version: 1, machine, activities: {} });

async function open(): Promise<Runtime> {
  return createRuntime({ store: openSqlite(":memory:"), sagas: [saga] });
}

const key = { saga: "way", instanceId: "w-1" };

test("a trail has the branch that was taken and the states that were passed through, by the ids of the model", async () => {
  const runtime = await open();
  await runtime.start(saga, { instanceId: "w-1", input: undefined });
  await runtime.send(saga, "w-1", { type: "GO", far: true });
  await runtime.send(saga, "w-1", { type: "NOTE" });

  const trail = await new Trails(runtime).of(key);
  await runtime.close({ graceMs: 0 });

  expect(trail).toEqual([
    { revision: 1, edges: [] },
    { revision: 2, edges: ["way.here|GO|0", "way.between||0"] },
    { revision: 3, edges: ["way.there|NOTE|0"] },
  ]);
  const ids = new Set(toChartModel(machine).edges.map(({ id }) => id));
  expect(trail.flatMap(({ edges }) => edges).filter((id) => !ids.has(id))).toEqual([]);
});

test("a trail goes on where it ended, and repeats of an edge count each time", async () => {
  const runtime = await open();
  const trails = new Trails(runtime);
  await runtime.start(saga, { instanceId: "w-1", input: undefined });
  await runtime.send(saga, "w-1", { type: "GO", far: false });

  const first = [...(await trails.of(key))];
  await runtime.send(saga, "w-1", { type: "NOTE" });
  await runtime.send(saga, "w-1", { type: "NOTE" });
  const [second, third] = await Promise.all([trails.of(key), trails.of(key)]);
  await runtime.close({ graceMs: 0 });

  expect(first.map(({ edges }) => edges)).toEqual([[], ["way.here|GO|1"]]);
  expect(second.map(({ edges }) => edges)).toEqual([
    [],
    ["way.here|GO|1"],
    ["way.there|NOTE|0"],
    ["way.there|NOTE|0"],
  ]);
  expect(third).toEqual(second);
});

test("a moment is what the instance was then, and takes what it took then", async () => {
  const { app } = await serve({ sagas: [saga] });
  await post(app, "/sagas/way/instances", { id: "w-1" });
  await post(app, "/sagas/way/instances/w-1/events", { type: "GO", far: true });

  const [first, second, none] = await Promise.all(
    [1, 2, 3].map((revision) => get(app, `/studio/api/moments/way/w-1/${revision}`)),
  );

  expect(first?.body).toMatchObject({ state: "here", contextBefore: null, context: { tries: 0 } });
  expect(
    (first?.body["accepts"] as { type: string }[] | undefined)?.map(({ type }) => type),
  ).toEqual(["GO", "NEVER"]);
  expect(second?.body).toMatchObject({ state: "there", contextBefore: { tries: 0 } });
  expect(none?.body["code"]).toBe("SAGA_OPERATION_NOT_POSSIBLE");
});

test.each(["x", "-1", "1.5"])("the revision %s is refused", async (revision) => {
  const { app } = await serve({ sagas: [saga] });
  await post(app, "/sagas/way/instances", { id: "w-1" });

  const { status } = await get(app, `/studio/api/moments/way/w-1/${revision}`);

  expect(status).toBe(400);
});

test("a child is replayed under the name that its parent has for it", async () => {
  const child = setup({ types: { context: {} as { me: string } } }).createMachine({
    id: "child",
    context: ({ self }) => ({ me: self.id }),
    initial: "waiting",
    states: {
      waiting: { tags: "forward", on: { GO: "gone" } },
      gone: { type: "final", tags: "completed" },
    },
  });
  const parent = setup({ actors: { child } }).createMachine({
    id: "parent",
    initial: "open",
    states: {
      open: {
        tags: "forward",
        invoke: { id: "kid", src: "child", onDone: "shut", onError: "shut" },
      },
      shut: { type: "final", tags: "completed" },
    },
  });
  const family = defineSaga({ name: "parent", version: 1, machine: parent, activities: {} });
  const runtime = await createRuntime({ store: openSqlite(":memory:"), sagas: [family] });
  await runtime.start(family, { instanceId: "p-1", input: undefined });

  const kid = { saga: "parent.child", instanceId: "p-1/kid" };
  const moment = await new Trails(runtime).at({ ...kid, revision: 1 });
  await runtime.close({ graceMs: 0 });

  expect(moment?.now.standing.snapshot.context).toEqual({ me: "kid" });
});
