/**
 * `npm run screenshots`: pictures of the Studio in `docs/images/studio/`, light and dark, of a server that runs
 * example orders. A new screen is one line in `shots`.
 */
import { existsSync, mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { createServices } from "../machines/demo/services.ts";
import { createShop } from "../machines/order/shop.ts";
import { buildServer } from "../src/http/server.ts";
import { loadSagas } from "../src/machines.ts";
import { createRuntime } from "../src/runtime/runtime.ts";
import { openSqlite } from "../src/store/sqlite/open.ts";
import { buildStudio } from "./build-studio.ts";

interface Shot {
  readonly name: string;
  readonly path: string;
  /** What is done on the page before the picture. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const shots: readonly Shot[] = [
  { name: "sagas", path: "/" },
  { name: "live", path: "/m/order" },
  { name: "instance", path: "/i/order/ord-1040" },
  { name: "stuck", path: "/i/order/ord-1030" },
  { name: "time-travel", path: "/i/order/ord-1020?at=5" },
];

const folder = "docs/images/studio";
const size = { width: 1280, height: 800 };
/** Until the page has come to rest. */
const REST_MS = 2_500;

if (process.argv.includes("--help")) {
  process.stdout.write(
    "npm run screenshots [-- <name> …]: pictures of the Studio in docs/images/studio/\n",
  );
} else {
  await main(process.argv.slice(2));
}

async function main(names: readonly string[]): Promise<void> {
  await buildStudio();
  const [shop, services] = [createShop(), createServices()];
  process.env["SHOP_URL"] = await shop.listen();
  process.env["SERVICES_URL"] = await services.listen();
  const sagas = await loadSagas("machines");
  const runtime = await createRuntime({ store: openSqlite(":memory:"), sagas });
  const app = buildServer({ runtime });
  await app.listen({ port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  await fill(url, process.env["SHOP_URL"]);
  mkdirSync(folder, { recursive: true });
  const executablePath = "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error("no Chromium: apt-get install chromium");
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const wanted = shots.filter(({ name }) => names.length === 0 || names.includes(name));
  for (const shot of wanted) {
    for (const theme of ["light", "dark"] as const) await take(browser, url, shot, theme);
  }
  await browser.close();
  await app.close();
  await runtime.close({ graceMs: 0 });
  await Promise.all([shop.close(), services.close()]);
}

async function take(
  browser: Browser,
  url: string,
  { name, path, prepare }: Shot,
  theme: "light" | "dark",
): Promise<void> {
  const page = await browser.newPage({ viewport: size, colorScheme: theme });
  await page.goto(`${url}/studio${path}`);
  await page.locator("[data-state], .saga-row").first().waitFor();
  await sleep(REST_MS);
  await prepare?.(page);
  await page.screenshot({ path: `${folder}/${name}-${theme}.png` });
  await page.close();
}

/** Orders that went well, were refused, retry, hang and are stuck. */
async function fill(url: string, shopUrl: string): Promise<void> {
  const order = (id: string, country = "DE", amountCents = 4_200): Promise<unknown> =>
    send("POST", `${url}/sagas/order/instances`, {
      id,
      input: {
        customerId: "c-1",
        amountCents,
        items: [{ sku: "tea", quantity: 2 }],
        address: { line1: "Kai 1", city: "Hamburg", postcode: "20457", country },
      },
    });
  const knob = (call: string, mode: object): Promise<unknown> =>
    send("PUT", `${shopUrl}/knobs/${call}`, mode);

  for (let index = 1001; index <= 1012; index += 1) await order(`ord-${index}`);
  await order("ord-1015", "DE", 2_000_000);
  await order("ord-1016", "Atlantis");
  await sleep(1_500);
  await knob("charge", { mode: "fail", times: 2 });
  await order("ord-1020");
  await sleep(2_500);
  await knob("refund", { mode: "reject", times: 2 });
  await order("ord-1030", "Atlantis");
  await order("ord-1031", "Atlantis");
  await sleep(1_000);
  await knob("charge", { mode: "fail", status: 429, retryAfterSeconds: 200, times: 3 });
  for (const id of ["ord-1040", "ord-1041", "ord-1042"]) await order(id);
  await sleep(1_000);
  await knob("ship", { mode: "hang" });
  await order("ord-1050");
  await sleep(500);
}

async function send(method: string, url: string, body: unknown): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer.text();
}
