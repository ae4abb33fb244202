/** The routes of operators. */
import type { InjectOptions } from "fastify";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import { errorStatus } from "../../src/errors.ts";
import { B1, call, get, INSTANCES, post, serveB1, share, START_MS } from "./booking.ts";

const OPERATIONS = `${B1}/operations`;
const FORKS = `${B1}/forks`;
const suspend = { operation: "suspend", reason: "the bank is down", by: "ann" };
const suspended = { by: "ann", reason: "the bank is down", at: new Date(START_MS).toISOString() };

test("an operation answers with the instance, and is done once under its key", async () => {
  const { app } = await serveB1();
  const key = { "idempotency-key": "op-1" };

  const first = await post(app, OPERATIONS, suspend, key);
  const again = await post(app, OPERATIONS, suspend, key);
  const refused = await post(app, `${B1}/events`, { type: "CANCEL" });
  const resumed = await post(app, OPERATIONS, { operation: "resume", reason: "it is back" });
  const { body: journal } = await get(app, `${B1}/journal`);

  expect(first).toMatchObject({ status: 200, body: { id: "b-1", revision: 2, suspended } });
  expect(again.headers["idempotency-replayed"]).toBe("true");
  expect(again.body).toEqual(first.body);
  expect(refused).toMatchObject({
    status: 409,
    body: { code: "SAGA_INSTANCE_SUSPENDED", suspended },
  });
  expect(resumed).toMatchObject({ status: 200, body: { suspended: null } });
  expect((journal["entries"] as object[]).slice(1)).toMatchObject([
    {
      source: "operator",
      operation: { operation: "suspend", by: "ann", reason: "the bank is down" },
    },
    { source: "operator", operation: { operation: "resume", by: null, reason: "it is back" } },
  ]);
});

test("terminate with force ends the instance with who and why", async () => {
  const { app } = await serveB1();

  const terminate = { operation: "terminate", reason: "a test", by: "ann", force: true };
  const ended = await post(app, OPERATIONS, terminate);

  expect(ended).toMatchObject({
    status: 200,
    body: { phase: "failed", timers: [], error: { message: "terminated by ann: a test" } },
  });
});

test("a fork answers 201 with where it is, and 200 when it is asked for again", async () => {
  const { app } = await serveB1();
  const asked = {
    fromRevision: 1,
    id: "b/2",
    event: { type: "PAY", cents: 5 },
    reason: "once more",
  };

  const made = await post(app, FORKS, asked);
  const again = await post(app, FORKS, asked);
  const keyed = await post(
    app,
    FORKS,
    { fromRevision: 1, reason: "x" },
    { "idempotency-key": "f" },
  );
  const sameKey = await post(
    app,
    FORKS,
    { fromRevision: 1, reason: "x" },
    { "idempotency-key": "f" },
  );

  expect(made).toMatchObject({
    status: 201,
    headers: { location: `${INSTANCES}/b%2F2` },
    body: { id: "b/2", state: "paying", revision: 2 },
  });
  expect(again).toMatchObject({ status: 200, body: { id: "b/2", revision: 2 } });
  expect([keyed.status, sameKey.status]).toEqual([201, 200]);
  expect(sameKey.body["id"]).toBe(keyed.body["id"]);
});

test("a bulk operation is tried dry, started, looked at and aborted", async () => {
  const { app, clock } = await serveB1();
  const filter = { saga: "booking", version: 1, phase: "forward", suspended: false };
  const asked = { ...suspend, filter };

  const dry = await post(app, "/operations", { ...asked, dryRun: true });
  const started = await post(app, "/operations", asked);
  await clock.quiet();
  const at = String(started.headers["location"]);
  const done = await get(app, at);
  const aborted = await call(app, { method: "DELETE", url: at });
  const found = await get(app, "/instances?saga=booking");

  expect(dry).toMatchObject({
    status: 200,
    body: { matched: 1, first: [{ saga: "booking", id: "b-1" }] },
  });
  expect(started).toMatchObject({ status: 202, body: { state: "running", matched: 1 } });
  expect(done.body).toMatchObject({ state: "done", done: 1, refused: {}, failed: 0 });
  expect(aborted.body).toEqual(done.body);
  expect(found.body["items"]).toMatchObject([{ id: "b-1", suspended }]);
});

