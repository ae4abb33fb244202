/** What Prometheus fetches: what happened is counted, under names alone, and the page tells of each metric. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Metrics } from "../../src/metrics/metrics.ts";
import { B1, INSTANCES, PATIENCE_MS, get, post, serveB1 } from "./booking.ts";
import type { Served } from "./booking.ts";

/** The samples whose names begin with `name`, by name and labels. */
async function samples(
  { app }: Pick<Served, "app">,
  name: string,
): Promise<Record<string, number>> {
  const { statusCode, payload } = await app.inject("/metrics");
  expect(statusCode).toBe(200);
  const lines = payload.split("\n").filter((line) => line.startsWith(name));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

test("events, and what they led to, are counted by saga, source and phase", async () => {
  const served = await serveB1();

  await post(served.app, `${B1}/events`, { type: "NOTE", text: "x" });
  await post(served.app, `${B1}/events`, { type: "PAY", cents: 0 });
  await post(served.app, `${B1}/events`, { type: "CANCEL" });

  expect(await samples(served, "saga_transitions_total")).toEqual({
    'saga_transitions_total{saga="booking",source="start",phase="forward"}': 1,
    'saga_transitions_total{saga="booking",source="client",phase="forward"}': 1,
    'saga_transitions_total{saga="booking",source="client",phase="compensated"}': 1,
  });
  expect(await samples(served, "saga_commit_transitions_sum")).toEqual({
    saga_commit_transitions_sum: 3,
  });
});

test("how late timers are is counted in seconds", async () => {
  const served = await serveB1();

  await served.clock.advance(PATIENCE_MS);

  expect(await samples(served, "saga_timer_lag_seconds_count")).toEqual({
    'saga_timer_lag_seconds_count{saga="booking"}': 1,
  });
  expect(await samples(served, "saga_timer_lag_seconds_sum")).toEqual({
    'saga_timer_lag_seconds_sum{saga="booking"}': 0,
  });
});

test("instances are told by version and phase, as they stand", async () => {
  const served = await serveB1();
  await post(served.app, INSTANCES, { id: "b-2", input: { seats: 1 } });
  await post(served.app, `${B1}/events`, { type: "CANCEL" });

  expect(await samples(served, "saga_instances{")).toEqual({
    'saga_instances{saga="booking",version="1",phase="forward"}': 1,
    'saga_instances{saga="booking",version="1",phase="compensated"}': 1,
  });
});

test("requests are counted by their routes, and what was asked for is in no label", async () => {
  const served = await serveB1();

  await get(served.app, B1);
  await get(served.app, "/sagas/booking/instances/nobody-of-this-name");
  await get(served.app, "/a-path-of-a-client");

  const counted = await samples(served, "http_request_duration_seconds_count");
  const route = "/sagas/:saga/instances/:id";
  expect(counted).toMatchObject({
    [`http_request_duration_seconds_count{method="GET",route="${route}",status="200"}`]: 1,
    [`http_request_duration_seconds_count{method="GET",route="${route}",status="404"}`]: 1,
    'http_request_duration_seconds_count{method="GET",route="none",status="404"}': 1,
  });
  expect(JSON.stringify(counted)).not.toMatch(/nobody-of-this-name|a-path-of-a-client/);
});

test("a runtime that takes nothing is told as not ready, and metrics go on without its instances", async () => {
  const served = await serveB1();
  expect(await samples(served, "saga_ready")).toEqual({ saga_ready: 1 });

  await served.runtime.close();

  expect(await samples(served, "saga_ready")).toEqual({ saga_ready: 0 });
  expect(await samples(served, "saga_instances{")).toEqual({});
  expect(await samples(served, "saga_transitions_total")).not.toEqual({});
});

test("what happens beside transitions is counted by its kind", async () => {
  const served = await serveB1();
  const key = { "idempotency-key": "k-1" };
  await post(served.app, `${B1}/events`, { type: "NOTE", text: "x" }, key);
  await post(served.app, `${B1}/events`, { type: "NOTE", text: "x" }, key);

  expect(await samples(served, "saga_notices_total")).toEqual({
    'saga_notices_total{saga="booking",kind="repeated"}': 1,
  });
});

test("the page tells of each metric with its type, and of no other", async () => {
  const page = readFileSync("docs/reference/metrics.md", "utf8");
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm)];

  const text = await new Metrics().render();
  const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );

  expect(types.length).toBeGreaterThan(10);
  expect(rows.map(([, name, type]) => `${name} ${type}`).toSorted()).toEqual(types.toSorted());
});
