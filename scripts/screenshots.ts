/**
 * `npm run screenshots`: pictures of the Studio in `docs/images/studio/`, light and dark, of a server that runs
 * example orders. A new screen is one line in `shots`.
 */
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { createServices } from "../machines/demo/services.ts";
import { createShop } from "../machines/order/shop.ts";
import { drawChart } from "../src/draw/formats.ts";
import { buildServer } from "../src/http/server.ts";
import { loadSagas } from "../src/machines.ts";
import { createRuntime } from "../src/runtime/runtime.ts";
import { openSqlite } from "../src/store/sqlite/open.ts";
import { buildStudio } from "./build-studio.ts";
import { chromiumFlags, chromiumPath } from "./chromium.ts";

interface Shot {
  readonly name: string;
  readonly path: string;
  /** What is done on the page before the picture. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const shots: readonly Shot[] = [
  { name: "sagas", path: "/", prepare: (page) => seen(page, ".saga-row:last-child .mini svg") },
  { name: "live", path: "/m/order" },
  { name: "instance", path: "/i/order/ord-1040" },
  { name: "stuck", path: "/i/order/ord-1030" },
  { name: "time-travel", path: "/i/order/ord-1020?at=5" },
  { name: "edit", path: "/m/order/edit", prepare: edit },
  { name: "review", path: "/m/order/edit", prepare: review },
  { name: "simulate", path: "/m/order/simulate", prepare: simulate },
  { name: "import", path: "/import", prepare: pasteChart },
  { name: "compare", path: "/m/order/compare", prepare: compare },
  { name: "new", path: "/new", prepare: (page) => seen(page, "main input") },
];

const { values: given, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string", default: "docs/images/studio" },
    width: { type: "string", default: "1440" },
    help: { type: "boolean", default: false },
  },
});
const size = { width: Number(given.width), height: 900 };
/** What is imported. */
const foreign = `<scxml xmlns="http://www.w3.org/2005/07/scxml" name="ticket" initial="open">
  <state id="open">
    <transition event="take" cond="count > 3" target="working"/>
    <transition event="reject" target="closed"/>
  </state>
  <state id="working">
    <onentry><log label="hello" expr="count"/></onentry>
    <transition event="ask" target="waiting"/>
    <transition event="done" target="closed"/>
  </state>
  <state id="waiting"><transition event="answer" target="working"/></state>
  <final id="closed"/>
</scxml>`;

/** A draft is loaded in a process of its own. */
const LOADING_MS_MAX = 120_000;
/** Until the page has come to rest. */
const REST_MS = 2_500;

if (given.help) {
  process.stdout.write(
    "npm run screenshots [-- <name> …] [--out <folder>] [--width <pixels>]: pictures of the Studio in docs/images/studio/\n",
  );
} else {
  await main();
}

async function main(): Promise<void> {
  await buildStudio();
  const [shop, services] = [createShop(), createServices()];
  process.env["SHOP_URL"] = await shop.listen();
  process.env["SERVICES_URL"] = await services.listen();
  const sagas = await loadSagas("machines");
  const runtime = await createRuntime({ store: openSqlite(":memory:"), sagas });
  const machines = { machinesPath: "machines", isWritable: true };
  const app = buildServer({ runtime, machines });
  await app.listen({ port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  await fill(url, process.env["SHOP_URL"]);
  mkdirSync(given.out, { recursive: true });
  if (chromiumPath === null) throw new Error("no Chromium: apt-get install chromium");
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [...chromiumFlags],
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
  if (prepare === undefined) await seen(page, "[data-state]");
  else await prepare(page);
  await sleep(REST_MS);
  await page.screenshot({ path: `${given.out}/${name}-${theme}.png` });
  await page.close();
}

async function seen(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().waitFor({ timeout: LOADING_MS_MAX });
}

/** A state is renamed, another added, and the draft is drawn. Nothing is written. */
async function edit(page: Page): Promise<void> {
  await seen(page, ".edit-bar");
  await page.locator(".chart-frame").focus();
  for (const key of ["Enter", "ArrowRight", "End", "ArrowUp", "F2"]) await page.keyboard.press(key);
  await page.keyboard.type("finished");
  await page.keyboard.press("Enter");
  await seen(page, "[data-state='order.finished']");
}

async function review(page: Page): Promise<void> {
  await edit(page);
  await page.keyboard.press("Control+s");
  await seen(page, ".review-checks:not(:has(.is-busy))");
}

/** A reply that is lost, and the timer after it. */
async function simulate(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Loses its reply" }).click({ timeout: LOADING_MS_MAX });
  await page.getByRole("button", { name: /^Fire/ }).click();
  await page.getByRole("button", { name: "Succeeds" }).click();
  await seen(page, "[data-state='order.chargingPayment.attempting'].is-active");
}

async function pasteChart(page: Page): Promise<void> {
  await page.getByLabel("Text").fill(foreign);
  await seen(page, "[data-state='ticket.working']");
  await page.getByRole("tab", { name: /^Losses/ }).click();
}

/** The order as it runs against one that takes money by another name, and cannot be cancelled while it packs. */
async function compare(page: Page): Promise<void> {
  const { orderMachine } = await import("../machines/order/chart.ts");
  const json = await drawChart(orderMachine, "json");
  await page.getByLabel("The running version against").selectOption("text");
  await page.getByLabel(/XState JSON/).fill(json.replaceAll("chargingPayment", "takingMoney"));
  await page.getByRole("button", { name: /takingMoney was chargingPayment/ }).click();
  await seen(page, "[data-state='order.takingMoney']");
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
