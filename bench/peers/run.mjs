/**
 * What all peers share: so many sagas at a time, first a few to warm up, then those that are timed. A peer is a
 * program of its own; it is given its options as JSON and answers with one line of JSON.
 */
import { performance } from "node:perf_hooks";

/**
 * `open` answers `{ settings, run, close }`: `run(id)` brings one saga of four steps to its end, `settings` are those
 * that durability rests on, as read back, `close` may be left out.
 */
export async function runPeer(open) {
  const options = JSON.parse(process.argv[2] ?? "{}");
  const peer = await open(options);
  await inFlight(peer, { ...options, count: options.warm, prefix: "warm" });
  const begunAt = performance.now();
  const tookMs = await inFlight(peer, { ...options, prefix: "saga" });
  const seconds = (performance.now() - begunAt) / 1_000;
  tookMs.sort((a, b) => a - b);
  const at = (share) => tookMs[Math.floor((tookMs.length - 1) * share)];
  const result = {
    sagas: options.count / seconds,
    p50: at(0.5),
    p99: at(0.99),
    rss: process.memoryUsage().rss / 2 ** 20,
    settings: peer.settings,
  };
  await peer.close?.();
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}

async function inFlight(peer, { count, concurrency, prefix }) {
  const tookMs = [];
  let next = 0;
  const client = async () => {
    for (let index = next++; index < count; index = next++) {
      const begunAt = performance.now();
      await peer.run(`${prefix}-${index}`);
      tookMs.push(performance.now() - begunAt);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, client));
  return tookMs;
}

/** Numbers of SQLite's levels. */
export const LEVELS = ["OFF", "NORMAL", "FULL", "EXTRA"];

/** What is given to the saga, the same for all. */
export const order = {
  customerId: "c-1",
  amountCents: 4_200,
  items: [{ sku: "tea", quantity: 2 }],
  address: { line1: "Kai 1", city: "Hamburg", country: "DE" },
};

/** Who waits for a saga by its id, where the peer itself would only be asked again and again. */
export function createWaiting() {
  const waiting = new Map();
  return {
    for: (id) => new Promise((resolve) => waiting.set(id, resolve)),
    over(id) {
      waiting.get(id)?.();
      waiting.delete(id);
    },
  };
}
