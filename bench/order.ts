/**
 * Orders to completion, with activities that do nothing: what the runtime itself costs, beside what the
 * machine can write at most. `npx tsx bench/order.ts --help`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { orderMachine } from "../machines/order/chart.ts";
import { createRuntime, defineSaga, openSqlite } from "../src/index.ts";
import type { Store } from "../src/index.ts";
import type { WriteSet } from "../src/store/store.ts";
import { writeRaw } from "./raw-writer.ts";

const { values } = parseArgs({
  options: {
    orders: { type: "string", default: "2000" },
    concurrency: { type: "string", default: "100" },
    rounds: { type: "string", default: "5" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(
    "npx tsx bench/order.ts [--orders 2000] [--concurrency 100] [--rounds 5]\n" +
      "Runs orders to completion and prints orders/s beside the raw limit of this machine.\n",
  );
  process.exit(0);
}

const ordersCount = Number(values.orders);
const concurrency = Number(values.concurrency);

const input = {
  customerId: "c-1",
  amountCents: 4_200,
  items: [{ sku: "tea", quantity: 2 }],
  address: { line1: "Kai 1", city: "Hamburg", postcode: "20457", country: "DE" },
};

const saga = defineSaga({
  name: "order",
  version: 1,
  machine: orderMachine,
  activities: {
    reserveInventory: () => Promise.resolve({ reservationId: "r-1" }),
    chargePayment: () => Promise.resolve({ paymentId: "p-1" }),
    createShipment: () => Promise.resolve({ shipmentId: "s-1" }),
    notifyCustomer: () => Promise.resolve(),
    cancelShipment: () => Promise.resolve(),
    refundPayment: () => Promise.resolve(),
    releaseInventory: () => Promise.resolve(),
  },
});

interface Round {
  readonly ordersPerSecond: number;
  readonly transitionsPerSecond: number;
  readonly limitPerSecond: number;
  readonly batchSize: number;
}

/** The store, with a copy of every batch that goes through it. */
function recorded(store: Store, batches: WriteSet[][]): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === "commit") {
        return (batch: readonly WriteSet[]) => {
          batches.push([...batch]);
          return target.commit(batch);
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

async function measure(folder: string, round: number): Promise<Round> {
  const batches: WriteSet[][] = [];
  const store = recorded(openSqlite(join(folder, `runtime-${round}.db`)), batches);
  const runtime = await createRuntime({ store, sagas: [saga] });
  let next = 0;
  const client = async (): Promise<void> => {
    for (let order = next++; order < ordersCount; order = next++) {
      const instanceId = `o-${order}`;
      await runtime.start(saga, { instanceId, input });
      await runtime.waitFor(saga, instanceId, { phase: "completed" });
    }
  };
  const begunAt = performance.now();
  await Promise.all(Array.from({ length: concurrency }, client));
  const tookMs = performance.now() - begunAt;
  await runtime.close();

  const rawPath = join(folder, `raw-${round}.db`);
  await openSqlite(rawPath).close();
  const rawMs = writeRaw(rawPath, batches);
  const transitions = batches.reduce((sum, batch) => sum + batch.length, 0);
  return {
    ordersPerSecond: (ordersCount / tookMs) * 1_000,
    transitionsPerSecond: (transitions / tookMs) * 1_000,
    limitPerSecond: (transitions / rawMs) * 1_000,
    batchSize: transitions / batches.length,
  };
}

function medianOf(rounds: readonly Round[], pick: (round: Round) => number): string {
  const sorted = rounds.map(pick).toSorted((a, b) => a - b);
  const [median, min, max] = [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)];
  return [median, min, max]
    .map((value) => (value ?? 0).toFixed(value && value < 10 ? 2 : 0))
    .join(" | ");
}

const folder = mkdtempSync(join(tmpdir(), "sagachart-bench-"));
try {
  const rounds: Round[] = [];
  // The first round warms the compiler up and is not counted.
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    const measured = await measure(folder, round);
    if (round > 0) rounds.push(measured);
  }
  process.stdout.write(
    [
      `${ordersCount} orders, concurrency ${concurrency}, synchronous=FULL, ${rounds.length} rounds`,
      `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`,
      "",
      "| measure | median | min | max |",
      "|---|---|---|---|",
      `| orders/s to completion | ${medianOf(rounds, (round) => round.ordersPerSecond)} |`,
      `| transitions/s | ${medianOf(rounds, (round) => round.transitionsPerSecond)} |`,
      `| limit: the same rows by raw statements, transitions/s | ${medianOf(rounds, (round) => round.limitPerSecond)} |`,
      `| ratio to the limit | ${medianOf(rounds, (round) => round.transitionsPerSecond / round.limitPerSecond)} |`,
      `| transitions in a transaction | ${medianOf(rounds, (round) => round.batchSize)} |`,
      "",
    ].join("\n"),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
