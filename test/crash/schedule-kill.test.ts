/** A schedule through kill -9 over its due times: a real server that dies just before, at and after them. */
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { Ledger } from "../../machines/order/shop-books.ts";
import { instanceIdAt } from "../../src/runtime/schedules/schedule-definition.ts";
import { programOf } from "../fixtures/compiled.ts";
import { databasePath } from "../fixtures/world.ts";
import { compileServer } from "./compiled.ts";
import { end, startScript } from "./processes.ts";
import type { Started } from "./processes.ts";

const EVERY_MS = 1_000;
/** When the server is killed, ms after a due time of its schedule; -500: long before, so that the time passes over a dead one. */
const KILLS_MS = [-500, -10, 0, 5, 15, 40] as const;
const input = {
  customerId: "c-1",
  amountCents: 4_200,
  items: [{ sku: "tea", quantity: 2 }],
  address: { line1: "Kai 1", city: "Hamburg", postcode: "20457", country: "DE" },
};

interface ScheduleState {
  readonly createdAt: string;
  readonly nextDueAt: string;
  readonly lastDueAt: string | null;
}

test(
  `each due time starts one instance, and its effects happen once, through ${KILLS_MS.length} kills around due times`,
  { timeout: 300_000 },
  async () => {
    const dbPath = databasePath();
    const shop = await startScript(programOf("test/crash/shop-process.ts"));
    onTestFinished(() => void end(shop.process, "SIGKILL"));
    const compiled = await compileServer(["order"]);
    onTestFinished(compiled.remove);
    const begin = async (): Promise<Started> => {
      const server = await startScript(compiled.program, {
        PORT: "0",
        SAGACHART_DB: dbPath,
        SAGACHART_LEASE_MS: "1500",
        SAGACHART_MACHINES: compiled.machines,
        SHOP_URL: shop.url,
      });
      onTestFinished(() => void end(server.process, "SIGKILL"));
      return server;
    };
    const schedules = "/sagas/order/schedules";
    let server = await begin();
    const made = { id: "tick", everyMs: EVERY_MS, input, overlap: "allow", catchUp: "all" };
    await ask(server, "POST", schedules, made);

    for (const afterMs of KILLS_MS) {
      const nextDueAt = await nextDue(server, `${schedules}/tick`);
      await until(Date.parse(nextDueAt) + afterMs);
      await end(server.process, "SIGKILL");
      // The time passes over a dead server, and the one that comes finds it overdue.
      await until(Date.parse(nextDueAt) + 1);
      server = await begin();
    }
    await ask(server, "POST", `${schedules}/tick/pause`);
    const { createdAt, lastDueAt } = await ask<ScheduleState>(server, "GET", `${schedules}/tick`);
    const dueTimes = dueTimesOf(Date.parse(createdAt), Date.parse(lastDueAt ?? createdAt));
    const ids = dueTimes.map((dueAtMs) => instanceIdAt("tick", dueAtMs));
    const orders = await Promise.all(
      ids.map((id) =>
        ask<{ id: string; phase: string }>(
          server,
          "GET",
          `/sagas/order/instances/${id}?waitFor=settled&timeoutMs=60000`,
        ),
      ),
    );
    const found = await ask<{ items: { id: string }[] }>(server, "GET", "/instances?limit=200");
    const { effects } = await ask<Ledger>(shop, "GET", "/ledger");

    expect(dueTimes.length).toBeGreaterThanOrEqual(KILLS_MS.length);
    expect(found.items.map(({ id }) => id).toSorted()).toEqual(ids);
    expect(orders.filter(({ phase }) => phase !== "completed")).toEqual([]);
    for (const id of ids) {
      const calls = effects.filter(({ orderId }) => orderId === id).map(({ call }) => call);
      expect([id, calls]).toEqual([id, ["reserve", "charge", "ship", "notify"]]);
    }
  },
);

/** The next due time, once all that passed over a dead server are dealt with: else it would be killed again before it began. */
async function nextDue(server: Started, schedule: string): Promise<string> {
  for (;;) {
    const { nextDueAt } = await ask<ScheduleState>(server, "GET", schedule);
    if (Date.parse(nextDueAt) > Date.now()) return nextDueAt;
    await setTimeout(5);
  }
}

function dueTimesOf(createdAtMs: number, lastMs: number): number[] {
  const count = Math.round((lastMs - createdAtMs) / EVERY_MS);
  return Array.from({ length: count }, (_, n) => createdAtMs + (n + 1) * EVERY_MS);
}

async function until(atMs: number): Promise<void> {
  await setTimeout(Math.max(0, atMs - Date.now()));
}

async function ask<Answer>(
  { url }: Started,
  method: "GET" | "POST",
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${path} was answered with ${JSON.stringify(answer)}`);
  return answer as Answer;
}
