import { createMachine } from "xstate";
import { expect, test } from "vitest";
import { z } from "zod";
import { toJsonSchema } from "../../src/http/json-schema.ts";
import { renderSagaWithChart } from "../../src/http/render-saga.ts";
import { defineSaga } from "../../src/index.ts";
import { toChart } from "../../src/saga/chart.ts";
import { orderSaga } from "../../machines/order/index.ts";
import { defineBooking, get, serve } from "./booking.ts";

test("the list of sagas tells the newest version of each, what it takes and what undoes what", async () => {
  const { app } = await serve({ sagas: [defineBooking(1), defineBooking(2)] });

  const { status, body } = await get(app, "/sagas");

  expect(status).toBe(200);
  expect(body["sagas"]).toMatchObject([
    { name: "booking", version: 2, compensations: { charge: "refund" } },
  ]);
  const [booking] = body["sagas"] as { events: { type: string }[]; inputSchema: object }[];
  expect(booking?.events.map(({ type }) => type)).toEqual([
    "BREAK",
    "CANCEL",
    "CRASH",
    "FILL",
    "LEAK",
    "NOTE",
    "PAY",
    "saga.retry",
  ]);
  expect(booking?.inputSchema).toMatchObject({ type: "object", required: ["seats"] });
  expect(booking).not.toHaveProperty("chart");
});

test("a saga comes with its chart, which draws the same states again", async () => {
  const { app } = await serve();

  const { body } = await get(app, "/sagas/booking");

  const redrawn = createMachine(body["chart"] as never);
  expect(Object.keys(redrawn.states)).toEqual([
    "waiting",
    "paying",
    "refunding",
    "stuck",
    "paid",
    "forgotten",
    "cancelled",
  ]);
  // Marks of the runtime are no part of what the author drew.
  expect(JSON.stringify(body)).not.toContain("@sagachart");
});

test("the chart of the order saga is rendered whole", () => {
  const { chart } = renderSagaWithChart(toChart(orderSaga));

  expect(() => createMachine(chart as never)).not.toThrow();
});

test("whatever an author hangs into a chart, it is rendered", () => {
  const meta: Record<string, unknown> = { doc: "a b-tree", weigh: () => 1, at: new Date(0) };
  meta["self"] = meta;
  meta["regexp"] = /a/;
  const machine = createMachine({
    initial: "a",
    states: { a: { tags: "completed", type: "final", meta } },
  });
  const saga = defineSaga({ name: "odd", version: 1, machine, activities: {} });

  const { chart } = renderSagaWithChart({ ...toChart(defineBooking()), saga });

  expect(chart).toMatchObject({
    states: { a: { meta: { doc: "a b-tree", at: "1970-01-01T00:00:00.000Z" } } },
  });
});

test("a schema that JSON Schema has no words for is null, and a vendor that throws is no error", () => {
  const standard = (jsonSchema: object) =>
    ({
      "~standard": { version: 1, vendor: "test", validate: () => ({ value: 1 }), jsonSchema },
    }) as never;

  expect(toJsonSchema(z.date())).toBeNull();
  expect(toJsonSchema(null)).toBeNull();
  expect(toJsonSchema(standard({}))).toBeNull();
  expect(toJsonSchema(standard({ input: () => Promise.resolve(1) }))).toBeNull();
  expect(toJsonSchema(standard({ input: () => ({ type: "string" }) }))).toEqual({ type: "string" });
});

test("a schema is converted once", () => {
  let count = 0;
  const jsonSchema = { input: () => ({ count: (count += 1) }) };
  const schema = {
    "~standard": { version: 1, vendor: "test", validate: () => ({ value: 1 }), jsonSchema },
  };

  toJsonSchema(schema as never);
  toJsonSchema(schema as never);

  expect(count).toBe(1);
});
