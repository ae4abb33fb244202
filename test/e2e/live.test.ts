/** The chart over all instances: whole, legible, counted, walked over by keys, and small on small screens. */
import { expect, test } from "vitest";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { longSaga } from "../../bench/subjects/long.ts";
import { toChartModel } from "../../src/draw/model.ts";
import type { AnySaga } from "../../src/index.ts";
import { violationsOn } from "./accessibility.ts";
import { useStudio } from "./browser.ts";
import { attempts, parcelSaga } from "./parcel.ts";

const examples = await Promise.all(
  ["onboarding", "order", "payout", "subscription", "trip"].map(async (name) => {
    const loaded = (await import(pathToFileURL(join("machines", name, "index.ts")).href)) as Record<
      string,
      unknown
    >;
    return loaded[`${name}Saga`] as AnySaga;
  }),
);
/** Under load the page takes its time. */
const SOON = { timeout: 15_000 };

/** Of five states and ten transitions each. */
const STEPS = 60;
const long = longSaga(STEPS);

const studio = useStudio([...examples, parcelSaga, long]);

test.each(examples.map((saga) => [saga.name, saga] as const))(
  "%s unfolded has each state and each edge of the machine that runs",
  async (name, saga) => {
    const model = toChartModel(saga.machine);
    const page = await studio.visit(`/m/${name}`);
    await page.getByRole("button", { name: "Unfold all" }).click();
    await expect.poll(() => page.locator("[data-state]").count(), SOON).toBe(model.states.length);

    const ids = await page
      .locator("[data-edge]")
      .evaluateAll((all) => all.map((one) => one.getAttribute("data-edge") ?? ""));
    const drawn = model.edges.filter(
      ({ kind, targets }) => kind !== "initial" || targets.length > 0,
    );
    expect(new Set(ids)).toEqual(new Set(drawn.map(({ id }) => id)));
    const text = (await page.locator(".drawing").textContent()) ?? "";
    for (const { invokes } of model.states) {
      for (const { src } of invokes) expect(text).toContain(src);
    }
  },
);

test("the overview opens where names can be read", async () => {
  const page = await studio.visit("/m/order");
  await page.locator("[data-state]").first().waitFor();

  const percent = Number.parseInt((await page.locator(".percent").textContent()) ?? "", 10);
  const name = await page.locator(".drawing .leaf .name").first().boundingBox();

  expect(percent).toBeGreaterThanOrEqual(50);
  expect(name?.height).toBeGreaterThan(6.5);
});

test("a chart of 300 states and 600 transitions opens folded, and is panned", async () => {
  const model = toChartModel(long.machine);
  const transitions = model.edges.filter(({ kind }) => kind !== "initial");
  const page = await studio.visit("/m/long");
  const states = page.locator("[data-state]");
  await states.first().waitFor();
  const ground = page.locator(".chart-frame svg > g").first();
  const before = await ground.getAttribute("transform");
  await page.mouse.move(400, 400);
  await page.mouse.wheel(0, 120);

  await expect.poll(() => ground.getAttribute("transform"), SOON).not.toBe(before);
  // The root, a fold for each step, and the end.
  expect(await states.count()).toBe(STEPS + 2);
  expect([model.states.length, transitions.length]).toEqual([302, 600]);
});

test("counts follow the instances, stuck ones apart, and a click lists them", async () => {
  const page = await studio.visit("/m/parcel");
  await page.locator("[data-state]").first().waitFor();
  for (const id of ["c-1", "c-2", "c-3"]) {
    await studio.runtime.start(parcelSaga, { instanceId: id, input: { name: id } });
  }
  await page.locator(".count", { hasText: "3 forward" }).waitFor();
  await studio.runtime.send(parcelSaga, "c-3", { type: "LOST" });
  await expect.poll(() => attempts.fetchBack.length, SOON).toBe(1);
  attempts.fetchBack.shift()?.reject(new Error("gone"));

  await page.locator(".count.is-stuck").click();
  await expect.poll(() => page.locator(".instance-id").allTextContents(), SOON).toEqual(["c-3"]);
  expect(new URL(page.url()).search).toBe("?phase=stuck");
});

test("the chart is one stop of Tab, and keys walk over it, its outline and into an edge", async () => {
  const page = await studio.visit("/m/parcel");
  const chart = page.getByRole("application");
  await chart.waitFor();

  await chart.focus();
  const said = page.locator("[id$=-said]");
  for (const [key, words] of [
    ["Enter", "state parcel"],
    ["ArrowRight", "forward state packing"],
    ["ArrowDown", "state carrying"],
    ["ArrowUp", "forward state packing"],
    ["Tab", "transition PACKED / weigh, to carrying"],
    ["ArrowDown", "transition LOST, to undoing"],
    ["Enter", "state undoing"],
    ["End", "compensated state undone"],
    ["Escape", "state parcel"],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(() => said.textContent(), SOON).toContain(words);
  }
  await page.keyboard.press("Tab");
  expect(await chart.evaluate((element) => element.contains(document.activeElement))).toBe(false);

  await page.getByRole("tab", { name: "Outline" }).click();
  await page.getByRole("treeitem", { name: /^packing/ }).click();
  await page.keyboard.press("ArrowDown");
  await page.locator("[data-state='parcel.carrying'].is-selected").waitFor();
});

test("a fold keeps the ids, and what is in it counts for it", async () => {
  const page = await studio.visit("/m/parcel");
  const inside = page.locator("[data-state='parcel.carrying.attempting']");
  await inside.waitFor();

  await page.locator("[data-head='parcel.carrying'] .name").dblclick();
  await inside.waitFor({ state: "detached" });

  expect(await page.locator("[data-state='parcel.carrying']").count()).toBe(1);
});

test.each(["light", "dark"] as const)(
  "both tabs of the screen are accessible in %s",
  async (theme) => {
    const page = await studio.visit("/m/parcel", { theme });
    await page.locator("[data-state]").first().waitFor();

    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole("tab", { name: "Outline" }).click();
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole("button", { name: "Start an instance" }).click();
    await page.locator("dialog[open]").waitFor();
    expect(await violationsOn(page)).toEqual([]);
  },
);

test("a phone shows the chart and the list below it, and nothing is wider than the screen", async () => {
  for (const path of ["/", "/m/order", "/i/parcel/c-1"]) {
    const page = await studio.visit(path, { width: 390, height: 800 });
    await page
      .locator(path === "/" ? ".saga-row" : "[data-state]")
      .first()
      .waitFor();

    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect([path, width]).toEqual([path, 390]);
  }
});

test("nothing moves for those who ask for less motion, and forced colours still tell what is active", async () => {
  const page = await studio.visit("/i/parcel/c-1", { isCalm: true, forcedColors: true });
  const active = page.locator("[data-state='parcel.packing'].is-active > .box");
  await active.waitFor();

  const running = await page.evaluate(
    () => document.getAnimations().filter(({ playState }) => playState === "running").length,
  );
  const width = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).strokeWidth);

  expect(running).toBe(0);
  expect(await width(".is-active.leaf > .box")).not.toBe(
    await width(".leaf:not(.is-active) > .box"),
  );
});
