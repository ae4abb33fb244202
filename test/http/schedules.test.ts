import { describe, expect, test } from "vitest";
import { httpLimits } from "../../src/index.ts";
import { call, get, post, serve, START_MS } from "./booking.ts";
import type { Answer, Served } from "./booking.ts";

const SCHEDULES = "/sagas/booking/schedules";
const NIGHTLY = `${SCHEDULES}/nightly`;
const nightly = {
  id: "nightly",
  cron: "30 2 * * *",
  timeZone: "Europe/Berlin",
  input: { seats: 2 },
};
const DAY_MS = 86_400_000;

const rendered = {
  saga: "booking",
  id: "nightly",
  cron: "30 2 * * *",
  timeZone: "Europe/Berlin",
  everyMs: null,
  input: { seats: 2 },
  overlap: "skip",
  catchUp: "one",
  attributes: {},
  paused: false,
  nextDueAt: "2026-01-01T01:30:00.000Z",
  lastDueAt: null,
  lastOutcome: null,
  lastInstanceId: null,
  lastError: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
};

function remove({ app }: Served, url: string): Promise<Answer> {
  return call(app, { method: "DELETE", url });
}

test("a schedule is made once, and then the same again", async () => {
  const { app } = await serve();

  const first = await post(app, SCHEDULES, nightly);
  const again = await post(app, SCHEDULES, { ...nightly, overlap: "skip" });
  const other = await post(app, SCHEDULES, { ...nightly, input: { seats: 3 } });

  expect([first.status, first.headers["location"]]).toEqual([201, NIGHTLY]);
  expect(first.body).toEqual(rendered);
  expect([again.status, again.body]).toEqual([200, rendered]);
  expect(again.headers["location"]).toBeUndefined();
  expect([other.status, other.body["code"]]).toEqual([409, "SAGA_SCHEDULE_EXISTS"]);
});

test("a schedule says what came of its last due time, and starts instances that can be looked at", async () => {
  const served = await serve();
  const { app, clock } = served;
  await post(app, SCHEDULES, nightly);

  await clock.advance(DAY_MS);
  const { body } = await get(app, NIGHTLY);

  expect(body).toEqual({
    ...rendered,
    nextDueAt: "2026-01-02T01:30:00.000Z",
    lastDueAt: "2026-01-01T01:30:00.000Z",
    lastOutcome: "started",
    lastInstanceId: "nightly-20260101T013000Z",
    updatedAt: "2026-01-01T01:30:00.000Z",
  });
  expect(await get(app, `/sagas/booking/instances/nightly-20260101T013000Z`)).toMatchObject({
    status: 200,
    body: { createdAt: "2026-01-01T01:30:00.000Z" },
  });
});

test("pause, resume and delete change a schedule, with an empty object or no body at all", async () => {
  const served = await serve();
  const { app } = served;
  await post(app, SCHEDULES, nightly);

  const paused = await call(app, { method: "POST", url: `${NIGHTLY}/pause` });
  const resumed = await post(app, `${NIGHTLY}/resume`, {});
  const deleted = await remove(served, NIGHTLY);

  expect([paused.status, paused.body]).toEqual([
    200,
    { ...rendered, paused: true, nextDueAt: null },
  ]);
  expect([resumed.status, resumed.body]).toEqual([200, rendered]);
  expect([deleted.status, deleted.body]).toEqual([204, undefined]);
  expect((await get(app, NIGHTLY)).body["code"]).toBe("SAGA_SCHEDULE_NOT_FOUND");
});

test("a trigger starts an instance now, once for each key", async () => {
  const { app } = await serve();
  await post(app, SCHEDULES, nightly);
  const trigger = (key?: string): Promise<Answer> =>
    post(app, `${NIGHTLY}/trigger`, {}, key === undefined ? {} : { "idempotency-key": key });

  const first = await trigger("k-1");
  const again = await trigger('"k-1"');
  const other = await trigger();

  expect([first.status, again.status, other.status]).toEqual([201, 200, 201]);
  expect(again.body).toEqual(first.body);
  expect(first.headers["location"]).toBe(`/sagas/booking/instances/${String(first.body["id"])}`);
  expect(first.headers["x-correlation-id"]).toBe(first.body["correlationId"]);
  expect(other.body["id"]).not.toBe(first.body["id"]);
});

test("schedules are listed by pages", async () => {
  const { app } = await serve();
  for (const id of ["b", "c", "a"]) await post(app, SCHEDULES, { ...nightly, id });

  const page = await get(app, `${SCHEDULES}?limit=2`);
  const rest = await get(app, `${SCHEDULES}?after=${String(page.body["next"])}`);

  const idsOf = ({ body }: Answer): unknown[] =>
    (body["schedules"] as { id: string }[]).map(({ id }) => id);
  expect([idsOf(page), page.body["next"]]).toEqual([["a", "b"], "b"]);
  expect([idsOf(rest), rest.body["next"]]).toEqual([["c"], null]);
});

