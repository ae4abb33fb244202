import { expect, test } from "vitest";
import { SagaError } from "../../src/errors.ts";
import { B1, get, post, serve, serveB1, withCommit } from "./booking.ts";

test("a server that runs is live and ready", async () => {
  const { app } = await serve();

  expect(await get(app, "/health/live")).toMatchObject({ status: 200, body: { status: "live" } });
  expect(await get(app, "/health/ready")).toMatchObject({
    status: 200,
    body: { status: "ready", warnings: [] },
  });
});

test("a server whose runtime is closed is live but not ready, and does not fill its log with it", async () => {
  const { app, runtime, lines } = await serve();
  await runtime.close();

  const ready = await get(app, "/health/ready");

  expect(await get(app, "/health/live")).toMatchObject({ status: 200 });
  expect(ready).toMatchObject({ status: 503, body: { code: "SAGA_NOT_READY" } });
  expect(ready.body["reasons"]).toEqual([
    { code: "draining", text: "the runtime is closing; send it again later" },
  ]);
  expect(ready.headers).toMatchObject({
    "content-type": "application/problem+json",
    "retry-after": "1",
    "cache-control": "no-store",
  });
  expect(lines).toEqual([]);
});

test("a server whose store failed for good is not ready, and says why", async () => {
  let isBroken = false;
  const { app } = await serveB1({
    wrap: (store) =>
      withCommit(store, (writeSets) => {
        if (!isBroken) return store.commit(writeSets);
        return Promise.reject(new SagaError("SAGA_STORE_OUTCOME_UNKNOWN", "the disk is gone"));
      }),
  });
  isBroken = true;

  const refused = await post(app, `${B1}/events`, { type: "CANCEL" });

  expect(refused).toMatchObject({ status: 503, body: { code: "SAGA_STORE_OUTCOME_UNKNOWN" } });
  expect(await get(app, "/health/ready")).toMatchObject({
    status: 503,
    body: { reasons: [{ code: "store-failed", text: "the disk is gone" }] },
  });
});
