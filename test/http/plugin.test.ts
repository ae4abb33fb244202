/** The routes as a plugin in an app that is not ours. */
import { fastify } from "fastify";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { httpLimits } from "../../src/http/limits.ts";
import { sagaRoutes } from "../../src/http/saga-routes.ts";
import { buildServer } from "../../src/http/server.ts";
import { call, get, post, serve } from "./booking.ts";

async function host({
  paramLengthMax = httpLimits.paramLengthMax,
}: { paramLengthMax?: number } = {}) {
  const { runtime } = await serve();
  const lines: { msg: string }[] = [];
  const loggerInstance: FastifyBaseLogger = pino(
    { level: "warn" },
    { write: (line: string) => lines.push(JSON.parse(line)) },
  );
  const app: FastifyInstance = fastify({
    loggerInstance,
    routerOptions: { maxParamLength: paramLengthMax },
  });
  app.setErrorHandler((error: { statusCode?: number }, _, reply) =>
    reply.code(error.statusCode ?? 500).send({ by: "the host" }),
  );
  app.post("/echo", (request) => ({ body: request.body }));
  app.addHook("onRequest", async ({ headers }) => {
    if (headers.authorization !== "wrong") return;
    throw Object.assign(new Error("no"), { statusCode: 401 });
  });
  await app.register(sagaRoutes, { prefix: "/api", runtime });
  onTestFinished(() => app.close());
  return { app, lines };
}

const START = "/api/sagas/booking/instances";

test("in an app under a prefix the Location has the prefix too", async () => {
  const { app } = await host();

  const { status, headers } = await post(app, START, { id: "b/1", input: { seats: 2 } });

  expect([status, headers["location"]]).toEqual([201, `${START}/b%2F1`]);
  expect((await get(app, String(headers["location"]))).status).toBe(200);
});

test("errors of the routes are problems, whatever the app makes of its own", async () => {
  const { app } = await host();

  const { headers, body } = await post(app, START, { input: {} });

  expect(headers["content-type"]).toBe("application/problem+json");
  expect(body["code"]).toBe("SAGA_INPUT_INVALID");
});

test("an error that a hook of the app made for HTTP is answered by the app", async () => {
  const { app } = await host();

  const { status, body } = await call(app, {
    url: "/api/sagas",
    headers: { authorization: "wrong" },
  });

  expect([status, body]).toEqual([401, { by: "the host" }]);
});

test("what the routes do to bodies and errors stays inside", async () => {
  const { app } = await host();

  const echo = await app.inject({
    method: "POST",
    url: "/echo",
    payload: "hello",
    headers: { "content-type": "text/plain" },
  });
  const inside = await app.inject({
    method: "POST",
    url: START,
    payload: "hello",
    headers: { "content-type": "text/plain" },
  });

  expect(echo.json()).toEqual({ body: "hello" });
  expect(echo.headers["cache-control"]).toBeUndefined();
  expect(inside.statusCode).toBe(415);
});

test("our limits of a body hold in any app", async () => {
  const { app } = await host();
  const id = "x".repeat(httpLimits.bodyBytesMax);

  expect((await post(app, START, { id, input: {} })).body["code"]).toBe("SAGA_BODY_TOO_LARGE");
});

test("an app that finds no long ids is warned", async () => {
  const [roomy, narrow] = [await host(), await host({ paramLengthMax: 100 })];

  expect(roomy.lines).toEqual([]);
  expect(narrow.lines.map(({ msg }) => msg)).toEqual([
    expect.stringContaining(`maxParamLength: ${httpLimits.paramLengthMax}`),
  ]);
});

test("whoever adds routes to our server may have Fastify check and write by schemas", async () => {
  const { runtime } = await serve();
  const app = buildServer({ runtime });
  onTestFinished(() => app.close());
  const number = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
  app.get("/own", { schema: { querystring: number, response: { 200: number } } }, ({ query }) => ({
    ...(query as object),
    hidden: true,
  }));

  const taken = await app.inject({ url: "/own?n=7" });
  const refused = await app.inject({ url: "/own?n=seven" });

  expect([taken.statusCode, taken.json()]).toEqual([200, { n: 7 }]);
  expect(refused.statusCode).toBe(400);
});
