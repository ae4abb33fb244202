import { readFileSync } from "node:fs";
import { fastify } from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { errorStatus } from "../../src/errors.ts";
import { contractRoutes } from "../../src/http/contract/docs-page-routes.ts";
import { metricsRoutes } from "../../src/http/metrics-routes.ts";
import { Metrics } from "../../src/metrics/metrics.ts";
import { healthRoutes } from "../../src/http/health-routes.ts";
import { httpLimits } from "../../src/http/limits.ts";
import { sagaRoutes } from "../../src/http/saga-routes.ts";
import { serve } from "./booking.ts";

const read = (name: string): string =>
  readFileSync(new URL(`../../docs/reference/${name}`, import.meta.url), "utf8");

test("errors.md has a section with its status for each code, in the order of the table, and no other", () => {
  const sections = [...read("errors.md").matchAll(/^### (\w+)\n\nStatus (\d+)\. \S/gm)];

  expect(sections.map(([, code, status]) => [code, Number(status)])).toEqual(
    Object.entries(errorStatus),
  );
  expect(read("errors.md").match(/^### /gm)).toHaveLength(sections.length);
});

test("http.md lists each route, and no other", async () => {
  const { runtime } = await serve();
  const routes: string[] = [];
  const app = fastify();
  app.addHook("onRoute", ({ method, url }) => {
    if (method !== "HEAD") routes.push(`${String(method)} ${url}`);
  });
  await app.register(sagaRoutes, { runtime });
  await app.register(healthRoutes, { runtime });
  await app.register(metricsRoutes, { metrics: new Metrics() });
  await app.register(contractRoutes, { runtime });
  onTestFinished(() => app.close());

  const listed = [...read("http.md").matchAll(/^\| `([A-Z]+ \/[^`]*)` \|/gm)].map(
    ([, route]) => route,
  );

  expect(listed).toEqual(routes);
});

test("http.md names no code that there is not", () => {
  const named = new Set(read("http.md").match(/SAGA_\w+/g));

  expect([...named].filter((code) => !Object.hasOwn(errorStatus, code))).toEqual([]);
});

test("http.md lists each limit with its value, and no other", () => {
  const listed = [...read("http.md").matchAll(/^\| `(\w+)` \| (\d+) \| \S/gm)];

  expect(listed.map(([, name, value]) => [name, Number(value)])).toEqual(
    Object.entries(httpLimits),
  );
});
