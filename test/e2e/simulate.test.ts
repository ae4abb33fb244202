/** Simulate in the browser: by mouse, by keyboard alone, from a link, from the checker; on small screens and for all eyes. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { orderSaga } from "../../machines/order/index.ts";
import { violationsOn } from "./accessibility.ts";
import { useStudio } from "./browser.ts";

const studio = useStudio([orderSaga], { machinesPath: "machines", isWritable: false });

/** From source the sagas are compiled when they are first asked for. */
const FIRST_MS = 60_000;

async function simulated(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Succeeds" }).waitFor({ timeout: FIRST_MS });
}

async function active(page: Page): Promise<readonly (string | null)[]> {
  const leaves = await page.locator(".leaf.is-active[data-state]").all();
  return Promise.all(leaves.map((leaf) => leaf.getAttribute("data-state")));
}

test("a path is made by hand, taken back, done again, and stands in the link", async () => {
  const page = await studio.visit("/m/order/simulate");
  await simulated(page);

  await page.getByRole("button", { name: "Loses its reply" }).click();
  await page.getByRole("button", { name: /^Fire/ }).click();
  await simulated(page);
  await page.getByRole("button", { name: "Succeeds" }).click();
  await page.locator("[data-state='order.chargingPayment.attempting'].is-active").waitFor();

  expect(await active(page)).toEqual(["order.chargingPayment.attempting"]);
  const taken = page.locator("[data-edge].is-taken");
  expect(await taken.count()).toBeGreaterThan(3);

  await page.keyboard.press("Control+z");
  await page.locator("[data-state='order.reservingInventory.attempting'].is-active").waitFor();
  await page.keyboard.press("Control+Shift+Z");
  await page.locator("[data-state='order.chargingPayment.attempting'].is-active").waitFor();

  const other = await studio.visit("/");
  await other.goto(page.url());
  await other.locator("[data-state='order.chargingPayment.attempting'].is-active").waitFor();
  await other.getByRole("tab", { name: "Path" }).click();
  expect(await other.locator(".step").count()).toBe(4);
});

test("the same by the keyboard alone, steps before and after, and the path as a test", async () => {
  const page = await studio.visit("/m/order/simulate");
  await simulated(page);

  await page.getByRole("button", { name: "Is rejected" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("It has ended").waitFor();
  await page.keyboard.press("[");
  await page.getByText("step 0 of 1").waitFor();
  expect(await active(page)).toEqual(["order.reservingInventory.attempting"]);
  await page.keyboard.press("l");
  await page.getByText("step 0 of 1").waitFor({ state: "hidden" });

  await page.getByRole("tab", { name: "Next" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "Save as a test" }).focus();
  await page.keyboard.press("Enter");
  const text = await page.locator("dialog pre").textContent();
  expect(text).toContain("await replay(orderSaga, moves, { samples })");
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Save as a test" }).and(page.locator(":focus")).waitFor();
});

test("what cannot happen says why, and an answer may be given by hand", async () => {
  const page = await studio.visit("/m/order/simulate");
  await simulated(page);

  await page.getByRole("button", { name: "More…" }).click();
  await page.getByLabel("How often").selectOption("10");
  await page.getByRole("button", { name: "Fail 10 times" }).click();
  await page.getByText("the chart gave up after 3 of 10").waitFor();

  await page.keyboard.press("Control+z");
  await page.getByRole("button", { name: "More…" }).click();
  await page.getByLabel("Its answer").fill('{ "reservationId": ');
  expect(await page.getByRole("button", { name: "Answer this" }).isDisabled()).toBe(true);
  await page.getByLabel("Its answer").fill('{ "reservationId": "mine" }');
  await page.getByRole("button", { name: "Answer this" }).click();
  await page.getByRole("tab", { name: "Path" }).click();
  await page.getByText("mine", { exact: true }).waitFor();

  // A guard that says no, whatever it would say: nothing is tried again.
  await page.getByRole("button", { name: "Begin anew" }).click();
  await page.getByRole("tab", { name: "Next" }).click();
  await page.getByText("Force guards").click();
  await page.getByLabel("canRetry").selectOption("false");
  await page.getByText("Guards, 1 forced").waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await page.getByRole("button", { name: "Fails", exact: true }).click();
  const undoing = "order.compensating.releasingInventory.attempting";
  await page.locator(`[data-state='${undoing}'].is-active`).waitFor();
});

test("coverage by path tests lies over the chart, all of it", { timeout: 90_000 }, async () => {
  const page = await studio.visit("/m/order/simulate");
  await page.getByRole("tab", { name: "Coverage" }).click();
  await page.getByText("paths that go through").waitFor({ timeout: FIRST_MS });

  expect(await page.locator(".gauge b").allTextContents()).toEqual(["39 of 39", "65 of 65"]);
  expect(await page.locator("[data-state].is-uncovered").count()).toBe(0);
  expect(await page.locator("[data-state].is-covered").count()).toBeGreaterThan(5);
  expect(await violationsOn(page)).toEqual([]);
});

test.each(["light", "dark"] as const)("every part of it is accessible in %s", async (theme) => {
  const page = await studio.visit("/m/order/simulate", { theme });
  await simulated(page);
  await page.getByRole("button", { name: "More…" }).click();
  expect(await violationsOn(page)).toEqual([]);

  await page.getByRole("button", { name: "Loses its reply" }).click();
  await page.getByRole("tab", { name: "Path" }).click();
  await page.locator(".step-details").waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await page.getByRole("button", { name: "Save as a test" }).click();
  await page.locator("dialog pre").waitFor();
  expect(await violationsOn(page)).toEqual([]);
});

test("a phone shows all of it, without a bar at the side", async () => {
  const page = await studio.visit("/m/order/simulate", { width: 390, height: 844 });
  await simulated(page);

  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
});
