/** The Studio's routes: charts with their folds, drafts, and the files of the web app. */
import { beforeAll, expect, test } from "vitest";
import { orderSaga } from "../../machines/order/index.ts";
import { buildStudio } from "../../scripts/build-studio.ts";
import { toChartModel } from "../../src/draw/model.ts";
import type { DrawnChart } from "../../src/studio/layout-routes.ts";
import { defineBooking, get, post, serve } from "../http/booking.ts";

beforeAll(buildStudio, 60_000);

const model = toChartModel(orderSaga.machine);
const served = () => serve({ sagas: [orderSaga] });

test("a large chart is folded unless somebody asks for more, and draws each state that is left", async () => {
  const { app } = await served();

  const overview = await get(app, "/studio/api/layouts/order");
  const whole = await get(app, "/studio/api/layouts/order?folded=");

  const [first, second] = [overview.body, whole.body] as unknown as DrawnChart[];
  expect(first?.folded).toContain("order.chargingPayment");
  expect(first?.layout.states).toHaveLength(first?.model.states.length ?? 0);
  expect(second?.layout.states).toHaveLength(model.states.length);
  expect(second?.model).toEqual(model);
});

test.each([
  ["a fold of no state", "folded=order.nowhere"],
  ["no direction", "direction=UP"],
  ["no version", "version=one"],
  ["an unknown parameter", "fold=order"],
])("%s is refused", async (_, query) => {
  const { app } = await served();

  const { status, body } = await get(app, `/studio/api/layouts/order?${query}`);

  expect([status, body["code"]]).toEqual([400, "SAGA_REQUEST_INVALID"]);
});

test("the list of sagas tells where each is written, and how long half of its ended instances took", async () => {
  const bookingSaga = defineBooking();
  const machines = { machinesPath: "machines", isWritable: false };
  const { app, runtime, clock } = await serve({ sagas: [orderSaga, bookingSaga], machines });
  const before = await get(app, "/studio/api/sagas");

  for (const [id, ms] of [
    ["b-1", 40],
    ["b-2", 70],
    ["b-3", 9_000],
  ] as const) {
    await runtime.start(bookingSaga, { instanceId: id, input: { seats: 1 } });
    await clock.advance(ms);
    await runtime.send(bookingSaga, id, { type: "CANCEL" });
  }
  const after = await get(app, "/studio/api/sagas");

  const [order, booking] = [
    { name: "order", path: "machines/order/chart.ts" },
    { name: "booking", path: null },
  ];
  const told = (p50Ms: number | null) => [
    { ...booking, p50Ms },
    { ...order, p50Ms: null },
  ];
  expect(before.body).toEqual({ sagas: told(null) });
  expect(after.body).toEqual({ sagas: told(70) });
});

test("a draft is laid out like the chart that it may become", async () => {
  const { app } = await served();

  const draft = await post(app, "/studio/api/layouts", { model, folded: [] });
  const saved = await get(app, "/studio/api/layouts/order?folded=");

  expect(draft.status).toBe(200);
  expect(draft.body).toEqual(saved.body);
});

test.each([
  ["nothing", {}],
  ["no states", { model: { ...model, states: [] } }],
  ["a state twice", { model: { ...model, states: [...model.states, model.states[1]] } }],
  ["two roots", { model: { ...model, states: [...model.states, model.states[0]] } }],
  ["a child before its parent", { model: { ...model, states: model.states.toReversed() } }],
  ["an edge to nowhere", { model: { ...model, states: model.states.slice(0, 3) } }],
])("a draft with %s is refused", async (_, body) => {
  const { app } = await served();

  const answer = await post(app, "/studio/api/layouts", body);

  expect([answer.status, answer.body["code"]]).toEqual([400, "SAGA_REQUEST_INVALID"]);
});

test("each deep link is the page, which may load nothing but its own files", async () => {
  const { app } = await served();

  const pages = await Promise.all(
    ["/studio/", "/studio/m/order", "/studio/i/order/o-1", "/studio/m/order/edit"].map((url) =>
      app.inject(url),
    ),
  );

  for (const { statusCode, headers, payload } of pages) {
    expect([statusCode, headers["cache-control"]]).toEqual([200, "no-cache"]);
    expect(headers["content-security-policy"]).toMatch(/^default-src 'self';/);
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    expect(payload).not.toMatch(/<style|style="|\son\w+=|https?:|<script>/);
  }
});

test("files with a hash in their name are kept for ever, compressed, and known again", async () => {
  const { app } = await served();
  const { payload } = await app.inject("/studio/");
  const url = /src="(\/studio\/assets\/[^"]+\.js)"/.exec(payload)?.[1] ?? "";

  const headers = { "accept-encoding": "gzip, br" };
  const [small, plain] = [await app.inject({ url, headers }), await app.inject(url)];
  const again = await app.inject({
    url,
    headers: { ...headers, "if-none-match": String(small.headers.etag) },
  });

  expect(small.headers["content-encoding"]).toBe("br");
  expect(plain.headers["content-encoding"]).toBeUndefined();
  expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
  expect(small.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect(again.statusCode).toBe(304);
});

test.each([
  "/studio/assets/gone-1234.js",
  "/studio/assets/..%2f..%2f..%2fpackage.json",
  "/studio/assets/%2e%2e/%2e%2e/package.json",
])("%s leads to no file", async (url) => {
  const { app } = await served();

  const { statusCode, payload } = await app.inject(url);

  expect(payload).not.toContain('"name"');
  expect([200, 404]).toContain(statusCode);
});
