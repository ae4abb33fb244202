/** The first screen, and what lies over every screen. */
import { expect, test } from "vitest";
import { orderSaga } from "../../machines/order/index.ts";
import { violationsOn } from "./accessibility.ts";
import { useStudio } from "./browser.ts";

const studio = useStudio([orderSaga]);

test.each(["light", "dark"] as const)(
  "the list of sagas and what lies over it is accessible in %s",
  async (theme) => {
    const page = await studio.visit("/", { theme });
    await page.locator(".mini svg").waitFor();

    expect(await violationsOn(page)).toEqual([]);
    await page.keyboard.press("?");
    await page.locator("dialog .help").waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.locator("#palette-list li").first().waitFor();
    expect(await violationsOn(page)).toEqual([]);
  },
);

test("the palette leads to a saga by some of its letters", async () => {
  const page = await studio.visit("/");

  await page.keyboard.press("Control+k");
  await page.keyboard.type("ord");
  await page.getByRole("option", { name: "order" }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator("[data-state='order']").waitFor();

  expect(new URL(page.url()).pathname).toBe("/studio/m/order");
});
