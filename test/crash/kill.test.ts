/**
 * The order saga through signals: real servers that are killed, stopped in order, and paused, again and again, and a
 * shop in a process that nobody touches, which keeps the books.
 */
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { Effect, Ledger } from "../../machines/order/shop-books.ts";
import { programOf } from "../fixtures/compiled.ts";
import { databasePath } from "../fixtures/world.ts";
import { compileServer } from "./compiled.ts";
import type { CompiledServer } from "./compiled.ts";
import { integrityOf, problemsOf, sound } from "./order-books.ts";
import { cancelOrder, nowhere, readOrder, retryOrder, startOrder } from "./order-clients.ts";
import type { OrderState, Server } from "./order-clients.ts";
import { end, startScript } from "./processes.ts";
import type { Started } from "./processes.ts";
import { seeded } from "./seeded.ts";

/** Lives of servers, on all lanes together. A nightly run gives more. */
const LIVES = Number(process.env["KILL_LIVES"] ?? 106);
/** Files with a server of their own, side by side: one starts while the other works. */
const LANES = 2;
const ORDERS_EACH_LIFE = 2;
/** How long a server lives after it listens, ms. */
const LIFE_MS = { min: 30, max: 400 } as const;
const LEASE_MS = 500;
/** Longer than a lease: all that the server held has lapsed when it wakes. */
const PAUSE_MS = LEASE_MS + 200;
/** Far longer than an order needs once nobody kills its server: a lease, and a few attempts. */
const SETTLE_MS_MAX = 60_000;
const SEED = Number(process.env["KILL_SEED"] ?? Date.now() % 1_000_000);

const chaos = { failRate: 0.08, loseReplyRate: 0.08, hangRate: 0.04, doneTwiceRate: 0.05 };

/** How a life ends. */
type Fate = "killed" | "stopped in order" | "paused, then killed";

test(
  `every order ends completed or compensated, each effect once, through ${LIVES} lives of its server (KILL_SEED=${SEED})`,
  { timeout: 180_000 + LIVES * 3_000 },
  async () => {
    const shop = await startScript(programOf("test/crash/shop-process.ts"));
    onTestFinished(() => void end(shop.process, "SIGKILL"));
    await tellShop(shop, "PUT", { seed: SEED, ...chaos });
    const compiled = await compileServer(["order"]);
    onTestFinished(compiled.remove);

    const lanes = await Promise.all(
      Array.from({ length: LANES }, async (_, lane) =>
        runLane({ lane, shop, compiled, random: seeded(SEED + lane) }),
      ),
    );
    const { effects, requests } = await ledgerOf(shop);

    tell(lanes, effects, requests);
    const orders = lanes.flatMap((lane) => lane.orders);
    expect(orders.flatMap((state) => problemsOf(state, effects))).toEqual([]);
    // A stop in order is one on which every server ends by itself, and well.
    expect(lanes.flatMap(({ exitCodes }) => exitCodes).filter((code) => code !== 0)).toEqual([]);
    expect(lanes.map(({ dbPath }) => integrityOf(dbPath))).toEqual(lanes.map(() => sound));
  },
);

interface LaneOptions {
  readonly lane: number;
  readonly shop: Started;
  readonly compiled: CompiledServer;
  readonly random: () => number;
}

interface LaneEnd {
  readonly dbPath: string;
  readonly orders: readonly OrderState[];
  readonly fates: readonly Fate[];
  /** Of the servers that were stopped in order. */
  readonly exitCodes: readonly (number | null)[];
}

