/** The editor and its review: by keys alone, by dragging, and what it refuses. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { orderSaga } from "../../machines/order/index.ts";
import { violationsOn } from "./accessibility.ts";
import { useStudio } from "./browser.ts";
import type { VisitOptions } from "./browser.ts";
import { machinesForFile } from "../draft/machines-at-hand.ts";

const machinesPath = machinesForFile();
const studio = useStudio([orderSaga], { machinesPath, isWritable: true });
const chartPath = join(machinesPath, "order", "chart.ts");
const timeout = 180_000;

async function openEditor(options: VisitOptions = {}): Promise<Page> {
  const page = await studio.visit("/m/order/edit", options);
  // Drafts are kept in the browser, and each page has one of its own.
  await page.locator(".edit-bar").waitFor({ timeout: 90_000 });
  return page;
}

/** All but the last key. */
async function rename(page: Page, from: string, to: string): Promise<void> {
  await page.locator(`[data-state="order.${from}"]`).first().click();
  await page.keyboard.press("F2");
  await page.locator(".edit-rename").waitFor();
  await page.keyboard.type(to);
}

test("a state is renamed, added and written by keys alone", { timeout }, async () => {
  const before = readFileSync(chartPath, "utf8");
  const page = await openEditor();
  const { keyboard } = page;
  await page.locator(".chart-frame").focus();

  // To the last state of the first level, and its name.
  for (const key of ["Enter", "ArrowRight", "End", "ArrowUp", "F2"]) await keyboard.press(key);
  await page.locator(".edit-rename").waitFor();
  await keyboard.type("finished");
  await keyboard.press("Enter");
  await page.locator('[data-state="order.finished"]').waitFor();
  expect(await page.getByText("the file writes no state").count()).toBe(0);
  await keyboard.press("Control+d");
  await page.locator('[data-state="order.finished2"]').waitFor();
  await keyboard.press("n");
  await page.locator("dialog[open]").waitFor();
  await keyboard.type("archived");
  await keyboard.press("Enter");
  await page.locator('[data-state="order.archived"]').waitFor();
  await page.locator("dialog[open]").waitFor({ state: "detached" });

  // Undo and redo are exact.
  await keyboard.press("Control+z");
  await page.locator('[data-state="order.archived"]').waitFor({ state: "detached" });
  for (const _ of ["the copy", "the name"]) await keyboard.press("Control+z");
  await page.locator('[data-state="order.completed"]').waitFor();
  await keyboard.press("Control+Shift+Z");
  await page.locator('[data-state="order.finished"]').waitFor();

  // What is not written yet is there when the page is loaded anew, what was taken back too.
  await page.reload();
  await page.locator('[data-state="order.finished"]').waitFor({ timeout: 90_000 });
  await keyboard.press("Control+Shift+Z");
  await page.locator('[data-state="order.finished2"]').waitFor();
  await keyboard.press("Control+z");
  await page.locator('[data-state="order.finished2"]').waitFor({ state: "detached" });
  await page.locator(".chart-frame").focus();
  await keyboard.press("Control+s");
  await page.locator(".review").waitFor();
  expect(await page.locator(".review-words").innerText()).toContain(
    'Rename state "completed" to "finished"',
  );
  await page.locator(".review-checks:not(:has(.is-busy))").waitFor({ timeout: 60_000 });
  expect(await violationsOn(page)).toEqual([]);
  const write = page.getByRole("button", { name: "Write file" });
  await write.focus();
  await keyboard.press("Enter");
  await page.locator("dialog[open]").waitFor({ state: "detached" });

  const expected = before.replace('onDone: "completed"', 'onDone: "finished"');
  expect(readFileSync(chartPath, "utf8")).toBe(
    expected.replace('completed: { type: "final"', 'finished: { type: "final"'),
  );
  writeFileSync(chartPath, before);
});

test(
  "a transition is led elsewhere by its handle, and not where it cannot go",
  { timeout },
  async () => {
    const page = await openEditor();
    await page.locator('[data-state="order.compensating"]').first().click();
    const handle = page.locator("[data-handle]").first();
    await handle.waitFor();
    const center = async (selector: string): Promise<{ x: number; y: number }> => {
      const box = await page.locator(selector).first().boundingBox();
      return {
        x: (box?.x ?? 0) + (box?.width ?? 0) / 2,
        y: (box?.y ?? 0) + (box?.height ?? 0) / 2,
      };
    };
    const from = await center("[data-handle]");
    const drag = async (to: { x: number; y: number }): Promise<void> => {
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
      await page.mouse.move(to.x, to.y);
    };

    await drag(await center('[data-state="order.compensated"]'));
    expect(await page.locator(".edit-notice.is-bad").first().innerText()).toContain(
      "there already",
    );
    await page.mouse.up();
    expect(await page.locator(".edit-count").innerText()).toContain("chart.ts");

    await drag(await center('[data-state="order.completed"]'));
    await page.mouse.up();
    await page.locator(".edit-count", { hasText: "1 edit" }).waitFor();
    await page.getByRole("button", { name: "Review" }).click();
    expect(await page.locator(".review-diff").innerText()).toContain('+      onDone: "completed"');
  },
);

