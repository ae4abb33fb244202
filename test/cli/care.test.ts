/** Backup, restore and verify as their operator meets them: as processes, beside a server that works, and after its end. */
import { execFile } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { createShop } from "../../machines/order/shop.ts";
import { compileServer } from "../crash/compiled.ts";
import type { CompiledServer } from "../crash/compiled.ts";
import { startOrder } from "../crash/order-clients.ts";
import { end, startScript } from "../crash/processes.ts";
import type { Started } from "../crash/processes.ts";
import { compile } from "../fixtures/compiled.ts";
import type { Compiled } from "../fixtures/compiled.ts";
import { databasePath } from "../fixtures/world.ts";
import type { Run } from "./shell-at-hand.ts";

// Each starts half a dozen processes.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const shop = createShop();
let [server, command] = [{} as CompiledServer, {} as Compiled];
let shopUrl = "";

beforeAll(async () => {
  const cli = { entryPoints: { sagachart: "src/cli/main.ts" }, packages: "external" } as const;
  [server, command, shopUrl] = await Promise.all([
    compileServer(["order"]),
    compile("cli", cli),
    shop.listen(),
  ]);
});

afterAll(async () => {
  server.remove();
  command.remove();
  await shop.close();
});

test("a backup of a server at work is verified, restored in the place of the lost file, and goes on where it was", async () => {
  const path = databasePath();
  const backup = join(dirname(path), "backup.db");
  await everyCallHangs(true);
  const first = await serve(path);
  await startOrder(first, "o-1", "long");

  const [copied] = await Promise.all([
    sagachart("backup", backup, "--db", path),
    ordersInARow(first, 40),
  ]);
  const again = await sagachart("backup", backup, "--db", path);
  const verified = await sagachart("verify", "--db", backup);
  await end(first.process, "SIGKILL");
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`);
  const mistaken = serve(path);
  await expect(mistaken).rejects.toThrow("ended with 8: SAGA_STORE_MISMATCH");
  const restored = await sagachart("restore", backup, "--db", path);
  await everyCallHangs(false);
  const next = await serve(path);
  const held = await orderAt(next, "o-1");
  await resume(next, "o-1");
  const settled = await orderAt(next, "o-1?waitFor=settled");

  expect([copied, verified, restored].map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(again).toMatchObject({
    code: 2,
    err: expect.stringContaining("there is a file at") as unknown,
  });
  expect(answer(copied)).toMatchObject({ db: path, bytes: statSync(backup).size });
  expect(statSync(backup).mode & 0o777).toBe(0o600);
  expect(readdirSync(dirname(path)).filter((name) => name.includes(".part"))).toEqual([]);
  const { instances } = answer(verified) as { instances: number };
  expect(answer(restored)).toMatchObject({ aside: null, suspended: instances });
  expect(held).toMatchObject({
    phase: "forward",
    suspended: { reason: `restored from ${backup}` },
  });
  expect(settled).toMatchObject({ phase: "completed" });
  expect(await end(next.process, "SIGTERM")).toBe(0);
});

async function serve(path: string): Promise<Started> {
  const started = await startScript(server.program, {
    PORT: "0",
    SAGACHART_DB: path,
    SAGACHART_MACHINES: server.machines,
    SAGACHART_BALLAST_BYTES: "0",
    SHOP_URL: shopUrl,
  });
  onTestFinished(() => void end(started.process, "SIGKILL"));
  return started;
}

async function ordersInARow(started: Started, count: number): Promise<void> {
  for (let index = 2; index <= count; index += 1) await startOrder(started, `o-${index}`, "long");
}

async function orderAt(started: Started, id: string): Promise<unknown> {
  return (await fetch(`${started.url}/sagas/order/instances/${id}`)).json();
}

async function resume(started: Started, id: string): Promise<void> {
  await fetch(`${started.url}/sagas/order/instances/${id}/operations`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ operation: "resume", reason: "it was looked at" }),
  });
}

async function everyCallHangs(isSo: boolean): Promise<void> {
  const calm = { seed: 1, failRate: 0, loseReplyRate: 0, doneTwiceRate: 0 };
  await fetch(`${shopUrl}/chaos`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...calm, hangRate: isSo ? 1 : 0 }),
  });
}

/** Runs the command as a process, with `--json`. */
function sagachart(...args: readonly string[]): Promise<Run> {
  const program = join(command.folder, "sagachart.mjs");
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args, "--json"], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

function answer(run: Run): unknown {
  return JSON.parse(run.out);
}
