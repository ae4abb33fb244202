/** Bulk operations: one operation on all instances that a search finds. */
import { expect, test } from "vitest";
import type { Runtime } from "../../src/index.ts";
import {
  BULK_BATCH,
  BULK_INSTANCES_MAX,
  BULKS_KEPT_MAX,
  BULKS_RUNNING_MAX,
  Bulks,
} from "../../src/runtime/operators/bulk.ts";
import type { BulkOptions } from "../../src/runtime/operators/bulk.ts";
import type { InstanceSummary } from "../../src/store/store.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { definePurchase } from "../fixtures/purchase.ts";
import { crashedCopy, databasePath, deferred, openWorld } from "../fixtures/world.ts";

const suspend = { operation: "suspend", reason: "the bank is down", by: "ann" } as const;
const saga = definePurchase({ charge: () => new Promise(() => {}) });

async function startMany(runtime: Runtime, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, index) => `b-${index}`);
  await Promise.all(
    ids.map((instanceId) => runtime.start(saga, { instanceId, input: { cents: 1 } })),
  );
}

test("a bulk operation does it to all that the filter found, and counts who refused and why", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const { runtime } = await openWorld(path, { sagas: [saga], clock });
  await startMany(runtime, BULK_BATCH + 3);
  await runtime.send(saga, "b-0", { type: "PAY" });
  await runtime.operate(saga, "b-1", suspend);

  const dry = await runtime.bulks.dryRun({ phases: ["forward"], state: "waiting" }, suspend);
  const started = await runtime.bulks.start({ phases: ["forward"], state: "waiting" }, suspend);
  await clock.quiet();
  const progress = runtime.bulks.get(started.id);
  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock });

  expect(dry.matched).toBe(BULK_BATCH + 2);
  expect(dry.first).toHaveLength(20);
  expect(started).toMatchObject({ state: "running", matched: BULK_BATCH + 2, done: 0 });
  expect(progress).toMatchObject({
    operation: "suspend",
    state: "done",
    matched: BULK_BATCH + 2,
    done: BULK_BATCH + 1,
    refused: { SAGA_INSTANCE_SUSPENDED: 1 },
    failed: 0,
  });
  expect(await runtime.get(saga, "b-0")).toMatchObject({ suspended: null });
  expect(await after.runtime.get(saga, "b-7")).toMatchObject({ suspended: { by: "ann" } });
  expect(() => after.runtime.bulks.get(started.id)).toThrow(
    expect.objectContaining({ code: "SAGA_OPERATION_NOT_FOUND" }),
  );
});

test("an aborted bulk operation does no more", async () => {
  const clock = new ManualClock();
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await startMany(runtime, 3 * BULK_BATCH);

  const { id } = await runtime.bulks.start({ saga: "purchase" }, suspend);
  const aborted = runtime.bulks.abort(id);
  await clock.quiet();

  expect(aborted.state).toBe("aborted");
  expect(runtime.bulks.get(id)).toMatchObject({ state: "aborted", done: BULK_BATCH });
});

test("a bulk operation that is not valid is refused before anything is looked for", async () => {
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  const terminate = { operation: "terminate", reason: "x" } as const;

  await expect(runtime.bulks.start({}, terminate)).rejects.toMatchObject({
    code: "SAGA_FORCE_REQUIRED",
  });
  await expect(runtime.bulks.dryRun({}, { ...suspend, reason: "" })).rejects.toMatchObject({
    code: "SAGA_REQUEST_INVALID",
  });
});

/** Bulks over `count` instances that are not there, and whose operations end when the test says so. */
function bench(count: number, operate: BulkOptions["operate"]): Bulks {
  let uuids = 0;
  const items = Array.from({ length: count }, () => ({ saga: "s", instanceId: "i" }));
  return new Bulks({
    clock: new ManualClock(),
    random: { uuid: () => `u-${uuids++}` },
    health: () => null,
    store: {
      findInstances: () =>
        Promise.resolve({ items: items as unknown as InstanceSummary[], next: null }),
    },
    operate,
  });
}

test("the limits of bulk operations hold", async () => {
  const gate = deferred<void>();
  const tooMany = bench(BULK_INSTANCES_MAX + 1, () => gate.promise);
  const busy = bench(1, () => gate.promise);
  const idle = bench(0, () => gate.promise);

  const refusal = { code: "SAGA_OPERATION_NOT_POSSIBLE" };
  await expect(tooMany.dryRun({}, suspend)).rejects.toMatchObject(refusal);
  for (let count = 0; count < BULKS_RUNNING_MAX; count += 1) await busy.start({}, suspend);
  await expect(busy.start({}, suspend)).rejects.toMatchObject(refusal);
  for (let count = 0; count <= BULKS_KEPT_MAX; count += 1) await idle.start({}, suspend);

  expect(() => idle.get("u-0")).toThrow("no such bulk operation");
  expect(idle.get("u-1")).toMatchObject({ state: "done" });
});

test("what fails for another reason than the instance's is counted apart", async () => {
  const bulks = bench(2, () => Promise.reject(new Error("the disk")));

  const { id } = await bulks.start({}, suspend);
  await new Promise((resolve) => setImmediate(resolve));

  expect(bulks.get(id)).toMatchObject({ done: 0, failed: 2, refused: {} });
});
