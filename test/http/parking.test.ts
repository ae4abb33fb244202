/** Early events over HTTP. */
import { expect, test } from "vitest";
import { PARKED_EVENTS_MAX } from "../../src/runtime/decisions/park.ts";
import { defineDesk } from "../fixtures/desk.ts";
import { get, post, serve } from "./booking.ts";

const DESKS = "/sagas/desk/instances";
const D1 = `${DESKS}/d-1`;
const item = { type: "ITEM", n: 1 };

async function serveDesk() {
  const served = await serve({ sagas: [defineDesk()] });
  await post(served.app, DESKS, { id: "d-1" });
  return served;
}

test("an early event that is parked is answered with 202, and the same under its key again", async () => {
  const { app } = await serveDesk();
  const headers = { "idempotency-key": "e-1" };

  const first = await post(app, `${D1}/events`, item, headers);
  const again = await post(app, `${D1}/events`, item, headers);
  const looked = await get(app, D1);

  const parkedEvents = [{ event: "ITEM", eventId: "e-1", at: "2026-01-01T00:00:00.000Z" }];
  expect(first).toMatchObject({
    status: 202,
    body: { parked: true, state: "closed", parkedEvents },
  });
  expect(again).toMatchObject({ status: 202, body: first.body });
  expect(again.headers).toMatchObject({ "idempotency-replayed": "true" });
  expect(looked).toMatchObject({ status: 200, body: { parkedEvents } });
  expect(looked.body).not.toHaveProperty("parked");
});

test("an event that a state takes is not answered as parked", async () => {
  const { app, clock } = await serveDesk();
  await post(app, `${D1}/events`, item);

  const opened = await post(app, `${D1}/events`, { type: "OPEN" });
  await clock.quiet();
  const taken = await post(app, `${D1}/events`, { type: "ITEM", n: 2 });

  expect([opened.status, taken.status]).toEqual([200, 200]);
  expect(taken.body).toMatchObject({ context: { taken: [1, 2] }, parkedEvents: [] });
  expect(taken.body).not.toHaveProperty("parked");
});

test("one event too many is told to come again", async () => {
  const { app } = await serveDesk();
  for (let n = 0; n < PARKED_EVENTS_MAX; n += 1) await post(app, `${D1}/events`, item);

  const more = await post(app, `${D1}/events`, item);

  expect(more).toMatchObject({ status: 429, body: { code: "SAGA_PARKING_FULL" } });
  expect(more.headers).toHaveProperty("retry-after");
});

test("the events of a saga say where they are parked", async () => {
  const { app } = await serveDesk();

  const { body } = await get(app, "/sagas/desk/events");

  const events = body["events"] as { type: string; states: { state: string; verdict: string }[] }[];
  const states = events.find(({ type }) => type === "ITEM")?.states;
  expect(states?.map(({ state, verdict }) => [state, verdict])).toEqual([
    ["closed", "parked"],
    ["open", "guarded"],
    ["left", "refused"],
  ]);
});
