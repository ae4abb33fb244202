import type { InjectOptions } from "fastify";
import { describe, expect, test } from "vitest";
import { errorStatus, SagaError } from "../../src/errors.ts";
import type { ErrorCode } from "../../src/errors.ts";
import type { Store } from "../../src/index.ts";
import { MAILBOX_EVENTS_MAX } from "../../src/runtime/mailbox.ts";
import { deferred } from "../fixtures/world.ts";
import {
  B1,
  call,
  get,
  INSTANCES,
  post,
  SECRET,
  serve,
  serveB1,
  share,
  withCommit,
} from "./booking.ts";

type Case = readonly [what: string, code: ErrorCode, options: InjectOptions];

const posted = (url: string, payload: unknown, headers = {}): InjectOptions => ({
  method: "POST",
  url,
  payload: JSON.stringify(payload),
  headers: { "content-type": "application/json", ...headers },
});
const started = (payload: unknown, headers = {}) => posted(INSTANCES, payload, headers);
const sent = (payload: unknown, headers = {}) => posted(`${B1}/events`, payload, headers);
const got = (url: string): InjectOptions => ({ method: "GET", url });
const input = { seats: 2 };
const long = "x".repeat(201);
const farTooLong = "x".repeat(2401);

const cases: readonly Case[] = [
  ["a path that leads nowhere", "SAGA_ROUTE_NOT_FOUND", got("/nowhere")],
  ["the root", "SAGA_ROUTE_NOT_FOUND", got("/")],
  ["a slash too many", "SAGA_ROUTE_NOT_FOUND", got("/sagas/booking/")],
  ["a saga without a name", "SAGA_NOT_FOUND", got("/sagas/")],
  [
    "a method that Fastify does not know",
    "SAGA_METHOD_NOT_ALLOWED",
    { method: "PROPFIND", url: "/sagas" },
  ],
  ["a body for a path that leads nowhere", "SAGA_ROUTE_NOT_FOUND", posted("/nowhere", {})],
  ["a path that is not well encoded", "SAGA_REQUEST_INVALID", got("/sagas/%ff")],

  ["an unknown saga", "SAGA_NOT_FOUND", got("/sagas/nothing")],
  ["a saga named like a member of every object", "SAGA_NOT_FOUND", got("/sagas/constructor")],

  ["a start of an unknown saga", "SAGA_NOT_FOUND", posted("/sagas/nothing/instances", { input })],
  ["a start without a body", "SAGA_REQUEST_INVALID", { method: "POST", url: INSTANCES }],
  ["a start with an unknown member", "SAGA_REQUEST_INVALID", started({ input, inputs: input })],
  ["a start with a bad input", "SAGA_INPUT_INVALID", started({ input: { seats: "two" } })],
  ["a start without input", "SAGA_INPUT_INVALID", started({})],
  ["a start with an empty id", "SAGA_ID_INVALID", started({ id: "", input })],
  ["a start with a null id", "SAGA_ID_INVALID", started({ id: null, input })],
  ["a start with a number as id", "SAGA_ID_INVALID", started({ id: 7, input })],
  ["a start with a long id", "SAGA_ID_INVALID", started({ id: long, input })],
  ["a start with a line break in its id", "SAGA_ID_INVALID", started({ id: "a\nb", input })],
  ["a start with an id that no path can have", "SAGA_ID_INVALID", started({ id: "..", input })],
  [
    "a start with attributes in a list",
    "SAGA_REQUEST_INVALID",
    started({ input, attributes: ["a"] }),
  ],
  ["a start with null attributes", "SAGA_REQUEST_INVALID", started({ input, attributes: null })],
  [
    "a start with a number as attribute",
    "SAGA_REQUEST_INVALID",
    started({ input, attributes: { a: 1 } }),
  ],
  ["a start with an empty key", "SAGA_ID_INVALID", started({ input }, { "idempotency-key": "" })],
  [
    "a start with a blank in its correlation id",
    "SAGA_ID_INVALID",
    started({ input }, { "x-correlation-id": "a b" }),
  ],
  [
    "a start of an id that was started otherwise",
    "SAGA_INSTANCE_EXISTS",
    started({ id: "b-1", input: { seats: 3 } }),
  ],

  ["a look at an unknown saga", "SAGA_NOT_FOUND", got("/sagas/nothing/instances/b-1")],
  ["a look at an unknown instance", "SAGA_INSTANCE_NOT_FOUND", got(`${INSTANCES}/b-2`)],
  ["a look at a long id", "SAGA_ID_INVALID", got(`${INSTANCES}/${long}`)],
  ["a look at a far too long id", "SAGA_ID_INVALID", got(`${INSTANCES}/${farTooLong}`)],
  ["a look at an empty id", "SAGA_ID_INVALID", got(`${INSTANCES}/`)],
  ["a look at an id with a line break", "SAGA_ID_INVALID", got(`${INSTANCES}/a%0Ab`)],

  [
    "an event for an unknown saga",
    "SAGA_NOT_FOUND",
    posted("/sagas/nothing/instances/b-1/events", { type: "PAY" }),
  ],
  [
    "an event for an unknown instance",
    "SAGA_INSTANCE_NOT_FOUND",
    posted(`${INSTANCES}/b-2/events`, { type: "CANCEL" }),
  ],
  ["an event that is no object", "SAGA_REQUEST_INVALID", sent(["CANCEL"])],
  ["an event without a type", "SAGA_EVENT_INVALID", sent({ cents: 5 })],
  ["an event whose type is no text", "SAGA_EVENT_INVALID", sent({ type: { toString: 1 } })],
  ["an event that the saga does not declare", "SAGA_EVENT_INVALID", sent({ type: "PAID" })],
  [
    "an event named like a member of every object",
    "SAGA_EVENT_INVALID",
    sent({ type: "__proto__" }),
  ],
  ["an event with a bad payload", "SAGA_EVENT_INVALID", sent({ type: "PAY", cents: -1 })],
  [
    "an event with a member too many",
    "SAGA_EVENT_INVALID",
    sent({ type: "PAY", cents: 1, role: "admin" }),
  ],
  [
    "a result of an activity, forged",
    "SAGA_EVENT_INVALID",
    sent({ type: "xstate.done.actor.charge" }),
  ],
  [
    "a failure of an activity, forged",
    "SAGA_EVENT_INVALID",
    sent({ type: "xstate.error.actor.charge" }),
  ],
  ["a timer, forged", "SAGA_EVENT_INVALID", sent({ type: "xstate.after.60000.booking.waiting" })],
  ["a stop, forged", "SAGA_EVENT_INVALID", sent({ type: "xstate.stop" })],
  ["a start, forged", "SAGA_EVENT_INVALID", sent({ type: "xstate.init", input })],
  ["an event that matches everything", "SAGA_EVENT_INVALID", sent({ type: "*" })],
  ["an event that is not accepted now", "SAGA_EVENT_NOT_ACCEPTED", sent({ type: "saga.retry" })],
  ["an event that makes the chart throw", "SAGA_TRANSITION_FAILED", sent({ type: "BREAK" })],
  [
    "an event that puts a function into the context",
    "SAGA_CONTEXT_NOT_SERIALIZABLE",
    sent({ type: "LEAK" }),
  ],
  ["an event whose schema throws", "SAGA_INTERNAL", sent({ type: "CRASH", at: "noon" })],
  [
    "an event with a blank in its key",
    "SAGA_ID_INVALID",
    sent({ type: "CANCEL" }, { "idempotency-key": "a b" }),
  ],
  [
    "an event with a long key",
    "SAGA_ID_INVALID",
    sent({ type: "CANCEL" }, { "idempotency-key": long }),
  ],
  [
    "an event with an open quote around its key",
    "SAGA_ID_INVALID",
    sent({ type: "CANCEL" }, { "idempotency-key": '"a' }),
  ],
  [
    "an event with two keys",
    "SAGA_ID_INVALID",
    sent({ type: "CANCEL" }, { "idempotency-key": '"a", "b"' }),
  ],
  [
    "an event with nothing in the quotes",
    "SAGA_ID_INVALID",
    sent({ type: "CANCEL" }, { "idempotency-key": '""' }),
  ],
  [
    "another event under the key of an earlier one",
    "SAGA_IDEMPOTENCY_KEY_REUSED",
    sent({ type: "CANCEL" }, { "idempotency-key": "e-1" }),
  ],

  ["the journal of an unknown saga", "SAGA_NOT_FOUND", got("/sagas/nothing/instances/b-1/journal")],
  [
    "the journal of an unknown instance",
    "SAGA_INSTANCE_NOT_FOUND",
    got(`${INSTANCES}/b-2/journal`),
  ],
  ["a journal page of nothing", "SAGA_REQUEST_INVALID", got(`${B1}/journal?limit=0`)],
  ["a journal page of too much", "SAGA_REQUEST_INVALID", got(`${B1}/journal?limit=1001`)],
  ["a journal page of a fraction", "SAGA_REQUEST_INVALID", got(`${B1}/journal?limit=1.5`)],
  ["a journal page with an empty limit", "SAGA_REQUEST_INVALID", got(`${B1}/journal?limit=`)],
  ["a journal page with two limits", "SAGA_REQUEST_INVALID", got(`${B1}/journal?limit=1&limit=2`)],
  ["a journal page after less than nothing", "SAGA_REQUEST_INVALID", got(`${B1}/journal?after=-1`)],
  ["a journal page after a word", "SAGA_REQUEST_INVALID", got(`${B1}/journal?after=last`)],
  [
    "a journal page after more than can be counted",
    "SAGA_REQUEST_INVALID",
    got(`${B1}/journal?after=9007199254740992`),
  ],
  [
    "a journal page with a misspelled parameter",
    "SAGA_REQUEST_INVALID",
    got(`${B1}/journal?limt=5`),
  ],
];

