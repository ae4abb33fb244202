/** How long drawings take: the first one, later ones, and one after an edit. */
import { loadElk } from "../src/draw/elk.ts";
import { layoutChart } from "../src/draw/layout.ts";
import type { LevelMemory } from "../src/draw/level.ts";
import { toChartModel } from "../src/draw/model.ts";
import type { ChartModel } from "../src/draw/model.ts";
import { toSvg } from "../src/draw/svg.ts";
import { orderMachine } from "../machines/order/chart.ts";
import type { Bench } from "./harness/bench.ts";
import { alternate, row } from "./harness/rounds.ts";
import type { Measured } from "./harness/rounds.ts";
import { longMachine } from "./subjects/long.ts";

const LONG_MS = 60_000;
const STEPS = 60;
const SMOKE_STEPS = 3;

type Draw = (model: ChartModel, memory: LevelMemory) => Promise<string>;

export const drawBench: Bench = {
  name: "draw",
  summary: "drawings of the order saga and of 300 states: anew, and after an edit",
  story:
    "The layout and the SVG of a chart, in this process, by an engine that is loaded already. After an edit only what is around the changed " +
    "state is laid out again.",

  async run({ rounds, isSmoke }) {
    const begunAt = performance.now();
    const engine = await loadElk();
    const loadMs = performance.now() - begunAt;
    const draw: Draw = async (model, memory) => {
      const signal = AbortSignal.timeout(LONG_MS);
      const layout = await layoutChart(model, { engine, memory, signal });
      if (layout.style !== "lines") throw new Error("the layout failed");
      return toSvg(model, layout);
    };
    const charts = {
      order: toChartModel(orderMachine),
      "300 states": toChartModel(longMachine(isSmoke ? SMOKE_STEPS : STEPS)),
    };
    const samples = await alternate(
      { rounds, isSmoke },
      Object.fromEntries(
        Object.entries(charts).map(([name, model]) => [
          name,
          (round: number) => measure(model, draw, round),
        ]),
      ),
    );
    return {
      rows: [
        row("the engine is loaded", "ms", [loadMs]),
        ...Object.keys(charts).flatMap((name) => [
          row(`${name}: drawn anew`, "ms", samples.of(name, "anew")),
          row(`${name}: drawn after an edit`, "ms", samples.of(name, "after an edit")),
        ]),
      ],
      verdicts: [],
      settings: {},
      notes: [],
    };
  },
};

async function measure(model: ChartModel, draw: Draw, round: number): Promise<Measured> {
  const memory: LevelMemory = new Map();
  const anew = await timed(() => draw(model, memory));
  const edited = edit(model, round);
  return { anew, "after an edit": await timed(() => draw(edited, memory)) };
}

/** The last leaf gets another name. */
function edit(model: ChartModel, round: number): ChartModel {
  const last = model.states.findLast(({ type }) => type === "atomic");
  const key = "x".repeat(10 + round);
  return {
    ...model,
    states: model.states.map((state) => (state === last ? { ...state, key } : state)),
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await work();
  return performance.now() - begunAt;
}
