/** The server on a disk that is full, is held by another, or fails: what its clients and its operator see. */
import { once } from "node:events";
import { existsSync, statSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { createShop } from "../../machines/order/shop.ts";
import { compileServer } from "../crash/compiled.ts";
import type { CompiledServer } from "../crash/compiled.ts";
import { end, startScript } from "../crash/processes.ts";
import type { Started } from "../crash/processes.ts";
import { folderOfTest } from "../fixtures/folder.ts";
import { shimEnvironment, whyNoShim } from "./disk-shim.ts";
import { setFault } from "./fault.ts";

const missing = whyNoShim();
if (missing !== null) console.warn(`server.test.ts is skipped in part: ${missing}`);

// Each starts a server or two.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const shop = createShop();
let shopUrl: string;
let compiled: CompiledServer;

beforeAll(async () => {
  [compiled, shopUrl] = await Promise.all([compileServer(["order"]), shop.listen()]);
});

afterAll(async () => {
  compiled.remove();
  await shop.close();
});

const BALLAST_BYTES = 1_000_000;
const input = {
  customerId: "c-1",
  amountCents: 4_200,
  items: [{ sku: "tea", quantity: 2 }],
  address: { line1: "Kai 1", city: "Hamburg", postcode: "20457", country: "DE" },
};

test.skipIf(missing !== null)(
  "on a full disk starts get 507 and reads an answer, and orders go on by themselves when there is space",
  async () => {
    const folder = folderOfTest();
    const server = await serve(folder, shimEnvironment(folder));
    await order(server, "o-1");

    setFault(folder, { what: "full", nth: 1, often: "ever" });
    const refused = await order(server, "o-2");
    const answers = [
      await get(server, "/sagas/order/instances/o-1"),
      await get(server, "/sagas/order/instances/o-2"),
      await get(server, "/health/live"),
      await get(server, "/health/ready"),
    ];
    setFault(folder, null);
    await ready(server);
    const taken = await order(server, "o-2", "?waitFor=settled");

    expect(refused).toMatchObject({
      status: 507,
      retryAfter: "1",
      body: { code: "SAGA_STORE_FULL" },
    });
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 200, 503]);
    expect(answers[3]?.body).toMatchObject({
      code: "SAGA_NOT_READY",
      reasons: [{ code: "disk-full" }],
    });
    expect(taken).toMatchObject({ status: 201, body: { phase: "completed" } });
    const first = await get(server, "/sagas/order/instances/o-1?waitFor=settled");
    expect(first.body).toMatchObject({ phase: "completed" });
    expect(await end(server.process, "SIGTERM")).toBe(0);
  },
);

test.skipIf(missing !== null)(
  "after a sync that failed nobody is told a failure, the process ends with 8, and the next one applies it once",
  async () => {
    const folder = folderOfTest();
    const server = await serve(folder, shimEnvironment(folder));
    const ended = once(server.process, "exit");

    setFault(folder, { what: "eio-sync", nth: 1, often: "ever" });
    const doubtful = await order(server, "o-1");
    const [code] = (await ended) as [number];
    setFault(folder, null);
    const next = await serve(folder, {});
    const again = await order(next, "o-1", "?waitFor=settled");

    expect(doubtful).toMatchObject({ status: 503, body: { code: "SAGA_STORE_OUTCOME_UNKNOWN" } });
    expect(code).toBe(8);
    expect([200, 201]).toContain(again.status);
    expect(again.body).toMatchObject({ phase: "completed" });
  },
);

test.skipIf(missing !== null)(
  "a start on a full disk ends with 8, names the file and what to delete",
  async () => {
    const folder = folderOfTest();
    setFault(folder, { what: "full", nth: 1, often: "ever" });

    const refusal = serve(folder, shimEnvironment(folder));

    await expect(refusal).rejects.toThrow(
      /ended with 8: [^]*SAGA_STORE_FULL[^]*sagas\.db\.ballast/,
    );
  },
);

test("a path that cannot be written ends the start with 8 and a reason", async () => {
  await expect(serve("/proc", {})).rejects.toThrow(
    /ended with 8: [^]*SAGA_STORE_INVALID[^]*\/proc/,
  );
});

test("while another program holds the database starts get 503, and go on when it is gone", async () => {
  const folder = folderOfTest();
  const server = await serve(folder, {});
  await order(server, "o-1", "?waitFor=settled");
  const other = new Database(join(folder, "sagas.db"));
  other.exec("BEGIN IMMEDIATE");

  const refused = await order(server, "o-2");
  const read = await get(server, "/sagas/order/instances/o-1");
  const unready = await get(server, "/health/ready");
  other.exec("ROLLBACK");
  other.close();
  await ready(server);
  const taken = await order(server, "o-2", "?waitFor=settled");

  expect(refused).toMatchObject({
    status: 503,
    retryAfter: "1",
    body: { code: "SAGA_STORE_BUSY" },
  });
  expect(read.status).toBe(200);
  // Others may stand beside it: the event loop stood still while SQLite was patient.
  expect(unready.body).toMatchObject({
    reasons: expect.arrayContaining([expect.objectContaining({ code: "store-busy" })]) as unknown,
  });
  expect(taken).toMatchObject({ status: 201, body: { phase: "completed" } });
});

test("space is set aside beside the database, and made anew after it was freed", async () => {
  const folder = folderOfTest();
  const ballast = join(folder, "sagas.db.ballast");
  for (let life = 1; life <= 2; life += 1) {
    const server = await serve(folder, { SAGACHART_BALLAST_BYTES: String(BALLAST_BYTES) });
    await until(() => Promise.resolve(existsSync(ballast)));
    const { size } = statSync(ballast);
    await end(server.process, "SIGTERM");

    expect(size).toBe(BALLAST_BYTES);
    rmSync(ballast);
  }
});

test.each([
  ["an exception", "throw new Error('unforeseen')"],
  ["a rejection", "Promise.reject(new Error('unforeseen'))"],
])("%s that nobody handles is logged, and ends the process with 1", async (_, statement) => {
  const handler = `process.on("SIGUSR2", () => { ${statement} })`;
  const server = await serve(folderOfTest(), {
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(handler)}`,
  });
  let log = "";
  server.process.stdout?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const ended = once(server.process, "close");

  server.process.kill("SIGUSR2");
  const [code] = (await ended) as [number];

  expect(code).toBe(1);
  expect(log).toMatch(/"level":60.*unforeseen/);
});

async function serve(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<Started> {
  const started = await startScript(compiled.program, {
    PORT: "0",
    SAGACHART_DB: join(folder, "sagas.db"),
    SAGACHART_MACHINES: compiled.machines,
    SAGACHART_BALLAST_BYTES: "0",
    SHOP_URL: shopUrl,
    ...environment,
  });
  onTestFinished(() => void end(started.process, "SIGKILL"));
  return started;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

async function order(server: Started, id: string, query = ""): Promise<Answer> {
  const response = await fetch(`${server.url}/sagas/order/instances${query}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id, input }),
  });
  return toAnswer(response);
}

async function get(server: Started, path: string): Promise<Answer> {
  return toAnswer(await fetch(`${server.url}${path}`));
}

async function toAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  return { status, retryAfter: headers.get("retry-after"), body: await response.json() };
}

function ready(server: Started): Promise<void> {
  return until(async () => (await get(server, "/health/ready")).status === 200);
}

/** Asks again and again; a test that waits in vain is ended by its timeout. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(50);
}