const shared = await share();
await post(shared.app, `${B1}/events`, { type: "FILL" }, { "idempotency-key": "e-1" });

test.each(cases)("%s is refused with %s, and changes nothing", async (_, code, options) => {
  const { app } = shared;
  const before = (await get(app, B1)).body;

  const { status, headers, body } = await call(app, options);

  expect(body).toMatchObject({
    type: `/docs/errors#${code.toLowerCase()}`,
    title: expect.stringMatching(/^[A-Z][a-z ]+$/),
    status: errorStatus[code],
    detail: expect.stringMatching(/./),
    code,
  });
  expect(status).toBe(errorStatus[code]);
  expect(headers["content-type"]).toBe("application/problem+json");
  expect(headers["cache-control"]).toBe("no-store");
  expect((await get(app, B1)).body).toEqual(before);
});

test("a refused event comes with those that would be taken, as in the instance's answer", async () => {
  const { app } = await serveB1();

  const { headers, body } = await post(app, `${B1}/events`, { type: "saga.retry" });

  const instance = await get(app, B1);
  expect(body["accepts"]).toEqual(instance.body["accepts"]);
  expect(headers["x-correlation-id"]).toBe(instance.headers["x-correlation-id"]);
});

test("an event for an ended instance is refused with SAGA_INSTANCE_ENDED", async () => {
  const { app } = await serveB1();
  await post(app, `${B1}/events`, { type: "CANCEL" });

  const { status, body } = await post(app, `${B1}/events`, { type: "CANCEL" });

  expect([status, body["code"], body["accepts"]]).toEqual([409, "SAGA_INSTANCE_ENDED", []]);
});

