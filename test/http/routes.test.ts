/** Routes over HTTP: the one event of XState's that a client may send, and no other comes in beside it. */
import { expect, test } from "vitest";
import { setup } from "xstate";
import { activity, defineSaga } from "../../src/index.ts";
import { crashedCopy, databasePath, openWorld } from "../fixtures/world.ts";
import { get, post, serve } from "./booking.ts";

const machine = setup({
  types: { context: {} as { isOpen: boolean }, input: {} as { isOpen: boolean } },
  actors: { charge: activity<undefined, void>() },
  guards: { isOpen: ({ context }) => context.isOpen },
}).createMachine({
  id: "tour",
  context: ({ input }) => ({ isOpen: input.isOpen }),
  initial: "paying",
  states: {
    paying: {
      tags: "forward",
      invoke: { id: "charge", src: "charge", input: undefined, onDone: "paid", onError: "paid" },
    },
    waiting: { id: "waiting", route: {}, tags: "forward", after: { 60_000: "paid" } },
    office: { id: "office", route: { guard: "isOpen" }, tags: "forward" },
    paid: { type: "final", tags: "completed" },
  },
});

const saga = defineSaga({
  name: "tour",
  version: 1,
  machine,
  activities: { charge: () => new Promise<void>(() => {}) },
  compensations: { charge: null },
});

const T1 = "/sagas/tour/instances/t-1";
const schema = {
  type: "object",
  properties: { to: { type: "string", enum: ["#waiting", "#office"] } },
  required: ["to"],
  additionalProperties: false,
};

async function serveTour(isOpen: boolean) {
  const served = await serve({ sagas: [saga] });
  await post(served.app, "/sagas/tour/instances", { id: "t-1", input: { isOpen } });
  return served;
}

test("a client goes where the chart lets it, and the answer lists the places", async () => {
  const { app } = await serveTour(true);

  const before = await get(app, T1);
  const { status, body } = await post(app, `${T1}/events`, {
    type: "xstate.route",
    to: "#waiting",
  });

  expect(before.body["accepts"]).toEqual([{ type: "xstate.route", guarded: false, schema }]);
  expect([status, body["state"], body["activities"]]).toMatchObject([
    200,
    "waiting",
    [{ activityId: "charge", status: "abandoned" }],
  ]);
});

test("a guard that says no refuses it by its name", async () => {
  const { app } = await serveTour(false);

  const { status, body } = await post(app, `${T1}/events`, { type: "xstate.route", to: "#office" });

  expect(status).toBe(409);
  expect(body).toMatchObject({ code: "SAGA_EVENT_NOT_ACCEPTED", why: "guard", guards: ["isOpen"] });
});

test.each([
  [{ type: "xstate.route" }],
  [{ type: "xstate.route", to: "#paid" }],
  [{ type: "xstate.route", to: "waiting" }],
  [{ type: "xstate.route", to: ["#waiting"] }],
  [{ type: "xstate.route", to: "#waiting", output: 1 }],
  [{ type: "xstate.route.waiting", to: "#waiting" }],
  [{ type: "xstate.done.actor.charge", output: null, actorId: "charge" }],
  [{ type: "xstate.error.actor.charge", error: null }],
  [{ type: "xstate.init" }],
  [{ type: "xstate.stop" }],
])("%j is refused, and nothing moves", async (event) => {
  const { app } = await serveTour(true);

  const { status, body } = await post(app, `${T1}/events`, event);

  expect([status, body["code"]]).toEqual([400, "SAGA_EVENT_INVALID"]);
  expect((await get(app, T1)).body["revision"]).toBe(1);
});

test("a saga without routes declares no such event", async () => {
  const { app } = await serve();
  await post(app, "/sagas/booking/instances", { id: "b-1", input: { seats: 2 } });

  const event = { type: "xstate.route", to: "#booking.cancelled" };
  const { status, body } = await post(app, "/sagas/booking/instances/b-1/events", event);

  expect([status, body["code"]]).toEqual([400, "SAGA_EVENT_INVALID"]);
});

test("the contract has the event with its places", async () => {
  const { app } = await serveTour(true);

  const { body } = await get(app, "/openapi.json");

  expect(body).toMatchObject({
    components: {
      schemas: { "tour.Event.xstate.route": { properties: { to: schema.properties.to } } },
    },
  });
});

test("where a route led to is there after a crash, with its timer", async () => {
  const path = databasePath();
  const before = await openWorld(path, { sagas: [saga] });
  await before.runtime.start(saga, { instanceId: "t-1", input: { isOpen: true } });
  await before.runtime.send(saga, "t-1", { type: "xstate.route", to: "#waiting" });

  const after = await openWorld(crashedCopy(path), { sagas: [saga] });

  expect(await after.runtime.get(saga, "t-1")).toMatchObject({ state: "waiting", revision: 2 });
  expect((await after.runtime.get(saga, "t-1")).timers).toHaveLength(1);
});
