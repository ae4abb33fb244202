/** Import, export and comparison in the browser. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { drawChart } from "../../src/draw/formats.ts";
import { orderSaga } from "../../machines/order/index.ts";
import { violationsOn } from "./accessibility.ts";
import { useStudio } from "./browser.ts";

const studio = useStudio([orderSaga], { machinesPath: "machines", isWritable: false });

const foreign = `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" name="ticket" initial="open">
  <state id="open">
    <transition event="assign" cond="count > 3" target="working"/>
  </state>
  <state id="working">
    <onentry><log label="hello" expr="count"/></onentry>
    <transition event="done" target="closed"/>
  </state>
  <final id="closed"/>
</scxml>`;

test("a chart that is pasted is drawn, with what is lost line by line, and the files it becomes", async () => {
  const page = await studio.visit("/import");
  await page.getByLabel("Text").fill(foreign);
  await page.locator("[data-state='ticket.working']").waitFor();

  expect(await page.locator(".over-note").textContent()).toContain("Read as SCXML, 3 states");
  await page.getByRole("tab", { name: /^Losses/ }).click();
  const losses = await page.locator(".losses li").allTextContents();
  expect(losses.find((text) => text.includes("count > 3"))).toMatch(/^line 3/);
  expect(losses.find((text) => text.includes("<log"))).toMatch(/^line 6/);

  await page.getByRole("tab", { name: "Files" }).click();
  expect(await page.locator(".files summary").allTextContents()).toContain(
    "machines/ticket/chart.ts",
  );
  const write = page.getByRole("button", { name: /^Write/ });
  expect(await write.isDisabled()).toBe(true);

  // A page that is loaded anew has lost nothing.
  await page.reload();
  await page.locator("[data-state='ticket.working']").waitFor();
});

test("what cannot be read says why, and so does a file that is none", async () => {
  const page = await studio.visit("/import");
  await page.getByLabel("Text").fill("<scxml><state></scxml>");
  await page.getByText("it is not well-formed").waitFor();
  await page.getByLabel("Text").fill("what is this");
  await page.getByText("it is none of XState's JSON").waitFor();

  expect(await page.locator("[data-state]").count()).toBe(0);
});

test("two charts lie side by side, and what is another in name is known", async () => {
  const json = await drawChart(orderSaga.machine, "json");
  const renamed = json.replaceAll("chargingPayment", "takingMoney");
  const page = await studio.visit("/m/order/compare");
  await page.getByLabel("The running version against").selectOption("text");
  await page.getByLabel(/XState JSON/).fill(renamed);
  await page.getByRole("button", { name: /takingMoney was chargingPayment/ }).click();

  const before = page.locator("[data-state='order.chargingPayment']");
  const after = page.locator("[data-state='order.takingMoney']");
  await before.waitFor();
  await after.waitFor();
  for (const percent of await page.locator(".percent").all()) {
    await expect
      .poll(async () => Number.parseInt((await percent.textContent()) ?? "", 10))
      .toBeGreaterThan(50);
  }
  expect(await before.getAttribute("class")).toContain("is-changed");
  expect(await after.getAttribute("class")).toContain("is-selected");

  await page.getByRole("tab", { name: "Renames" }).click();
  await page.getByLabel("chargingPayment", { exact: true }).selectOption("");
  await page.getByRole("tab", { name: "Differences" }).click();
  await page
    .getByRole("button", { name: /removed:.*chargingPayment/ })
    .first()
    .waitFor();
});

test("the chart is saved as every format, a PNG among them that is a picture", async () => {
  const page = await studio.visit("/m/order");
  await page.getByRole("button", { name: "Export…" }).click();
  expect(await violationsOn(page)).toEqual([]);

  const [scxml] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /SCXML/ }).click(),
  ]);
  expect(scxml.suggestedFilename()).toBe("order.scxml");
  const [png] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: /PNG/ }).click(),
  ]);
  const bytes = readFileSync((await png.path()) ?? "");
  expect(bytes.subarray(1, 4).toString()).toBe("PNG");
  expect(bytes.readUInt32BE(16)).toBeGreaterThan(1_000);
  expect(bytes.length).toBeGreaterThan(20_000);
});

test.each(["light", "dark"] as const)("both screens are accessible in %s", async (theme) => {
  const page = await studio.visit("/import", { theme });
  await page.getByLabel("Text").fill(foreign);
  await page.locator("[data-state='ticket.working']").waitFor();
  expect(await violationsOn(page)).toEqual([]);
  for (const name of [/^Losses/, "Files"]) {
    await page.getByRole("tab", { name }).click();
    expect(await violationsOn(page)).toEqual([]);
  }

  const other = await studio.visit("/m/order/compare", { theme });
  await other.getByLabel("The running version against").selectOption("text");
  await other
    .getByLabel(/XState JSON/)
    .fill((await drawChart(orderSaga.machine, "json")).replaceAll("chargingPayment", "paying"));
  await other.getByRole("button", { name: /paying was chargingPayment/ }).waitFor();
  expect(await violationsOn(other)).toEqual([]);
  await other.getByRole("tab", { name: "Renames" }).click();
  expect(await violationsOn(other)).toEqual([]);
});
