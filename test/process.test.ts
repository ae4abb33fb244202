/** The process as its operator meets it: started, asked, stopped. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { end, startScript } from "./crash/processes.ts";
import { databasePath } from "./fixtures/world.ts";

const body = JSON.stringify({
  id: "o-1",
  input: {
    customerId: "c-1",
    amountCents: 4_200,
    items: [{ sku: "tea", quantity: 2 }],
    address: { line1: "Kai 1", city: "Hamburg", postcode: "20457", country: "DE" },
  },
});

test("the server starts on a free port with its own shop, runs an order, and stops on SIGTERM with nothing left open", async () => {
  const environment = { PORT: "0", SAGACHART_DB: databasePath(), SHOP_URL: "" };
  const first = await startScript("scripts/start.ts", environment);
  onTestFinished(() => void end(first.process, "SIGKILL"));

  const instances = `${first.url}/sagas/order/instances`;
  const headers = { "content-type": "application/json" };
  const started = await fetch(instances, { method: "POST", headers, body });
  // A connection kept alive must not hold the process back.
  const exitCode = await end(first.process, "SIGTERM");
  const again = await startScript("scripts/start.ts", environment);
  onTestFinished(() => void end(again.process, "SIGKILL"));
  const order = await fetch(`${again.url}/sagas/order/instances/o-1`);

  expect([started.status, order.status, exitCode]).toEqual([201, 200, 0]);
});

test.each([
  ["a bad port", { PORT: "no" }, "SAGA_CONFIG_INVALID"],
  ["a misspelt variable", { SAGACHART_DATABASE: "x.db" }, "SAGA_CONFIG_INVALID"],
  ["a folder that is missing", { SAGACHART_MACHINES: "/nowhere" }, "SAGA_CONFIG_INVALID"],
])("%s ends the process at once with a code and a reason", async (_, environment, code) => {
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/start.ts"], {
    env: { ...process.env, PORT: "0", SAGACHART_DB: databasePath(), ...environment },
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const [exitCode] = (await once(child, "close")) as [number];

  expect(exitCode).toBe(7);
  expect(errors).toContain(code);
});

test("a second process on the same file is refused, and the first goes on", async () => {
  const environment = { PORT: "0", SAGACHART_DB: databasePath() };
  const first = await startScript("scripts/start.ts", environment);
  onTestFinished(() => void end(first.process, "SIGKILL"));

  const second = startScript("scripts/start.ts", environment);
  await expect(second).rejects.toThrow("SAGA_STORE_LOCKED");

  expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
});
