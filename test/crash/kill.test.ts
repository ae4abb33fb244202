/** The order saga through kill -9: a real server that dies again and again, and a shop that keeps the books. */
import { setTimeout } from "node:timers/promises";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import type { Effect, Ledger } from "../../machines/order/shop-books.ts";
import { databasePath } from "../fixtures/world.ts";
import { cancelOrder, readOrder, retryOrder, startOrder } from "./order-clients.ts";
import type { OrderState, Server } from "./order-clients.ts";
import { end, startScript } from "./processes.ts";
import type { Started } from "./processes.ts";
import { seeded } from "./seeded.ts";

const KILLS = 22;
const ORDERS = 220;
/** How long a server lives after it listens, ms. */
const LIFE_MS = { min: 50, max: 900 } as const;
const SEED = Number(process.env["KILL_SEED"] ?? Date.now() % 1_000_000);

// What undoes what, in the order of the steps.
const undoOf = { reserve: "release", charge: "refund", ship: "cancelShipment" } as const;

test(
  `every order ends completed or compensated, each effect once, through ${KILLS} kills (KILL_SEED=${SEED})`,
  { timeout: 280_000 },
  async () => {
    const random = seeded(SEED);
    const dbPath = databasePath();
    const shop = await startScript("test/crash/shop-process.ts");
    onTestFinished(() => void end(shop.process, "SIGKILL"));
    const chaos = {
      seed: SEED,
      failRate: 0.08,
      loseReplyRate: 0.08,
      hangRate: 0.04,
      doneTwiceRate: 0.05,
    };
    await tellShop(shop, "PUT", chaos);

    const server: Server = { url: "http://127.0.0.1:9" };
    const ids = Array.from({ length: ORDERS }, (_, index) => `o-${index}`);
    const clients: Promise<unknown>[] = [];
    const begin = async (): Promise<Started> => {
      const started = await startScript("scripts/start.ts", {
        PORT: "0",
        SAGACHART_DB: dbPath,
        SAGACHART_LEASE_MS: "1500",
        SHOP_URL: shop.url,
      });
      server.url = started.url;
      return started;
    };

    for (let life = 0; life < KILLS; life += 1) {
      const { process: child } = await begin();
      const share = ids.slice((life * ORDERS) / KILLS, ((life + 1) * ORDERS) / KILLS);
      for (const id of share) {
        const patience = random() < 0.5 ? "short" : "long";
        const cancelAfterMs = random() < 0.4 ? random() * 80 : null;
        clients.push(order(server, id, { patience, cancelAfterMs }));
      }
      await setTimeout(LIFE_MS.min + random() * (LIFE_MS.max - LIFE_MS.min));
      await end(child, "SIGKILL");
    }
    await tellShop(shop, "DELETE");
    const last = await begin();
    onTestFinished(() => void end(last.process, "SIGKILL"));
    await Promise.all(clients);
    const orders = await settled(server, ids);
    const { effects, requests } = await ledgerOf(shop);
    const exitCode = await end(last.process, "SIGTERM");

    const wrong = orders.flatMap((state) => problemsOf(state, effects));
    const repeated = Object.values(requests).filter((count) => count > 1).length;
    console.log(
      `seed ${SEED}: ${KILLS} kills, ${ORDERS} orders (${orders.filter(isCompleted).length} completed), ` +
        `${effects.length} effects, ${repeated} keys asked more than once`,
    );
    expect(wrong).toEqual([]);
    expect(exitCode).toBe(0);
    expect(integrityOf(dbPath)).toEqual({ integrity: "ok", gaps: 0, outbox: 0, timers: 0 });
  },
);

async function order(
  server: Server,
  id: string,
  { patience, cancelAfterMs }: { patience: "short" | "long"; cancelAfterMs: number | null },
): Promise<void> {
  await startOrder(server, id, patience);
  if (cancelAfterMs === null) return;
  await setTimeout(cancelAfterMs);
  await cancelOrder(server, id);
}

/** Far longer than an order needs once nobody kills its server: a lease, and a few attempts. */
const SETTLE_MS_MAX = 60_000;

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

/** What the books say against an order: nothing, if all is well. */
function problemsOf({ id, phase, output }: OrderState, all: readonly Effect[]): string[] {
  const effects = all.filter(({ orderId }) => orderId === id);
  const keys = effects.map(({ idempotencyKey }) => idempotencyKey);
  const calls = effects.map(({ call }) => call);
  const done = calls.filter((call): call is keyof typeof undoOf => call in undoOf);
  const undos = done.toReversed().map((call) => undoOf[call]);
  // Effects that found nothing to undo are part of the way, not of the books.
  const undone = effects.filter(({ undid }) => undid.length > 0).map(({ call }) => call);
  // An order whose notification ran out of attempts is completed all the same, and says so.
  const isWhole =
    calls.join() === "reserve,charge,ship,notify" ||
    (calls.join() === "reserve,charge,ship" && output?.notified === false);

  const verdicts: readonly (readonly [boolean, string])[] = [
    [new Set(keys).size === keys.length, "a key took effect twice"],
    [new Set(done).size === done.length, "a step took effect twice"],
    [phase === "completed" || phase === "compensated", `is ${phase} in the end`],
    [phase !== "completed" || isWhole, "is completed, but not all happened, or not in order"],
    [
      phase !== "compensated" || undone.join() === undos.join(),
      "is compensated, but not in reverse order, or something is left over",
    ],
  ];
  return verdicts
    .filter(([isWell]) => !isWell)
    .map(([, problem]) => `${id} ${problem}: ${calls.join()}`);
}

function isCompleted({ phase }: OrderState): boolean {
  return phase === "completed";
}

async function tellShop(shop: Started, method: "PUT" | "DELETE", chaos?: object): Promise<void> {
  const response = await fetch(`${shop.url}/chaos`, {
    method,
    ...(chaos && { headers: { "content-type": "application/json" }, body: JSON.stringify(chaos) }),
  });
  expect(response.status).toBe(204);
}

async function ledgerOf(shop: Started): Promise<Ledger> {
  const response = await fetch(`${shop.url}/ledger`);
  return (await response.json()) as Ledger;
}

function integrityOf(path: string): object {
  const database = new Database(path, { readonly: true });
  const count = (sql: string): unknown => database.prepare(sql).pluck().get();
  const found = {
    integrity: count("PRAGMA integrity_check"),
    gaps: count(
      `SELECT count(*) FROM instances i WHERE revision <>
       (SELECT count(*) FROM journal j WHERE j.instance = i.key)`,
    ),
    outbox: count("SELECT count(*) FROM outbox WHERE status = 'live'"),
    timers: count("SELECT count(*) FROM timers"),
  };
  database.close();
  return found;
}
