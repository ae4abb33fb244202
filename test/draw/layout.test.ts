/** The geometry of drawings: nothing on top of anything, every line from border to border, always the same. */
import { describe, expect, test } from "vitest";
import { contains, overlaps } from "../../src/draw/box.ts";
import { loadElk } from "../../src/draw/elk.ts";
import { layoutChart, STATES_DRAWN_MAX } from "../../src/draw/layout.ts";
import type { Layout } from "../../src/draw/layout.ts";
import type { LevelMemory } from "../../src/draw/level.ts";
import { toChartModel } from "../../src/draw/model.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { orderMachine } from "../../machines/order/chart.ts";
import { fulfilment, odd, randomChart } from "./charts.ts";
import { crossings, endsOff, idsInRows, overlapping, slanted, strayed } from "./geometry.ts";

// The machine that tests run on may be busy; a drawing of cards would prove nothing here.
const patient = (): AbortSignal => AbortSignal.timeout(60_000);
const engine = await loadElk();
const draw = (model: ChartModel): Promise<Layout> =>
  layoutChart(model, { engine, signal: patient() });

const charts = [
  ["order", toChartModel(orderMachine)],
  ["fulfilment", toChartModel(fulfilment)],
  ["odd", toChartModel(odd)],
  ...Array.from({ length: 20 }, (_, index) => index + 1).map(
    (seed) => [`random, seed ${seed}`, toChartModel(randomChart(seed))] as const,
  ),
] as const;

describe.each(charts)("the drawing of %s", async (_, model) => {
  const layout = await draw(model);
  const rootId = model.states[0]?.id ?? "";

  test("has lines, and each state once, in the order of the chart", () => {
    expect(layout.style).toBe("lines");
    expect(layout.states.map(({ id }) => id)).toEqual(model.states.map(({ id }) => id));
  });

  test("keeps children inside their parents, below what is written there, and siblings apart", () => {
    expect(strayed(layout, model)).toEqual([]);
    expect(overlapping(layout, model)).toEqual([]);
  });

  test("begins and ends each line at the borders of its states, and runs it level or upright", () => {
    expect(endsOff(layout, model)).toEqual([]);
    expect(slanted(layout)).toEqual([]);
  });

  test("lays no label on a leaf or on another label, and no line through a leaf", () => {
    const found = crossings(layout);

    expect(found).toEqual({ labelsOnLeaves: [], labelsOnLabels: [], linesThroughLeaves: [] });
  });

  test("has every edge: as a line to each of its targets, or as a row in its source", () => {
    const lines = layout.lines.map(({ edge, target }) => `${edge} > ${target}`);
    const drawn = model.edges
      .flatMap(({ id, targets }) => targets.map((target) => ({ id, target })))
      .filter(({ target }) => target !== rootId)
      .map(({ id, target }) => `${id} > ${target}`);
    const told = model.edges
      .filter(({ kind }) => kind !== "initial")
      .filter(({ targets }) => targets.length === 0 || targets.includes(rootId))
      .map(({ id }) => id);

    expect(lines.toSorted()).toEqual(drawn.toSorted());
    expect(idsInRows(layout)).toEqual(told.toSorted());
  });
});

test("the same chart is drawn the same again", async () => {
  const model = toChartModel(fulfilment);

  expect(await draw(model)).toEqual(await draw(model));
});

test("regions of a parallel state stand side by side, in the order of the chart", async () => {
  const { states } = await draw(toChartModel(fulfilment));

  const regions = states.filter(({ isRegion }) => isRegion);

  expect(regions.toSorted((a, b) => a.x - b.x).map(({ id }) => id)).toEqual([
    "fulfilment.preparing.fraud",
    "fulfilment.preparing.inventory",
    "fulfilment.preparing.payment",
  ]);
  expect(new Set(regions.map(({ y }) => y)).size).toBe(1);
});

test("steps are drawn downwards, or to the right if one wants so", async () => {
  const model = toChartModel(fulfilment);
  const steps = ["validating", "capturing", "completed"].map((key) => `fulfilment.${key}`);
  const placesIn = async (direction: "DOWN" | "RIGHT"): Promise<readonly string[]> => {
    const { states } = await layoutChart(model, { engine, signal: patient(), direction });
    const along = direction === "DOWN" ? "y" : "x";
    const found = states.filter(({ id }) => steps.includes(id));
    return found.toSorted((a, b) => a[along] - b[along]).map(({ id }) => id);
  };

  expect(await placesIn("DOWN")).toEqual(steps);
  expect(await placesIn("RIGHT")).toEqual(steps);
});

test("an edit lays out again what is around it, and nothing else", async () => {
  let asked = 0;
  const counting = {
    layout: (graph: Parameters<typeof engine.layout>[0]) => {
      asked += 1;
      return engine.layout(graph);
    },
  };
  const memory: LevelMemory = new Map();
  const options = { engine: counting, memory };
  const model = toChartModel(fulfilment);
  const states = model.states.map((state) =>
    state.key === "stuck" ? { ...state, key: "stuckUntilSomebodyLooks" } : state,
  );

  const first = await layoutChart(model, { ...options, signal: patient() });
  const askedFirst = asked;
  const again = await layoutChart(model, { ...options, signal: patient() });
  const askedAgain = asked - askedFirst;
  await layoutChart({ ...model, states }, { ...options, signal: patient() });

  expect(again).toEqual(first);
  expect(askedAgain).toBe(0);
  // "compensating", in which it stands, and the root.
  expect(asked - askedFirst).toBe(2);
});

describe("cards are drawn instead, with every edge in words,", () => {
  const model = toChartModel(fulfilment);

  test("when ELK fails", async () => {
    const failing = { layout: () => Promise.reject(new Error("ELK throws")) };

    const layout = await layoutChart(model, { engine: failing });

    expect(layout.style).toBe("cards");
    expect(idsInRows(layout)).toEqual(model.edges.map(({ id }) => id).toSorted());
    expect(strayed(layout, model)).toEqual([]);
    expect(overlapping(layout, model)).toEqual([]);
  });

  test("when ELK gives no answer in time", async () => {
    const hanging = { layout: () => new Promise<never>(() => {}) };
    const time = new AbortController();

    const drawing = layoutChart(model, { engine: hanging, signal: time.signal });
    time.abort();

    expect((await drawing).style).toBe("cards");
  });

  test(`when the chart has more than ${STATES_DRAWN_MAX} states`, async () => {
    const [root, first] = model.states;
    const count = STATES_DRAWN_MAX - model.states.length + 1;
    const more = Array.from({ length: count }, (_, at) => ({
      ...(first as NonNullable<typeof first>),
      id: `more${at}`,
      parent: root?.id ?? null,
    }));
    let asked = 0;
    const counting = { layout: () => ((asked += 1), Promise.reject(new Error("too many"))) };

    const { style, states } = await layoutChart(
      { ...model, states: [...model.states, ...more] },
      { engine: counting },
    );

    expect([style, states.length, asked]).toEqual(["cards", STATES_DRAWN_MAX + 1, 0]);
  });
});

test("boxes that only touch do not overlap, and a box contains itself", () => {
  const box = { x: 0, y: 0, width: 10, height: 10 };

  expect(overlaps(box, { ...box, x: 10 })).toBe(false);
  expect(overlaps(box, { ...box, x: 9 })).toBe(true);
  expect(contains(box, box)).toBe(true);
  expect(contains(box, { ...box, x: 1 })).toBe(false);
});
