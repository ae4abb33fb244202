import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance, InjectOptions } from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { orderSaga } from "../../machines/order/index.ts";
import { buildServer } from "../../src/http/server.ts";
import { createRuntime, openSqlite } from "../../src/index.ts";
import { machinesAtHand } from "../draft/machines-at-hand.ts";

const timeout = 120_000;

async function serverAtHand(mayEdit = true): Promise<{ app: FastifyInstance; folder: string }> {
  const folder = machinesAtHand();
  const runtime = await createRuntime({ store: openSqlite(":memory:"), sagas: [orderSaga] });
  const app = buildServer({ runtime, machines: { machinesPath: folder, isWritable: mayEdit } });
  onTestFinished(async () => {
    await app.close();
    await runtime.close({ graceMs: 0 });
  });
  return { app, folder };
}

const operations = [{ op: "renameState", path: ["completed"], to: "over" }];

function drafted(extra: InjectOptions = {}): InjectOptions {
  return { method: "POST", url: "/studio/api/drafts/order", payload: { operations }, ...extra };
}

test(
  "a chart is drafted, and written if it is still the one that was drafted",
  { timeout },
  async () => {
    const { app, folder } = await serverAtHand();
    const path = join(folder, "order", "chart.ts");

    const draft = await app.inject(drafted());
    expect(draft.statusCode).toBe(200);
    const { sha, text, patch } = draft.json<{ sha: string; text: string; patch: string }>();
    expect(patch).toContain("+    over: {");

    const unmatched = await app.inject(drafted({ method: "PUT" }));
    expect(unmatched.json()).toMatchObject({ status: 400, code: "SAGA_REQUEST_INVALID" });
    const other = await app.inject(
      drafted({ method: "PUT", headers: { "if-match": `"${"0".repeat(64)}"` } }),
    );
    expect(other.json()).toMatchObject({ status: 409, code: "SAGA_SOURCE_CHANGED", sha });
    const put = await app.inject(drafted({ method: "PUT", headers: { "if-match": `"${sha}"` } }));
    expect(put.statusCode).toBe(200);
    expect(readFileSync(path, "utf8")).toBe(text);

    // Who moves instances need not guess.
    const kept = join(folder, "order", "renames.json");
    expect(JSON.parse(readFileSync(kept, "utf8"))).toEqual({ 1: { completed: "over" } });
    const compared = await app.inject({
      method: "POST",
      url: "/studio/api/comparisons",
      payload: { before: { saga: "order" }, after: { saga: "order", file: true } },
    });
    expect(compared.json()).toMatchObject({ diff: { renames: { completed: "over" } } });

    const refused = await app.inject(drafted());
    expect(refused.json()).toMatchObject({
      status: 422,
      code: "SAGA_EDIT_REFUSED",
      detail: 'the file writes no state "completed"',
      at: 0,
    });
  },
);

test("nothing is edited where it may not be, and for no page of another origin", async () => {
  const closed = await serverAtHand(false);
  const open = await serverAtHand();

  expect((await closed.app.inject("/studio/api/editing")).json()).toEqual({
    mayEdit: false,
    waiting: [],
  });
  for (const [method, url] of [
    ["POST", "/studio/api/drafts"],
    ["POST", "/studio/api/drafts/order"],
    ["POST", "/studio/api/drafts/order/check"],
    ["POST", "/studio/api/drafts/order/types"],
    ["PUT", "/studio/api/drafts/order"],
  ] as const) {
    const answer = await closed.app.inject(drafted({ method, url }));
    expect(answer.json()).toMatchObject({ status: 403, code: "SAGA_STUDIO_READ_ONLY" });
    for (const headers of [
      { origin: "https://evil.test" },
      { "sec-fetch-site": "cross-site" },
      { origin: "null" },
    ]) {
      const refused = await open.app.inject(drafted({ method, url, headers }));
      expect(refused.json()).toMatchObject({ status: 403, code: "SAGA_ORIGIN_REFUSED" });
    }
  }
  const form = await open.app.inject(
    drafted({ headers: { "content-type": "text/plain" }, payload: JSON.stringify({ operations }) }),
  );
  expect(form.statusCode).toBe(415);
});

test.each(["..%2f..%2fsrc", "..%2fmachines%2forder", "%2e%2e", "calls", "a%00b"])(
  "no path leads out: %s",
  async (saga) => {
    const { app } = await serverAtHand();

    const answer = await app.inject(drafted({ url: `/studio/api/drafts/${saga}` }));

    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  },
);

test("operations that are none are refused with their place", async () => {
  const { app } = await serverAtHand();

  const answer = await app.inject(
    drafted({ payload: { operations: [{ op: "renameState", path: ["completed"], to: "a.b" }] } }),
  );

  expect(answer.json()).toMatchObject({
    status: 400,
    code: "SAGA_REQUEST_INVALID",
    issues: [{ path: "0.to", message: expect.stringContaining("give a name") }],
  });
});

test("instances in a state that is renamed or removed are counted", { timeout }, async () => {
  const runtime = await createRuntime({ store: openSqlite(":memory:"), sagas: [orderSaga] });
  const app = buildServer({ runtime, machines: { machinesPath: "machines", isWritable: true } });
  onTestFinished(async () => {
    await app.close();
    await runtime.close({ graceMs: 0 });
  });
  const input = {
    customerId: "c",
    amountCents: 1,
    items: [{ sku: "s", quantity: 1 }],
    address: { line1: "a", city: "b", postcode: "c", country: "DE" },
    delays: { attemptTimeoutMs: 3_600_000, backoffBaseMs: 3_600_000, backoffCapMs: 3_600_000 },
  };
  await runtime.start(orderSaga, { instanceId: "o-1", input });
  const { state } = await runtime.get(orderSaga, "o-1");
  expect(state).toMatch(/^reservingInventory/);

  const removed = await app.inject(
    drafted({
      payload: {
        operations: [{ op: "renameState", path: ["reservingInventory"], to: "holdingStock" }],
      },
    }),
  );

  expect(removed.json()).toMatchObject({
    affected: [
      {
        state: expect.stringMatching(/^reservingInventory\./),
        becomes: expect.stringMatching(/^holdingStock\./),
        instances: 1,
      },
    ],
  });
});

test("a change on disk is told, whoever makes it", { timeout }, async () => {
  const { app, folder } = await serverAtHand();
  const url = await app.listen({ port: 0 });
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(`${url}/studio/api/changes`, { signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  await reader?.read();
  const { sha } = (await app.inject(drafted())).json<{ sha: string }>();

  await app.inject(drafted({ method: "PUT", headers: { "if-match": `"${sha}"` } }));

  let told = "";
  while (!told.includes("data:")) told += (await reader?.read())?.value ?? "";
  expect(told).toContain('data: {"saga":"order"}');
  expect(existsSync(join(folder, "order", "chart.ts"))).toBe(true);
});

test("a map of renames that cannot be read keeps the file from being written", async () => {
  const { app, folder } = await serverAtHand();
  const path = join(folder, "order", "chart.ts");
  const before = readFileSync(path, "utf8");
  writeFileSync(join(folder, "order", "renames.json"), "[]");

  const answer = await app.inject(
    drafted({ method: "PUT", headers: { "if-match": `"${"0".repeat(64)}"` } }),
  );

  expect(answer.json()).toMatchObject({ status: 422, code: "SAGA_SOURCE_INVALID" });
  expect(readFileSync(path, "utf8")).toBe(before);
});