test("a bad input comes with what is wrong where", async () => {
  const { app } = await serve();

  const { body } = await post(app, INSTANCES, { input: { seats: 0 } });

  expect(body["issues"]).toMatchObject([{ path: "seats" }]);
});

describe("a path that does not have the method", () => {
  test.each([
    ["DELETE", "/sagas", "GET, HEAD"],
    ["POST", "/sagas/booking", "GET, HEAD"],
    ["GET", INSTANCES, "POST"],
    ["HEAD", INSTANCES, "POST"],
    ["PUT", B1, "GET, HEAD"],
    ["OPTIONS", B1, "GET, HEAD"],
    ["GET", `${B1}/events`, "POST"],
    ["PATCH", `${B1}/journal`, "GET, HEAD"],
    ["POST", "/health/ready", "GET, HEAD"],
    ["PUT", "/studio/assets/app.js?v=1", "GET, HEAD"],
  ] as const)("answers %s %s with 405 and what it has: %s", async (method, url, allow) => {
    const { app } = await serve();

    // Not even JSON: nobody reads it.
    const withBody = method === "GET" || method === "HEAD" ? {} : { payload: "{" };
    const answer = await app.inject({ method, url, ...withBody });

    expect([answer.statusCode, answer.headers["allow"]]).toEqual([405, allow]);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    const isHead = method === "HEAD";
    expect(isHead || answer.json().code).toBe(isHead || "SAGA_METHOD_NOT_ALLOWED");
  });
});