test("an id that needs it is encoded in Location", async () => {
  const { app } = await serve();

  const made = await post(app, SCHEDULES, { ...nightly, id: "every night/1" });

  expect(made.headers["location"]).toBe(`${SCHEDULES}/every%20night%2F1`);
  expect((await get(app, String(made.headers["location"]))).status).toBe(200);
});

describe("errors", () => {
  const { cron: _, timeZone: __, ...bare } = nightly;
  const every = { id: "e", everyMs: 5_000, input: { seats: 1 } };

  test.each([
    ["neither timing", bare, "SAGA_SCHEDULE_INVALID"],
    ["both timings", { ...nightly, everyMs: 5_000 }, "SAGA_SCHEDULE_INVALID"],
    ["no cron", { ...nightly, cron: "61 * * * *" }, "SAGA_SCHEDULE_INVALID"],
    ["cron that is no text", { ...nightly, cron: 7 }, "SAGA_SCHEDULE_INVALID"],
    ["cron that never comes", { ...nightly, cron: "0 0 30 2 *" }, "SAGA_SCHEDULE_INVALID"],
    [
      "cron that is too long",
      { ...nightly, cron: `0 0 * * ${"1,".repeat(httpLimits.cronLengthMax / 2)}1` },
      "SAGA_SCHEDULE_INVALID",
    ],
    ["no time zone", { ...nightly, timeZone: "Mars" }, "SAGA_SCHEDULE_INVALID"],
    ["a time zone without cron", { ...every, timeZone: "UTC" }, "SAGA_SCHEDULE_INVALID"],
    ["too often", { ...every, everyMs: httpLimits.everyMsMin - 1 }, "SAGA_SCHEDULE_INVALID"],
    ["too rarely", { ...every, everyMs: httpLimits.everyMsMax + 1 }, "SAGA_SCHEDULE_INVALID"],
    ["everyMs that is no number", { ...every, everyMs: "5s" }, "SAGA_SCHEDULE_INVALID"],
    ["unknown overlap", { ...nightly, overlap: "cancel" }, "SAGA_SCHEDULE_INVALID"],
    ["unknown catchUp", { ...nightly, catchUp: "some" }, "SAGA_SCHEDULE_INVALID"],
    ["no id", { ...nightly, id: undefined }, "SAGA_ID_INVALID"],
    ["a path as id", { ...nightly, id: ".." }, "SAGA_ID_INVALID"],
    [
      "an id that is too long",
      { ...nightly, id: "s".repeat(httpLimits.scheduleIdLengthMax + 1) },
      "SAGA_ID_INVALID",
    ],
    ["bad input", { ...nightly, input: { seats: 0 } }, "SAGA_INPUT_INVALID"],
    ["no input", { ...nightly, input: undefined }, "SAGA_INPUT_INVALID"],
    ["attributes that are none", { ...nightly, attributes: [] }, "SAGA_REQUEST_INVALID"],
    ["attributes of numbers", { ...nightly, attributes: { a: 1 } }, "SAGA_REQUEST_INVALID"],
    ["an unknown member", { ...nightly, startAt: "now" }, "SAGA_REQUEST_INVALID"],
  ] as const)("%s", async (__name, body, code) => {
    const { app } = await serve();

    const answer = await post(app, SCHEDULES, body);

    expect([answer.status, answer.body["code"]]).toEqual([400, code]);
    expect((await get(app, SCHEDULES)).body["schedules"]).toEqual([]);
  });

  test.each([
    ["GET", NIGHTLY],
    ["DELETE", NIGHTLY],
    ["POST", `${NIGHTLY}/pause`],
    ["POST", `${NIGHTLY}/resume`],
    ["POST", `${NIGHTLY}/trigger`],
  ] as const)("%s %s of no schedule is 404", async (method, url) => {
    const { app } = await serve();

    const answer = await call(app, { method, url });

    expect([answer.status, answer.body["code"]]).toEqual([404, "SAGA_SCHEDULE_NOT_FOUND"]);
  });

  test("schedules of no saga are 404", async () => {
    const { app } = await serve();

    expect((await get(app, "/sagas/none/schedules")).body["code"]).toBe("SAGA_NOT_FOUND");
    expect((await post(app, "/sagas/none/schedules", nightly)).body["code"]).toBe("SAGA_NOT_FOUND");
  });

  test.each(["limit=0", "limit=101", "limit=x", "limit=1&limit=2", "after=a&after=b", "page=2"])(
    "?%s is refused",
    async (query) => {
      const { app } = await serve();

      const { body } = await get(app, `${SCHEDULES}?${query}`);

      expect(body["code"]).toBe("SAGA_REQUEST_INVALID");
    },
  );

  test("a body where there is nothing to say is refused", async () => {
    const { app } = await serve();
    await post(app, SCHEDULES, nightly);

    const { body } = await post(app, `${NIGHTLY}/pause`, { until: START_MS });

    expect(body["code"]).toBe("SAGA_REQUEST_INVALID");
  });
});
