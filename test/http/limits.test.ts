import { expect, test } from "vitest";
import { httpLimits } from "../../src/http/limits.ts";
import { B1, call, get, INSTANCES, post, serve, serveB1 } from "./booking.ts";

const { bodyBytesMax, idLengthMax, problemItemsMax, journalPageDefault } = httpLimits;

function noteOfBytes(bytes: number): string {
  const empty = '{"type":"NOTE","text":""}';
  return `{"type":"NOTE","text":"${"x".repeat(bytes - empty.length)}"}`;
}

test("bodyBytesMax: a body as large is taken, one byte more is refused with 413", async () => {
  const { app } = await serveB1();
  const send = (payload: string) =>
    call(app, {
      method: "POST",
      url: `${B1}/events`,
      payload,
      headers: { "content-type": "application/json" },
    });

  const [taken, refused] = [
    await send(noteOfBytes(bodyBytesMax)),
    await send(noteOfBytes(bodyBytesMax + 1)),
  ];

  expect(taken.status).toBe(200);
  expect([refused.status, refused.body["code"]]).toEqual([413, "SAGA_BODY_TOO_LARGE"]);
});

test.each([
  ["of ASCII", "x"],
  ["of two bytes a character", "é"],
  ["of three bytes a character", "漢"],
  ["of slashes", "/"],
  ["of percent signs", "%"],
])(
  "idLengthMax, paramLengthMax: an id %s may be as long, and is found at its Location",
  async (_, character) => {
    const { app } = await serve();
    const id = character.repeat(idLengthMax);

    const started = await post(app, INSTANCES, { id, input: { seats: 2 } });
    const found = await get(app, String(started.headers["location"]));

    expect(started.status).toBe(201);
    expect(found.body).toEqual(started.body);
  },
);

test("paramLengthMax holds any id, whatever its characters", () => {
  const widest = "😀".repeat(idLengthMax);

  expect(httpLimits.paramLengthMax).toBe(encodeURIComponent(widest).length);
});

test("idLengthMax: a key may be as long", async () => {
  const { app } = await serveB1();
  const key = "k".repeat(idLengthMax);

  const { status } = await post(app, `${B1}/events`, { type: "FILL" }, { "idempotency-key": key });

  expect(status).toBe(200);
});

test("problemItemsMax: a body of mistakes is answered with the first of them", async () => {
  const { app } = await serve();
  const input = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`m${n}`, n]));

  const issues = await post(app, INSTANCES, { input: Array.from({ length: 5_000 }, () => input) });
  expect(issues.status).toBe(413);

  const { toProblem } = await import("../../src/http/problem.ts");
  const { SagaError } = await import("../../src/errors.ts");
  const details = { issues: Array.from({ length: 5_000 }, (_, path) => ({ path })) };
  const problem = toProblem(new SagaError("SAGA_INPUT_INVALID", "all is wrong", { details }));
  expect(problem["issues"]).toHaveLength(problemItemsMax);
});

test("journalPageDefault: a page has as many entries when nobody says how many", async () => {
  const { app } = await serveB1();
  for (let n = 1; n <= journalPageDefault; n += 1) {
    await post(app, `${B1}/events`, { type: "NOTE", text: String(n) });
  }

  const page = await get(app, `${B1}/journal`);
  const whole = await get(app, `${B1}/journal?limit=${httpLimits.journalPageMax}`);

  expect(page.body["entries"]).toHaveLength(journalPageDefault);
  expect(page.body["next"]).toBe(journalPageDefault);
  expect(whole.body["entries"]).toHaveLength(journalPageDefault + 1);
  expect(whole.body["next"]).toBeNull();
});

test("the limits of a connection are those of the table", async () => {
  const { app } = await serve();
  const { server } = app;

  expect({
    headersTimeoutMs: server.headersTimeout,
    requestTimeoutMs: server.requestTimeout,
    connectionTimeoutMs: server.timeout,
    keepAliveTimeoutMs: server.keepAliveTimeout,
    // Node has these as options only; without them its own defaults would hold, whatever they become.
    headerBytesMax: Reflect.get(server, "maxHeaderSize") as unknown,
    timeoutCheckMs: Reflect.get(server, "connectionsCheckingInterval") as unknown,
  }).toEqual({
    headersTimeoutMs: httpLimits.headersTimeoutMs,
    requestTimeoutMs: httpLimits.requestTimeoutMs,
    connectionTimeoutMs: httpLimits.connectionTimeoutMs,
    keepAliveTimeoutMs: httpLimits.keepAliveTimeoutMs,
    headerBytesMax: httpLimits.headerBytesMax,
    timeoutCheckMs: httpLimits.timeoutCheckMs,
  });
});
