/** Starts that wait for room, over HTTP and as the client tells of them. */
import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../../src/client/client.ts";
import { defineSaga } from "../../src/index.ts";
import { bookingMachine, call, get, INSTANCES, post, serve } from "./booking.ts";
import type { Served } from "./booking.ts";

/** Bookings, one at a time for each number of seats. */
const saga = defineSaga({
  name: "booking",
  version: 1,
  machine: bookingMachine,
  activities: { charge: () => new Promise<void>(() => {}), refund: () => Promise.resolve() },
  limits: {
    instances: {
      key: ({ input, attributes }) => attributes["desk"] ?? `${input.seats}`,
      atOnce: 1,
    },
  },
});

const first = (position: number, key = "2"): object => ({ key, position });

async function serveQueue(): Promise<Served> {
  const served = await serve({ sagas: [saga] });
  await post(served.app, INSTANCES, { id: "b-1", input: { seats: 2 } });
  return served;
}

test("a start without room is answered with 202 and where it is; the same again with 200", async () => {
  const { app } = await serveQueue();
  const asked = { id: "b-2", input: { seats: 2 } };

  const started = await post(app, INSTANCES, asked);
  const again = await post(app, INSTANCES, asked);
  const other = await post(app, INSTANCES, { ...asked, id: "b-3", attributes: { desk: "north" } });
  const found = await get(app, String(started.headers["location"]));

  expect(started).toMatchObject({
    status: 202,
    headers: { location: `${INSTANCES}/b-2` },
    body: { state: "", phase: "forward", accepts: [], waitsFor: first(1), revision: 1 },
  });
  expect([again.status, again.body]).toEqual([200, started.body]);
  expect(found.body).toEqual(started.body);
  expect([other.status, other.body["waitsFor"]]).toEqual([201, null]);
});

test("what waits is found, refuses events with what it waits for, and begins when there is room", async () => {
  const { app, clock } = await serveQueue();
  for (const id of ["b-2", "b-3"]) await post(app, INSTANCES, { id, input: { seats: 2 } });

  const refused = await post(app, `${INSTANCES}/b-2/events`, { type: "CANCEL" });
  const before = await get(app, "/instances");
  await post(app, `${INSTANCES}/b-1/events`, { type: "CANCEL" });
  await clock.quiet();
  const after = await get(app, "/instances");
  const journal = await get(app, `${INSTANCES}/b-2/journal`);

  expect(refused).toMatchObject({
    status: 409,
    body: { code: "SAGA_EVENT_NOT_ACCEPTED", why: "not-in-this-state", accepts: [] },
  });
  expect(before.body["items"]).toMatchObject([
    { id: "b-3", waitsFor: first(2) },
    { id: "b-2", waitsFor: first(1) },
    { id: "b-1", waitsFor: null },
  ]);
  expect(after.body["items"]).toMatchObject([
    { id: "b-3", state: "", waitsFor: first(1) },
    { id: "b-2", state: "waiting", waitsFor: null },
    { id: "b-1" },
  ]);
  expect(journal.body["entries"]).toMatchObject([
    { source: "start", verdict: "waiting", stateAfter: "" },
    { source: "start", verdict: "applied", stateBefore: "", stateAfter: "waiting" },
  ]);
});

test("an operator cancels what waits, and a request that waits for it is answered", async () => {
  const { app } = await serveQueue();
  await post(app, INSTANCES, { id: "b-2", input: { seats: 2 } });
  const ended = get(app, `${INSTANCES}/b-2?waitFor=phase:compensated`);

  const cancelled = await post(app, `${INSTANCES}/b-2/operations`, {
    operation: "cancel",
    reason: "she changed her mind",
  });

  expect(cancelled).toMatchObject({
    status: 200,
    body: {
      phase: "compensated",
      state: "",
      waitsFor: null,
      error: { message: "cancelled before it began: she changed her mind" },
    },
  });
  expect((await ended).body).toEqual(cancelled.body);
});

test("a schedule that is triggered without room is answered with 202", async () => {
  const { app } = await serveQueue();
  await post(app, "/sagas/booking/schedules", { id: "s", everyMs: 60_000, input: { seats: 2 } });

  const { status, body } = await call(app, {
    method: "POST",
    url: "/sagas/booking/schedules/s/trigger",
  });

  expect([status, body["waitsFor"]]).toEqual([202, first(1)]);
});

test("the client tells what an instance waits for", async () => {
  const { app } = await serveQueue();
  const baseUrl = await app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => app.close());
  const client = createClient<{ booking: typeof saga }>({ baseUrl });

  const started = await client.start("booking", { id: "b-2", input: { seats: 2 } });
  const { items } = await client.search({ saga: "booking" });

  expect(started.waitsFor).toEqual(first(1));
  expect(items.map(({ id, waitsFor }) => [id, waitsFor?.position])).toEqual([
    ["b-2", 1],
    ["b-1", undefined],
  ]);
});