test(
  "a file that was changed on disk gets the edits again, and is looked at anew",
  { timeout },
  async () => {
    const before = readFileSync(chartPath, "utf8");
    const page = await openEditor();
    await rename(page, "completed", "over");
    await page.keyboard.press("Enter");
    await page.locator('[data-state="order.over"]').waitFor();

    writeFileSync(chartPath, before.replace("// An id is null", "// The id is null"));

    await page.locator(".edit-notice", { hasText: "changed on disk" }).waitFor();
    expect(await page.locator(".edit-count").innerText()).toContain("1 edit");

    // An edit that does not fit the file any more waits until it does.
    writeFileSync(chartPath, before.replaceAll(/\bcompleted\b(?=[":])/g, "complete"));
    await page.locator(".edit-notice", { hasText: 'writes no state "completed"' }).waitFor();
    expect(await page.locator(".edit-count").innerText()).toContain("chart.ts");
    writeFileSync(chartPath, before);
    await page.locator('[data-state="order.completed"]').waitFor();
    await page.keyboard.press("Control+Shift+Z");
    await page.locator('[data-state="order.over"]').waitFor();
  },
);

test("tabs have one draft, and no edit of either vanishes", { timeout }, async () => {
  const one = await openEditor();
  const other = await openEditor({ beside: one });
  const both = [one, other];
  const shown = async (...states: readonly string[]): Promise<void> => {
    for (const page of both) {
      for (const state of states) await page.locator(`[data-state="order.${state}"]`).waitFor();
    }
  };

  await rename(one, "completed", "finished");
  await one.keyboard.press("Enter");
  await shown("finished");
  await other.locator(".edit-notice", { hasText: "in another tab too" }).waitFor();

  // At once.
  await rename(one, "compensated", "undone");
  await rename(other, "compensating", "undoing");
  await Promise.all(both.map((page) => page.keyboard.press("Enter")));
  await shown("undone", "undoing");
  await other.reload();
  await other.locator(".edit-count", { hasText: "3 edits" }).waitFor();

  await other.getByRole("button", { name: "Discard" }).click();
  await one.locator(".edit-notice", { hasText: "Redo brings them back" }).waitFor();
  await shown("completed", "compensated", "compensating");
  await one.getByRole("button", { name: "Redo" }).click();
  await shown("finished", "compensated");
  expect(await other.locator(".edit-count").innerText()).toContain("1 edit");
});

test(
  "a misspelt guard shows its type error at its edge, and what is code says so",
  { timeout },
  async () => {
    const before = readFileSync(chartPath, "utf8");
    const code = `compensated: ended(),\n`;
    writeFileSync(
      chartPath,
      before
        .replace('guard: "outcomeUnknown"', 'guard: "outcomeUnknwon"')
        .replace(/compensated: \{ type: "final".*\n/, code)
        .concat(
          'function ended() {\n  return { type: "final", tags: "compensated" } as const;\n}\n',
        ),
    );
    const page = await openEditor();

    // What is code is hatched, says why, and has no pad.
    const made = page.locator('[data-state="order.compensated"]');
    expect(await made.getAttribute("class")).toContain("is-read-only");
    await made.click();
    expect(await page.locator(".edit-reason").innerText()).toContain(
      "Read-only: it is the call ended()",
    );
    expect(await page.locator(".edit-pad").count()).toBe(0);

    const wrong = page.locator(".edge-label.is-bad");
    await wrong.waitFor({ timeout: 60_000 });
    await wrong.click();
    const said = page.locator(".edit-reason.is-bad");
    expect(await said.innerText()).toContain(`Did you mean '"outcomeUnknown"'`);
    expect(await violationsOn(page)).toEqual([]);

    // Mended where it is said, it is gone before anything is written.
    await page.getByLabel("Guard", { exact: true }).fill("outcomeUnknown");
    await page.keyboard.press("Enter");
    await page.locator(".edit-count", { hasText: "1 edit" }).waitFor();
    await page.keyboard.press("Control+s");
    await page
      .locator(".review-check.is-good", { hasText: /TypeScript 7.*finds nothing/ })
      .waitFor({
        timeout: 60_000,
      });
    writeFileSync(chartPath, before);
  },
);

test.each(["light", "dark"] as const)(
  "nothing of the editor is out of reach, %s",
  { timeout },
  async (theme) => {
    const page = await openEditor({ theme });
    await page.locator('[data-state="order.chargingPayment"]').first().click();
    await page.locator(".edit-pad").waitFor();
    expect(await violationsOn(page)).toEqual([]);
    for (const key of ["t", "Shift+N", "m", "Delete"]) {
      await page.locator(".chart-frame").focus();
      await page.keyboard.press(key);
      // Where it leads is chosen first.
      if (key === "t") for (const next of ["ArrowDown", "Enter"]) await page.keyboard.press(next);
      await page.locator("dialog[open]").waitFor();
      expect(await violationsOn(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
    }
    await page.getByRole("tab", { name: "Code" }).click();
    expect(await page.locator(".edit-code").innerText()).toContain("chargingPayment: {");
    expect(await violationsOn(page)).toEqual([]);
  },
);
