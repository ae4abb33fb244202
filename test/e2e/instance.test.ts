/** One instance on the page: followed, sent events, operated, and brought back to its moments. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { violationsOn } from "./accessibility.ts";
import { useStudio } from "./browser.ts";
import { attempts, parcelSaga } from "./parcel.ts";

const studio = useStudio([parcelSaga]);

/** Under load the page takes its time. */
const SOON = { timeout: 15_000 };

let count = 0;

/** A new parcel, open on a page. */
async function openParcel(): Promise<{ page: Page; id: string }> {
  const id = `p-${(count += 1)}`;
  await studio.runtime.start(parcelSaga, { instanceId: id, input: { name: "tea" } });
  return { page: await studio.visit(`/i/parcel/${id}`), id };
}

const state = (page: Page, path: string) => page.locator(`[data-state='parcel.${path}']`);

async function takenOn(page: Page): Promise<readonly string[]> {
  const ids = await page
    .locator("[data-edge].is-taken")
    .evaluateAll((all) => all.map((one) => one.getAttribute("data-edge") ?? ""));
  return [...new Set(ids)].toSorted();
}

/** To the first failure of its activity and on to the second attempt. */
async function failOnce(id: string): Promise<void> {
  await studio.runtime.send(parcelSaga, id, { type: "PACKED", weightGrams: 90 });
  await expect.poll(() => attempts.carry.length, SOON).toBe(1);
  attempts.carry.shift()?.reject(new Error("503 upstream"));
  await expect.poll(() => attempts.carry.length, SOON).toBe(1);
}

test("the chart follows: the active state, the edges that were taken, and how often", async () => {
  const { page, id } = await openParcel();
  await state(page, "packing").and(page.locator(".is-active")).waitFor();

  await failOnce(id);
  await state(page, "carrying.attempting").and(page.locator(".is-active")).waitFor();
  await page.locator("[data-revision='4']").waitFor();
  await expect
    .poll(() => takenOn(page), SOON)
    .toEqual([
      "parcel.carrying.attempting|xstate.error.actor.carry|0",
      "parcel.carrying.backingOff|xstate.after.backoff.parcel.carrying.backingOff|0",
      "parcel.packing|PACKED|0",
    ]);
  attempts.carry.shift()?.reject(new Error("503 again"));
  await expect.poll(() => attempts.carry.length, SOON).toBe(1);
  await page.locator(".repeat", { hasText: "2×" }).first().waitFor();
  attempts.carry.shift()?.resolve();
  await state(page, "delivered").and(page.locator(".is-active")).waitFor();
});

test("each kind of entry has its own sign and words, and attempts are numbered on their lane", async () => {
  const { page, id } = await openParcel();
  await failOnce(id);
  await studio.runtime.send(parcelSaga, id, { type: "saga.cancel" });
  await expect.poll(() => attempts.fetchBack.length, SOON).toBe(0);
  attempts.carry.shift()?.reject(new Error("aborted"));
  await expect.poll(() => attempts.fetchBack.length, SOON).toBe(1);
  attempts.fetchBack.shift()?.resolve();
  await page.locator(".log-row.is-kind-ignored").waitFor();

  const kinds = await page.locator(".log-row .unseen").allTextContents();
  expect(new Set(kinds.map((kind) => kind.trim()))).toEqual(
    new Set(["start:", "event:", "error:", "timer:", "operator:", "not taken:", "done:"]),
  );
  await page.getByRole("button", { name: "carry, attempt 2" }).waitFor();
  await page.locator(".lane", { hasText: "↩" }).waitFor();
  await page.locator(".log-row.is-kind-ignored").click();
  await page.getByText("Why it changed nothing.").waitFor();
});

test("a row of the journal shows its moment, a link leads there, and Escape comes back", async () => {
  const { page, id } = await openParcel();
  await failOnce(id);
  await page.locator("[data-revision='3'] button").click();

  await state(page, "carrying.backingOff").and(page.locator(".is-active")).waitFor();
  await page.getByText("Revision 3 of").waitFor();
  await expect
    .poll(() => takenOn(page), SOON)
    .toEqual(["parcel.carrying.attempting|xstate.error.actor.carry|0", "parcel.packing|PACKED|0"]);
  await page.reload();
  await page.getByText("Revision 3 of").waitFor();
  await page.keyboard.press("[");
  await page.getByText("Revision 2 of").waitFor();
  await page.locator(".context-row.is-changed", { hasText: "weightGrams" }).waitFor();
  await page.keyboard.press("Escape");

  await state(page, "carrying.attempting").and(page.locator(".is-active")).waitFor();
  expect(new URL(page.url()).search).toBe("");
  attempts.carry.length = 0;
});