describe("refusals", async () => {
  const { app } = await share();
  const posted = (url: string, payload: object): InjectOptions => ({
    method: "POST",
    url,
    payload,
  });
  const asked = (payload: object) => posted(OPERATIONS, payload);
  const forked = (payload: object) => posted(FORKS, payload);
  const bulk = (payload: object) => posted("/operations", payload);
  const reason = "x";
  const filter = { saga: "booking" };
  const cases: readonly (readonly [string, ErrorCode, InjectOptions])[] = [
    ["no operation", "SAGA_REQUEST_INVALID", asked({ reason })],
    ["an unknown operation", "SAGA_REQUEST_INVALID", asked({ operation: "explode", reason })],
    ["an operation without a reason", "SAGA_REQUEST_INVALID", asked({ operation: "suspend" })],
    [
      "a reason that is no text",
      "SAGA_REQUEST_INVALID",
      asked({ operation: "suspend", reason: 5 }),
    ],
    [
      "a long reason",
      "SAGA_REQUEST_INVALID",
      asked({ operation: "suspend", reason: "x".repeat(501) }),
    ],
    ["an empty name", "SAGA_REQUEST_INVALID", asked({ operation: "suspend", reason, by: "" })],
    [
      "a force that is a text",
      "SAGA_REQUEST_INVALID",
      asked({ operation: "terminate", reason, force: "true" }),
    ],
    [
      "an unknown member",
      "SAGA_REQUEST_INVALID",
      asked({ operation: "suspend", reason, why: "x" }),
    ],
    ["terminate without force", "SAGA_FORCE_REQUIRED", asked({ operation: "terminate", reason })],
    ["resume of what runs", "SAGA_OPERATION_NOT_POSSIBLE", asked({ operation: "resume", reason })],
    [
      "redeliver of nothing",
      "SAGA_OPERATION_NOT_POSSIBLE",
      asked({ operation: "redeliver", reason }),
    ],
    [
      "retry of what is not stuck",
      "SAGA_EVENT_NOT_ACCEPTED",
      asked({ operation: "retry", reason }),
    ],
    [
      "cancel that the chart does not draw",
      "SAGA_EVENT_NOT_ACCEPTED",
      asked({ operation: "cancel", reason }),
    ],
    [
      "an operation on nothing",
      "SAGA_INSTANCE_NOT_FOUND",
      posted(`${INSTANCES}/b-9/operations`, suspend),
    ],
    [
      "an operation on an unknown saga",
      "SAGA_NOT_FOUND",
      posted("/sagas/no/instances/b-1/operations", suspend),
    ],
    ["a fork without a revision", "SAGA_REQUEST_INVALID", forked({ reason })],
    ["a fork without a reason", "SAGA_REQUEST_INVALID", forked({ fromRevision: 1 })],
    ["a fork from the future", "SAGA_OPERATION_NOT_POSSIBLE", forked({ fromRevision: 2, reason })],
    [
      "a fork with a bad input",
      "SAGA_INPUT_INVALID",
      forked({ fromRevision: 1, reason, input: {} }),
    ],
    [
      "a fork with a bad event",
      "SAGA_EVENT_INVALID",
      forked({ fromRevision: 1, reason, event: {} }),
    ],
    [
      "a fork with an event too early",
      "SAGA_EVENT_NOT_ACCEPTED",
      forked({ fromRevision: 1, reason, event: { type: "saga.retry" } }),
    ],
    [
      "a fork under its own name",
      "SAGA_INSTANCE_EXISTS",
      forked({ fromRevision: 1, reason, id: "b-1" }),
    ],
    ["a fork under a bad name", "SAGA_ID_INVALID", forked({ fromRevision: 1, reason, id: ".." })],
    ["a bulk without a filter", "SAGA_REQUEST_INVALID", bulk(suspend)],
    ["a bulk with an empty filter", "SAGA_REQUEST_INVALID", bulk({ ...suspend, filter: {} })],
    [
      "a bulk with a page",
      "SAGA_REQUEST_INVALID",
      bulk({ ...suspend, filter: { ...filter, limit: "5" } }),
    ],
    [
      "a bulk with an unknown parameter",
      "SAGA_REQUEST_INVALID",
      bulk({ ...suspend, filter: { sagas: "x" } }),
    ],
    [
      "a bulk termination without force",
      "SAGA_FORCE_REQUIRED",
      bulk({ operation: "terminate", reason, filter }),
    ],
    ["an unknown bulk", "SAGA_OPERATION_NOT_FOUND", { method: "GET", url: "/operations/7" }],
    [
      "the end of an unknown bulk",
      "SAGA_OPERATION_NOT_FOUND",
      { method: "DELETE", url: "/operations/7" },
    ],
  ];

  test.each(cases)("%s is answered with %s, and changes nothing", async (_, code, options) => {
    const { status, body } = await call(app, options);

    expect({ status, code: body["code"] }).toEqual({ status: errorStatus[code], code });
    expect((await get(app, B1)).body["revision"]).toBe(1);
  });
});
