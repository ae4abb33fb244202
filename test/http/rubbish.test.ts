import fc from "fast-check";
import type { InjectOptions } from "fastify";
import { expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import { errorsOf } from "../../src/http/contract/openapi.ts";
import { routes } from "../../src/http/contract/openapi-table.ts";
import { B1, call, get, INSTANCES, post, share } from "./booking.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const CASES = 2_000;
const PATIENT = { timeout: 60_000 };
const shared = await share();

const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string());
const visible = fc.stringMatching(/^[ -~]{0,30}$/);
// Never "PAY" with a proper amount, or any other event that is taken.
const notTaken = fc.constantFrom(
  "PAY",
  "saga.retry",
  "xstate.stop",
  "xstate.done.actor.charge",
  "*",
  "",
  "__proto__",
);
const rubbish = fc.oneof(
  fc.json({ maxDepth: 6 }),
  fc.jsonValue().map((value) => JSON.stringify({ type: "PAY", ...(value as object) })),
  fc.record({ type: fc.oneof(notTaken, anyText), value: fc.anything() }).map((value) => {
    return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}` : part));
  }),
  fc
    .record(
      { id: fc.jsonValue(), input: fc.jsonValue(), attributes: fc.jsonValue() },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  anyText,
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.nat({ max: 5_000 }).map((levels) => `{"type":"NOTE","text":${"[".repeat(levels)}`),
);
const path = fc.oneof(
  fc.constantFrom(INSTANCES, `${B1}/events`, `${B1}/journal`, B1, "/sagas", "/health/ready"),
  fc
    .tuple(
      fc.constantFrom("/sagas/", `${INSTANCES}/`, `${B1}/journal?after=`, `${B1}/journal?`),
      visible,
    )
    .map(([before, after]) => before + after.replaceAll(" ", "%")),
);
const request: fc.Arbitrary<InjectOptions> = fc
  .record(
    {
      method: fc.constantFrom("GET", "POST", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"),
      url: path,
      payload: rubbish,
      headers: fc.record(
        {
          "content-type": fc.oneof(
            { arbitrary: fc.constant("application/json"), weight: 8 },
            { arbitrary: visible, weight: 1 },
          ),
          "idempotency-key": visible,
          "x-correlation-id": visible,
        },
        { requiredKeys: ["content-type"] },
      ),
    },
    { requiredKeys: ["method", "url", "headers", "payload"] },
  )
  .map((options) => options as InjectOptions);

/** Whether the contract tells the error, if it has a route for such a request. */
function isTold({ method, url }: InjectOptions, code: ErrorCode): boolean {
  const [asked = ""] = (url as string).split("?", 1);
  const told = routes.filter(
    (route) =>
      route.method === method &&
      new RegExp(`^${route.path.replaceAll(/:\w+/g, "[^/]*")}$`).test(asked),
  );
  // A path may hold another one once its dots and marks are read.
  const isNowhere = told.length === 0 || code === "SAGA_ROUTE_NOT_FOUND";
  return isNowhere || told.some((route) => errorsOf(route).includes(code));
}

test(
  `rubbish never makes an error of ours, nor one that the contract does not tell, and never changes an instance (seed ${seed})`,
  PATIENT,
  async () => {
    const { app, lines } = shared;
    const before = (await get(app, B1)).body;

    await fc.assert(
      fc.asyncProperty(request, async (options) => {
        const { statusCode, headers, payload } = await app.inject(options);

        expect(statusCode).toBeLessThan(500);
        const isProblem = headers["content-type"] === "application/problem+json";
        expect(isProblem).toBe(statusCode >= 400);
        if (!isProblem || options.method === "HEAD") return;
        const { code } = JSON.parse(payload) as { code: ErrorCode };
        expect([code, isTold(options, code)]).toEqual([code, true]);
      }),
      { seed, numRuns: CASES },
    );

    expect((await get(app, B1)).body).toEqual(before);
    expect(lines).toEqual([]);
  },
);

test(
  `an id of any characters is found at its Location, and in its answer (seed ${seed})`,
  PATIENT,
  async () => {
    const { app } = shared;
    const ids = fc
      .string({ unit: "binary", minLength: 1, maxLength: 40 })
      // oxlint-disable-next-line no-control-regex -- control characters are what is left out
      .filter((id) => !/[\u0000-\u001f\u007f]|\p{Surrogate}/u.test(id) && !/^\.\.?$/.test(id))
      .filter((id) => id !== "b-1");

    await fc.assert(
      fc.asyncProperty(ids, async (id) => {
        const started = await post(app, INSTANCES, { id, input: { seats: 2 } });
        const url = `${INSTANCES}/${encodeURIComponent(id)}`;
        const found = await call(app, { url: new URL(url, "http://a").pathname });

        expect(started.headers["location"] ?? url).toBe(url);
        expect(started.status).toBeLessThan(300);
        expect([found.status, found.body["id"]]).toEqual([200, id]);
      }),
      { seed, numRuns: CASES },
    );
  },
);
