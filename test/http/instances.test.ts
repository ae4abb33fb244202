import { expect, test } from "vitest";
import {
  B1,
  defineBooking,
  get,
  INSTANCES,
  PATIENCE_MS,
  post,
  serve,
  serveB1,
  START_MS,
} from "./booking.ts";

const iso = (ms: number) => new Date(ms).toISOString();

test("a start answers 201 with where the instance is and how it stands", async () => {
  const { app } = await serve();

  const { status, headers, body } = await post(
    app,
    INSTANCES,
    { id: "b-1", input: { seats: 2 }, attributes: { customer: "c-7" } },
    { "x-correlation-id": "trace-1" },
  );

  expect(status).toBe(201);
  expect(headers).toMatchObject({
    location: "/sagas/booking/instances/b-1",
    "x-correlation-id": "trace-1",
    "cache-control": "no-store",
    "content-type": "application/json; charset=utf-8",
  });
  expect(body).toMatchObject({
    saga: "booking",
    version: 1,
    id: "b-1",
    revision: 1,
    phase: "forward",
    state: "waiting",
    tags: ["open"],
    context: { seats: 2, note: "", more: null },
    output: null,
    error: null,
    timers: [{ event: "xstate.after.60000.booking.waiting", dueAt: iso(START_MS + PATIENCE_MS) }],
    activities: [],
    correlationId: "trace-1",
    attributes: { customer: "c-7" },
    createdAt: iso(START_MS),
    updatedAt: iso(START_MS),
  });
});

test("an instance tells which events it takes now, each with its schema", async () => {
  const { app } = await serveB1();

  const { body } = await get(app, B1);

  expect(body["accepts"]).toContainEqual({
    type: "PAY",
    guarded: false,
    schema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { cents: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER } },
      required: ["cents"],
      additionalProperties: false,
    },
  });
  expect(body["accepts"]).toContainEqual({ type: "CANCEL", guarded: false, schema: null });
});

test("an instance of an older version shows the schemas of its own version", async () => {
  const sagas = [defineBooking(1), defineBooking(2)];
  const { app, runtime } = await serve({ sagas });
  await runtime.start(defineBooking(1), { instanceId: "old", input: { seats: 1 } });
  await runtime.start(defineBooking(2), { instanceId: "new", input: { seats: 1 } });

  const [old, young] = [await get(app, `${INSTANCES}/old`), await get(app, `${INSTANCES}/new`)];

  const pays = [old, young].map(({ body }) => JSON.stringify(body["accepts"]));
  expect(pays[0]).toContain('"minimum":1');
  expect(pays[1]).toContain('"minimum":2');
});

test("the same id and input again answers 200 with the instance as it is", async () => {
  const { app } = await serveB1();
  await post(app, `${B1}/events`, { type: "NOTE", text: "aisle" });

  const again = await post(app, INSTANCES, { id: "b-1", input: { seats: 2 } });

  expect(again.status).toBe(200);
  expect(again.headers["location"]).toBeUndefined();
  expect(again.body).toMatchObject({ revision: 2, context: { note: "aisle" } });
});

test("a start without an id gets one, and two such starts are two instances", async () => {
  const { app } = await serve();

  const first = await post(app, INSTANCES, { input: { seats: 2 } });
  const second = await post(app, INSTANCES, { input: { seats: 2 } });

  expect([first.status, second.status]).toEqual([201, 201]);
  expect(first.body["id"]).not.toBe(second.body["id"]);
  expect((await get(app, String(first.headers["location"]))).body).toEqual(first.body);
});

test("an Idempotency-Key without an id starts one instance, however often it is sent", async () => {
  const { app } = await serve();
  const start = (key: string, seats = 2) =>
    post(app, INSTANCES, { input: { seats } }, { "idempotency-key": key });

  const first = await start("order-17");
  const quoted = await start('"order-17"');
  const other = await start("order-18");
  const reused = await start("order-17", 3);

  expect(first.status).toBe(201);
  expect(first.body["id"]).toMatch(/^k-[A-Za-z0-9_-]{43}$/);
  expect([quoted.status, quoted.body]).toEqual([200, first.body]);
  expect([other.status, other.body["id"] === first.body["id"]]).toEqual([201, false]);
  expect([reused.status, reused.body["code"]]).toEqual([409, "SAGA_INSTANCE_EXISTS"]);
});

