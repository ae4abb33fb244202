/** Sagas that are created in the Studio: from a template by the pointer, and drawn from nothing by keys alone. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { orderSaga } from "../../machines/order/index.ts";
import { machinesForFile } from "../draft/machines-at-hand.ts";
import { violationsOn } from "./accessibility.ts";
import { useStudio } from "./browser.ts";

const machinesPath = machinesForFile();
const studio = useStudio([orderSaga], { machinesPath, isWritable: true });
const timeout = 180_000;

test("a saga is created from a template, and goes on in the editor", { timeout }, async () => {
  const page = await studio.visit("/");
  await page.getByRole("link", { name: "New saga" }).click();
  await page.locator('[data-state="new-saga.shipping"]').waitFor();
  expect(await violationsOn(page)).toEqual([]);

  // A name that cannot be, and one that is taken, say so; nothing is written.
  const name = page.getByLabel("Name of the saga");
  const create = page.getByRole("button", { name: "Create saga" });
  for (const [given, problem] of [
    ["../order", "lower case letters"],
    ["order", 'there is a saga "order" already'],
  ] as const) {
    await name.fill(given);
    await page.locator(".hint.is-problem", { hasText: problem }).waitFor();
    expect(await create.isDisabled()).toBe(true);
  }
  await name.fill("parcel");
  await page.getByLabel("A person decides").check();
  await page.locator('[data-state="parcel.awaitingApproval"]').waitFor();
  await page.getByRole("button", { name: "Remove sendContract" }).click();
  await page.locator('[data-state="parcel.sendingContract"]').waitFor({ state: "detached" });
  // Two steps at once; whether they are stays with their places.
  await page.getByRole("button", { name: "Add a step" }).click();
  await page.getByLabel("Does").last().fill("printBadge");
  await page.getByRole("button", { name: "Remove a person decides" }).click();
  await page.getByLabel("at the same time as createAccount").check();
  await page.locator('[data-state="parcel.inParallel"]').waitFor();
  await page.getByRole("button", { name: "printBadge earlier" }).click();
  expect(await page.getByLabel("at the same time as printBadge").isChecked()).toBe(true);
  expect(await violationsOn(page)).toEqual([]);
  await page.getByRole("tab", { name: "Files" }).click();
  const shown = await page.locator(".files pre").first().innerText();
  await page.getByRole("tab", { name: "Plan" }).click();
  await create.click();

  await page.locator(".edit-bar").waitFor({ timeout: 90_000 });
  expect(page.url()).toContain("/studio/m/parcel/edit");
  expect(await page.locator(".edit-notice").innerText()).toContain("Not running yet");
  const chart = readFileSync(join(machinesPath, "parcel", "chart.ts"), "utf8");
  expect(chart.trim()).toBe(shown.trim());
  expect(existsSync(join(machinesPath, "parcel", "parcel.test.ts"))).toBe(true);
  // It is found again from where all sagas are.
  await page.goto(`${studio.url}/studio/`);
  expect(await page.locator(".sagas-waiting a").innerText()).toBe("parcel");
});

test("a saga is drawn from nothing and written, by keys alone", { timeout }, async () => {
  const page = await studio.visit("/", { theme: "dark" });
  const { keyboard } = page;
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await keyboard.press(key);
  };
  await page.getByRole("link", { name: "New saga" }).waitFor();
  await press("Control+k");
  await page.locator("#palette-list li").first().waitFor();
  await keyboard.type("New saga");
  await page.getByRole("option", { name: "New saga" }).first().waitFor();
  await press("Enter");
  await page.getByLabel("Name of the saga").waitFor();
  await keyboard.type("letter");
  // To the templates, and the last of them.
  await press("Tab", "ArrowUp");
  await page.locator('[data-state="letter.begun"]').waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await press("Enter");

  await page.locator(".edit-bar").waitFor({ timeout: 90_000 });
  await page.locator(".chart-frame").focus();
  await press("Enter", "ArrowRight", "F2");
  await page.locator(".edit-rename").waitFor();
  await keyboard.type("writing");
  await press("Enter");
  await page.locator('[data-state="letter.writing"]').waitFor();
  await press("n");
  await page.locator("dialog[open]").waitFor();
  await keyboard.type("sending");
  await press("Enter");
  await page.locator('[data-state="letter.sending"]').waitFor();
  await page.locator("dialog[open]").waitFor({ state: "detached" });

  // A transition from the new state: the target by an arrow key, the event in the dialog.
  await press("t");
  await page.locator(".edit-notice", { hasText: "Lead it to sending" }).waitFor();
  await press("ArrowDown");
  await page.locator(".edit-notice", { hasText: "Lead it to completed" }).waitFor();
  await press("Enter");
  await page.locator("dialog[open]").waitFor();
  await page.getByLabel("Event").focus();
  await keyboard.type("SENT");
  await press("Enter");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  // The one that was there leads to the new state.
  await press("ArrowUp", "Tab", "t", "ArrowUp", "Enter");
  await page.locator(".edit-count", { hasText: "4 edits" }).waitFor();
  await press("Control+s");
  await page.locator(".review").waitFor();
  await page.getByRole("button", { name: "Write file" }).focus();
  await press("Enter");
  await page.locator("dialog[open]").waitFor({ state: "detached" });

  const chart = readFileSync(join(machinesPath, "letter", "chart.ts"), "utf8");
  expect(chart.slice(chart.indexOf("initial:")).replaceAll(/\s+/g, " ")).toContain(
    'initial: "writing", states: { writing: { description: "Rename it, and draw what comes next.", ' +
      'tags: "forward", on: { GO_ON: "sending" }, }, ' +
      'sending: { tags: "forward", on: { SENT: "completed" } }, completed: {',
  );
});

test("a new saga can be planned on a small screen", { timeout }, async () => {
  const page = await studio.visit("/new", { width: 390, height: 844 });
  await page.locator('[data-state="new-saga.shipping"]').waitFor();

  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  expect(await violationsOn(page)).toEqual([]);
});