test("an event is sent by a form of its schema, which is kept over a reload and tells what is wrong", async () => {
  const { page, id } = await openParcel();
  const form = async () => page.getByRole("button", { name: "PACKED" }).click();

  await form();
  await page.getByLabel("Weight grams").fill("-4");
  await page.reload();
  await form();
  expect(await page.getByLabel("Weight grams").inputValue()).toBe("-4");
  await page.getByRole("button", { name: "Send PACKED" }).click();
  await page.locator(".hint.is-problem").waitFor();
  await page.getByLabel("Weight grams").fill("120");
  await page.getByRole("button", { name: "Send PACKED" }).click();
  await state(page, "carrying.attempting").and(page.locator(".is-active")).waitFor();

  expect((await studio.runtime.get(parcelSaga, id)).context).toMatchObject({ weightGrams: 120 });
  attempts.carry.length = 0;
});

test("an operation needs a reason, which the journal has; a restart from a moment is a new instance", async () => {
  const { page, id } = await openParcel();

  await page.getByRole("button", { name: "Suspend…" }).click();
  expect(await page.getByRole("button", { name: "Suspend", exact: true }).isDisabled()).toBe(true);
  await page.getByLabel("Reason").fill("the van is broken");
  await page.keyboard.press("Enter");
  await page.getByText("Suspended").first().waitFor();
  const [, entry] = await studio.runtime.journal(parcelSaga, id);
  expect(entry?.operation).toMatchObject({ operation: "suspend", reason: "the van is broken" });

  await page.locator("[data-revision='1'] button").click();
  await page.getByRole("button", { name: "Restart from here…" }).click();
  await page.getByLabel("Reason").fill("again");
  await page.getByLabel("Id of the new instance").fill(`${id}-again`);
  await page.getByRole("button", { name: "Start it" }).click();
  await page.waitForURL(`**/i/parcel/${id}-again`);

  expect((await studio.runtime.get(parcelSaga, `${id}-again`)).state).toBe("packing");
});

test("a lost connection is told, and what was missed comes once when it is back", async () => {
  const { page, id } = await openParcel();
  await page.locator("[data-revision='1']").waitFor();

  await page.context().setOffline(true);
  await page.getByText("The server does not answer.").waitFor();
  await studio.runtime.send(parcelSaga, id, { type: "PACKED", weightGrams: 5 });
  await page.context().setOffline(false);
  await page.locator("[data-revision='2']").waitFor();
  await page.getByText("The server does not answer.").waitFor({ state: "detached" });

  expect(await page.locator("[data-revision]").count()).toBe(2);
  attempts.carry.length = 0;
});

test("what a lost server did not answer is asked again, and a stream that died without a word is begun anew", async () => {
  const id = `p-${(count += 1)}`;
  await studio.runtime.start(parcelSaga, { instanceId: id, input: { name: "tea" } });
  const page = await studio.visit("/");
  const streams: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith(`${id}/stream`)) streams.push(request.url());
  });
  await page.route("**/studio/api/layouts/**", (route) => route.abort(), { times: 1 });
  await page.clock.install();
  await page.goto(`${studio.url}/studio/i/parcel/${id}`);

  await state(page, "packing").and(page.locator(".is-active")).waitFor();
  const before = streams.length;
  await page.clock.fastForward(40_000);
  await expect.poll(() => streams.length, SOON).toBe(before + 1);
});

test.each(["light", "dark"] as const)(
  "the screen and its dialogs are accessible in %s",
  async (theme) => {
    const id = `p-${theme}`;
    await studio.runtime.start(parcelSaga, { instanceId: id, input: { name: "tea" } });
    const page = await studio.visit(`/i/parcel/${id}`, { theme });
    await page.locator("[data-revision='1']").waitFor();
    await page.locator(".context-row").first().waitFor();

    expect(await violationsOn(page)).toEqual([]);
    await page.locator("[data-revision='1'] button").click();
    await page.getByText("Revision 1 of").waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole("button", { name: "Restart from here…" }).click();
    expect(await violationsOn(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    for (const name of ["PACKED", "Terminate…"]) {
      await page.getByRole("button", { name }).click();
      await page.locator("dialog[open]").waitFor();
      expect(await violationsOn(page)).toEqual([]);
      await page.keyboard.press("Escape");
    }
  },
);
