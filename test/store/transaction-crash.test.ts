import { on } from "node:events";
import { createInterface } from "node:readline";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { createRuntime, openSqlite } from "../../src/index.ts";
import { createSales, defineSale } from "../fixtures/sale.ts";
import { killProcess, startProcess } from "./child-process.ts";
import { freshDatabasePath } from "./database-path.ts";

const KILLS = 4;
const SALES_MAX = 30;
/** Each process compiles itself first. */
const TIMEOUT_MS = 120_000;

test(
  "through kill -9, a sale's row and its step are there together or not at all, and each once",
  { timeout: TIMEOUT_MS },
  async () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    console.log(`transaction-crash.test.ts: SEED=${seed}`);
    const path = freshDatabasePath();
    const acknowledged: string[] = [];

    for (let kill = 1; kill <= KILLS; kill++) {
      acknowledged.push(...(await killAfter(path, 1 + ((seed * kill * 31) % SALES_MAX))));
      const { rows, sold } = read(path);
      expect(rows).toEqual(sold);
      expect(rows).toEqual(expect.arrayContaining(acknowledged));
    }

    // What was left between its start and its sale is sold by the next process.
    const saga = defineSale();
    const store = openSqlite(path, { setup: createSales });
    const runtime = await createRuntime({ store, sagas: [saga] });
    const { started } = read(path);
    for (const id of started) await runtime.waitFor(saga, id, { state: "sold" });
    await runtime.close();
    expect(read(path)).toEqual({ started, rows: started, sold: started });
  },
);

/** Kills the process once it has acknowledged so many sales; answers all that it did. */
async function killAfter(path: string, count: number): Promise<readonly string[]> {
  const child = startProcess("selling-process.ts", path);
  if (child.stdout === null) throw new Error("the output of the process is not piped");
  const lines = createInterface({ input: child.stdout });
  const seen: string[] = [];
  let killed: Promise<void> | undefined;
  for await (const [line] of on(lines, "line", { close: ["close"] })) {
    seen.push(String(line));
    // It goes on selling meanwhile, so the moment is any.
    if (seen.length === count) killed = killProcess(child);
  }
  await killed;
  return seen;
}

/** By their ids: the rows of the shop, the instances that are sold, and all that were started. */
function read(path: string): Record<"rows" | "sold" | "started", string[]> {
  const client = new Database(path);
  const idsOf = (query: string): string[] =>
    client
      .prepare<[], { id: string }>(`${query} ORDER BY id`)
      .all()
      .map(({ id }) => id);
  const ids = {
    rows: idsOf("SELECT sale_id AS id FROM shop_sales"),
    sold: idsOf("SELECT instance_id AS id FROM instances WHERE phase = 'completed'"),
    started: idsOf("SELECT instance_id AS id FROM instances"),
  };
  client.close();
  return ids;
}