test("no header lets pages of other sites read an answer", async () => {
  const { app } = await serve();

  const { headers } = await call(app, {
    url: "/sagas",
    headers: { origin: "https://evil.example" },
  });

  expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
});

test("an unexpected error tells the client nothing but the id under which the log tells all", async () => {
  const { app, lines } = await serveB1();

  const { body } = await post(app, `${B1}/events`, { type: "CRASH", at: "noon" });

  expect(JSON.stringify(body)).not.toContain(SECRET);
  expect(body).toMatchObject({ status: 500, code: "SAGA_INTERNAL" });
  expect(lines).toMatchObject([
    { level: 50, code: "SAGA_INTERNAL", err: { message: SECRET, stack: expect.anything() } },
  ]);
  expect(body["instance"]).toBe(`urn:uuid:${String(lines[0]?.["reqId"])}`);
});

test("what a client got wrong is not logged", async () => {
  const { app, lines } = await serveB1();

  await get(app, "/nowhere");
  await post(app, `${B1}/events`, { type: "PAID" });

  expect(lines).toEqual([]);
});

test("at level debug each request is logged", async () => {
  const { app, lines } = await serve({ level: "debug" });

  await get(app, "/sagas");

  expect(lines.map(({ msg }) => msg)).toEqual(["incoming request", "request completed"]);
});

test.each([
  ["SAGA_STORE_BUSY", "1"],
  ["SAGA_STORE_FULL", "1"],
  ["SAGA_STORE_OUTCOME_UNKNOWN", "1"],
] as const)(
  "%s of the store reaches the client; to be tried again after: %s",
  async (code, after) => {
    const refuse = (store: Store) =>
      withCommit(store, () => Promise.reject(new SagaError(code, "the store cannot now")));
    const { app, lines } = await serve({ wrap: refuse });

    const { status, headers, body } = await post(app, INSTANCES, { input });

    expect([status, body["code"]]).toEqual([errorStatus[code], code]);
    expect(headers["retry-after"]).toBe(after);
    expect(lines).toMatchObject([{ level: 50, code }]);
  },
);

test.each([[started({ input })], [got(B1)], [sent({ type: "CANCEL" })], [got(`${B1}/journal`)]])(
  "while the runtime closes, a request is answered with 503: %#",
  async (options) => {
    const { app, runtime } = await serveB1();
    await runtime.close();

    const { status, headers, body } = await call(app, options);

    expect([status, body["code"]]).toEqual([503, "SAGA_RUNTIME_CLOSED"]);
    expect(headers["retry-after"]).toBe("1");
  },
);

test("more events than one instance can queue are refused with 429", async () => {
  const gate = deferred<void>();
  const { app } = await serveB1({
    wrap: (store) =>
      withCommit(store, async (writeSets) => {
        if (writeSets.some(({ journal }) => journal.source === "client")) await gate.promise;
        return store.commit(writeSets);
      }),
  });

  const sends = Array.from({ length: MAILBOX_EVENTS_MAX + 2 }, () =>
    post(app, `${B1}/events`, { type: "CANCEL" }),
  );
  const refused = await Promise.race(sends);
  gate.resolve();
  const statuses = (await Promise.all(sends)).map(({ status }) => status);

  expect([refused.status, refused.body["code"]]).toEqual([429, "SAGA_MAILBOX_FULL"]);
  expect(refused.headers["retry-after"]).toBe("1");
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((status) => status === 429)).toHaveLength(1);
});