/** One file: server after server, then one that lives until all orders have ended. */
async function runLane({ lane, shop, compiled, random }: LaneOptions): Promise<LaneEnd> {
  const dbPath = databasePath();
  const server: Server = { url: nowhere };
  const begin = async (): Promise<Started> => {
    const started = await startScript(compiled.program, {
      PORT: "0",
      // An address for each lane: a port that a dead server had may be given to the server of another file.
      HOST: `127.0.0.${lane + 1}`,
      SAGACHART_DB: dbPath,
      SAGACHART_LEASE_MS: String(LEASE_MS),
      SAGACHART_MACHINES: compiled.machines,
      SHOP_URL: shop.url,
      SERVICES_URL: shop.url,
    });
    onTestFinished(() => void end(started.process, "SIGKILL"));
    server.url = started.url;
    return started;
  };

  const ids: string[] = [];
  const clients: Promise<unknown>[] = [];
  const fates: Fate[] = [];
  const exitCodes: (number | null)[] = [];
  for (let life = 0; life < LIVES / LANES; life += 1) {
    const { process: child } = await begin();
    for (let n = 0; n < ORDERS_EACH_LIFE; n += 1) {
      const id = `o-${lane}-${life}-${n}`;
      ids.push(id);
      clients.push(order(server, id, random));
    }
    await setTimeout(LIFE_MS.min + random() * (LIFE_MS.max - LIFE_MS.min));
    const fate = fateOf(life);
    fates.push(fate);
    const exitCode = await meet(child, fate);
    server.url = nowhere;
    if (fate === "stopped in order") exitCodes.push(exitCode);
  }
  // From now on the shop is as good as new, and nobody dies.
  await tellShop(shop, "DELETE");
  const last = await begin();
  await Promise.all(clients);
  const orders = await settled(server, ids);
  exitCodes.push(await end(last.process, "SIGTERM"));
  return { dbPath, orders, fates, exitCodes };
}

/** Nearly all lives end by force, one in ten after a pause; a stop in order waits for what hangs, so there are few. */
function fateOf(life: number): Fate {
  if (life % 20 === 19) return "stopped in order";
  return life % 10 === 4 ? "paused, then killed" : "killed";
}

/** Gives the exit code, if there is one. */
async function meet(child: Started["process"], fate: Fate): Promise<number | null> {
  if (fate === "stopped in order") return end(child, "SIGTERM");
  if (fate === "paused, then killed") {
    child.kill("SIGSTOP");
    await setTimeout(PAUSE_MS);
    child.kill("SIGCONT");
    // What it does with answers that come too late, and with leases that are not its own any more.
    await setTimeout(LIFE_MS.max / 2);
  }
  return end(child, "SIGKILL");
}

async function order(server: Server, id: string, random: () => number): Promise<void> {
  const patience = random() < 0.5 ? "short" : "long";
  const cancelAfterMs = random() < 0.4 ? random() * 80 : null;
  await startOrder(server, id, patience);
  if (cancelAfterMs === null) return;
  await setTimeout(cancelAfterMs);
  await cancelOrder(server, id);
}

/** All orders, once each has ended; as they are, if one never does. */
async function settled(server: Server, ids: readonly string[]): Promise<OrderState[]> {
  const states: OrderState[] = [];
  const untilMs = Date.now() + SETTLE_MS_MAX;
  for (const id of ids) {
    let state = await readOrder(server, id);
    for (; !isEnded(state) && Date.now() < untilMs; state = await readOrder(server, id)) {
      if (state.phase === "stuck") await retryOrder(server, id, `retry-${state.revision}`);
      await setTimeout(20);
    }
    states.push(state);
  }
  return states;
}

function isEnded({ phase }: OrderState): boolean {
  return ["completed", "compensated", "failed"].includes(phase);
}

function tell(
  lanes: readonly LaneEnd[],
  effects: readonly Effect[],
  requests: Ledger["requests"],
): void {
  const fates = lanes.flatMap((lane) => lane.fates);
  const orders = lanes.flatMap((lane) => lane.orders);
  const count = (fate: Fate): number => fates.filter((one) => one === fate).length;
  const completed = orders.filter(({ phase }) => phase === "completed").length;
  const repeated = Object.values(requests).filter((times) => times > 1).length;
  console.log(
    `seed ${SEED}: ${count("killed") + count("paused, then killed")} kills, ` +
      `${count("paused, then killed")} of them after a pause longer than a lease, ` +
      `${count("stopped in order")} stops in order; ${orders.length} orders (${completed} completed), ` +
      `${effects.length} effects, ${repeated} keys asked more than once`,
  );
}

async function tellShop(shop: Started, method: "PUT" | "DELETE", body?: object): Promise<void> {
  const response = await fetch(`${shop.url}/chaos`, {
    method,
    ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(204);
}

async function ledgerOf(shop: Started): Promise<Ledger> {
  const response = await fetch(`${shop.url}/ledger`);
  return (await response.json()) as Ledger;
}