test("one key is two instances in two sagas", async () => {
  const { toInstanceId } = await import("../../src/http/idempotency-key.ts");

  expect(toInstanceId("a", "k")).not.toBe(toInstanceId("b", "k"));
});

test("an event answers 200 with the instance after it, under the correlation id of its start", async () => {
  const { app } = await serve();
  await post(app, INSTANCES, { id: "b-1", input: { seats: 2 } }, { "x-correlation-id": "trace-1" });

  const { status, headers, body } = await post(app, `${B1}/events`, { type: "PAY", cents: 5 });

  expect(status).toBe(200);
  expect(headers["x-correlation-id"]).toBe("trace-1");
  expect(headers["idempotency-replayed"]).toBeUndefined();
  expect(body).toMatchObject({
    revision: 2,
    state: "paying",
    accepts: [],
    timers: [],
    activities: [
      {
        activityId: "charge",
        activity: "charge",
        attempt: 1,
        idempotencyKey: "booking/b-1/charge/1",
        status: "live",
      },
    ],
  });
  expect((await get(app, B1)).body).toEqual(body);
});

test("an event sent again under its key gets the first answer, and says so", async () => {
  const { app } = await serveB1();
  const send = (key: string) =>
    post(app, `${B1}/events`, { type: "NOTE", text: "aisle" }, { "idempotency-key": key });

  const first = await send("e-1");
  await send("e-2");
  const again = await send('"e-1"');

  expect(again.headers["idempotency-replayed"]).toBe("true");
  expect([again.status, again.body]).toEqual([200, first.body]);
  expect((await get(app, B1)).body["revision"]).toBe(3);
});

test("an ended instance shows its output and takes nothing more", async () => {
  const { app } = await serveB1();

  const { body } = await post(app, `${B1}/events`, { type: "CANCEL" });

  expect(body).toMatchObject({
    phase: "compensated",
    output: { seats: 2 },
    accepts: [],
    timers: [],
  });
});

test("what JSON has no words for is rendered in words that it has", async () => {
  const { app } = await serveB1();

  const { body } = await post(app, `${B1}/events`, { type: "FILL" });

  expect(body["context"]).toEqual({
    seats: 2,
    note: "",
    more: {
      at: iso(START_MS),
      map: [["a", "1"]],
      set: [1, null],
      error: { name: "TypeError", message: "no seat", row: 7 },
    },
  });
});

test("the journal tells what happened, oldest first, page by page", async () => {
  const { app } = await serveB1();
  await post(app, `${B1}/events`, { type: "NOTE", text: "aisle" }, { "idempotency-key": "e-1" });
  await post(app, `${B1}/events`, { type: "PAY", cents: 5 });

  const first = await get(app, `${B1}/journal?limit=2`);
  const rest = await get(app, `${B1}/journal?limit=2&after=2`);
  const beyond = await get(app, `${B1}/journal?after=3`);

  expect(first.headers["x-correlation-id"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(first.body).toEqual({
    entries: [
      {
        revision: 1,
        at: iso(START_MS),
        source: "start",
        event: { type: "xstate.init", input: { seats: 2 } },
        eventId: null,
        stateBefore: null,
        stateAfter: "waiting",
        phase: "forward",
        effects: [
          {
            kind: "setTimer",
            event: "xstate.after.60000.booking.waiting",
            dueAt: iso(START_MS + PATIENCE_MS),
          },
        ],
        verdict: "applied",
        traceparent: null,
        operation: null,
        sender: null,
      },
      {
        revision: 2,
        at: iso(START_MS),
        source: "client",
        event: { type: "NOTE", text: "aisle" },
        eventId: "e-1",
        stateBefore: "waiting",
        stateAfter: "waiting",
        phase: "forward",
        effects: [],
        verdict: "applied",
        traceparent: null,
        operation: null,
        sender: null,
      },
    ],
    next: 2,
  });
  expect(rest.body).toMatchObject({ entries: [{ revision: 3, stateAfter: "paying" }], next: null });
  expect(beyond.body).toEqual({ entries: [], next: null });
});

test.each([
  ["/sagas"],
  ["/sagas/booking"],
  [B1],
  [`${B1}/journal`],
  ["/health/live"],
  ["/health/ready"],
])("HEAD %s answers like GET, without the body", async (url) => {
  const { app } = await serveB1();

  const head = await app.inject({ method: "HEAD", url });

  expect([head.statusCode, head.payload]).toEqual([200, ""]);
  expect(head.headers["cache-control"]).toBe("no-store");
});
