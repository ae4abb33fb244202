/** The picture: whole, readable by all, and nothing in a chart can get out of its text. */
import { describe, expect, test } from "vitest";
import { chartFormats, drawChart } from "../../src/draw/formats.ts";
import { loadElk } from "../../src/draw/elk.ts";
import { layoutChart } from "../../src/draw/layout.ts";
import type { Layout } from "../../src/draw/layout.ts";
import { toChartModel } from "../../src/draw/model.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { toSvg } from "../../src/draw/svg.ts";
import { drawnEndPhases, phases } from "../../src/saga/phase.ts";
import { orderMachine } from "../../machines/order/chart.ts";
import { evilChart, evilWords, fulfilment, odd } from "./charts.ts";
import { allOf, readXml } from "./xml-reader.ts";

const engine = await loadElk();
const draw = (model: ChartModel): Promise<Layout> =>
  layoutChart(model, { engine, signal: AbortSignal.timeout(60_000) });
const failing = { layout: () => Promise.reject(new Error("ELK throws")) };

describe.each([
  ["order", toChartModel(orderMachine)],
  ["fulfilment", toChartModel(fulfilment)],
  ["odd", toChartModel(odd)],
] as const)("the picture of %s", async (_, model) => {
  const pictures = [
    toSvg(model, await draw(model)),
    toSvg(model, await layoutChart(model, { engine: failing })),
  ];

  test.each(pictures)(
    "is XML with every state and every edge of the model, and no other",
    (svg) => {
      const elements = allOf(readXml(svg));
      const idsBy = (name: string): ReadonlySet<string> =>
        new Set(elements.flatMap(({ attributes }) => attributes[name] ?? []));

      expect(idsBy("data-state")).toEqual(new Set(model.states.map(({ id }) => id)));
      expect(idsBy("data-edge")).toEqual(
        new Set(
          model.edges
            .filter(({ targets, kind }) => targets.length > 0 || kind !== "initial")
            .map(({ id }) => id),
        ),
      );
    },
  );

  test.each(pictures)("is an image with a name and a description", (svg) => {
    const { attributes, children } = readXml(svg);
    const [title, description] = children;

    expect(["lines", "cards"]).toContain(attributes["data-style"]);
    expect(attributes).toMatchObject({ role: "img", "aria-labelledby": "chart-title chart-desc" });
    expect([title?.name, title?.attributes["id"], title?.text]).toEqual([
      "title",
      "chart-title",
      model.id,
    ]);
    expect([description?.name, description?.attributes["id"]]).toEqual(["desc", "chart-desc"]);
    expect(description?.text).toContain(`${model.states.length} states`);
  });

  test.each(pictures)("refers to nothing outside of it, and runs nothing", (svg) => {
    const elements = allOf(readXml(svg));
    const names = new Set(elements.map(({ name }) => name));
    const references = svg.match(/(?:url\(|href=|src=|@import|https?:)[^)"\s;]*/g) ?? [];

    expect([...names].toSorted()).toEqual(
      [...names]
        .filter((name) => /^(svg|title|desc|style|defs|marker|path|rect|circle|text|g)$/.test(name))
        .toSorted(),
    );
    expect(new Set(references.map((reference) => reference.replace(/arrow-\w+$/, "")))).toEqual(
      new Set(
        svg.includes("marker-end")
          ? ["http://www.w3.org/2000/svg", "url(#chart-"]
          : ["http://www.w3.org/2000/svg"],
      ),
    );
    expect(
      elements
        .flatMap(({ attributes }) => Object.keys(attributes))
        .filter((name) => /^on|^style$/.test(name)),
    ).toEqual([]);
  });
});

test.each(evilWords.map((word) => [JSON.stringify(word.slice(0, 24)), word]))(
  "a chart full of %s is drawn as text",
  async (_, word) => {
    const model = toChartModel(evilChart(word));

    for (const layout of [await draw(model), await layoutChart(model, { engine: failing })]) {
      const elements = allOf(readXml(toSvg(model, layout, { title: word, idPrefix: "evil" })));
      expect(elements.filter(({ name }) => name === "script")).toEqual([]);
      expect(
        elements
          .flatMap(({ attributes }) => Object.keys(attributes))
          .filter((name) => name.startsWith("on")),
      ).toEqual([]);
    }
  },
);

test("phases and kinds of edges are told in words, not by colour alone", async () => {
  const model = toChartModel(fulfilment);
  const texts = allOf(readXml(toSvg(model, await draw(model))))
    .filter(({ name }) => name === "text")
    .map(({ text }) => text);

  expect(texts).toEqual(
    expect.arrayContaining([
      "forward",
      "retrying",
      "compensating",
      "stuck",
      ...drawnEndPhases,
      "done",
      "error",
      "always",
      "all done",
      "after 10 s",
      "CANCEL",
    ]),
  );
});

test("what is cut is whole in the tooltip, and so are descriptions", async () => {
  const long = "aVeryLongNameOfAnEvent".repeat(12);
  const model = toChartModel(evilChart(long));

  const elements = allOf(readXml(toSvg(model, await draw(model))));
  const titles = elements.filter(({ name }) => name === "title").map(({ text }) => text);
  const texts = elements.filter(({ name }) => name === "text").map(({ text }) => text);

  expect(texts.some((text) => text.length > 60)).toBe(false);
  expect(texts.some((text) => text.endsWith("…"))).toBe(true);
  expect(titles.some((title) => title.includes(`${long} [${long}(${long})] / ${long}`))).toBe(true);
  expect(titles).toContain(`${long}\n${long}`);
});

test("it follows the reader's light or dark system, unless one of them is asked for", async () => {
  const svgs = await Promise.all(
    (["auto", "light", "dark"] as const).map((theme) =>
      drawChart(fulfilment, "svg", { theme, engine }),
    ),
  );

  expect(svgs.map((svg) => svg.includes("prefers-color-scheme"))).toEqual([true, false, false]);
  expect(svgs.map((svg) => /#chart\{--ground:(#\w+)/.exec(svg)?.[1])).toEqual([
    "#f7f8fa",
    "#f7f8fa",
    "#0d1117",
  ]);
  // Readers that know no custom properties take the colour before each of them.
  expect(svgs[0]).toContain("fill:#f7f8fa;fill:var(--ground)");
});

test.each(["light", "dark"] as const)(
  "words of the %s picture are as clear as WCAG asks",
  async (theme) => {
    const svg = await drawChart(fulfilment, "svg", { theme, engine });
    const colours = new Map(
      [...svg.matchAll(/--([\w-]+):(#[0-9a-f]{6})/g)].map(([, name, colour]) => [
        name,
        colour as string,
      ]),
    );
    const colour = (name: string): string => colours.get(name) ?? "";
    const grounds = ["level-0", "level-1", "leaf", ...phases.map((phase) => `${phase}-faint`)];
    const pairs = [
      ...grounds.flatMap(
        (ground) =>
          [
            ["text", ground],
            ["muted", ground],
          ] as const,
      ),
      ...phases.map((phase) => ["leaf", phase] as const),
      ...[...colours.keys()]
        .filter((name) => name?.startsWith("kind-"))
        .map((name) => [name as string, "label"] as const),
    ];

    const unclear = pairs.filter(([a, b]) => contrast(colour(a), colour(b)) < 4.5);

    expect(unclear).toEqual([]);
  },
);

test("several pictures on one page have ids of their own", async () => {
  const model = toChartModel(fulfilment);
  const layout = await draw(model);
  const idsOf = (idPrefix: string): readonly string[] =>
    allOf(readXml(toSvg(model, layout, { idPrefix }))).flatMap(
      ({ attributes }) => attributes["id"] ?? [],
    );

  const ids = [...idsOf("a"), ...idsOf("b")];

  expect(new Set(ids).size).toBe(ids.length);
});

test("each format is drawn from a machine, and ends in a line", async () => {
  for (const format of Object.keys(chartFormats) as (keyof typeof chartFormats)[]) {
    expect(await drawChart(fulfilment, format, { engine })).toMatch(/\S\n$/);
  }
});

/** WCAG 2, "contrast ratio". */
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].toSorted((one, other) => other - one);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
