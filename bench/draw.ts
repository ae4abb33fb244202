/** How long drawings take: the first one in a process, later ones, and one after an edit. Prints, asserts nothing. */
import { loadElk } from "../src/draw/elk.ts";
import { layoutChart } from "../src/draw/layout.ts";
import type { LevelMemory } from "../src/draw/level.ts";
import { toChartModel } from "../src/draw/model.ts";
import type { ChartModel } from "../src/draw/model.ts";
import { toSvg } from "../src/draw/svg.ts";
import { orderMachine } from "../machines/order/chart.ts";
import { createMachine } from "xstate";

const ROUNDS = 20;
const LONG_MS = 60_000;

const start = performance.now();
const engine = await loadElk();
print("load ELK", performance.now() - start);

const order = toChartModel(orderMachine);
await bench("order", order);
await bench("300 states", toChartModel(createMachine(steps(60) as never)));

async function bench(name: string, model: ChartModel): Promise<void> {
  print(
    `${name} (${model.states.length} states), first`,
    await timed(() => draw(model, new Map())),
  );
  const warm = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    warm.push(await timed(() => draw(model, new Map())));
  }
  print(`${name}, warm, median`, median(warm));
  const memory: LevelMemory = new Map();
  await draw(model, memory);
  const edits = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const edited = edit(model, round);
    edits.push(await timed(() => draw(edited, memory)));
  }
  print(`${name}, after an edit, median`, median(edits));
}

async function draw(model: ChartModel, memory: LevelMemory): Promise<string> {
  const layout = await layoutChart(model, { engine, memory, signal: AbortSignal.timeout(LONG_MS) });
  if (layout.style !== "lines") throw new Error("the layout failed");
  return toSvg(model, layout);
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

/** A saga of so many steps of five states each, as in `machines/order`. */
function steps(count: number): object {
  const keys = Array.from({ length: count }, (_, at) => `step${at}`);
  const states = keys.map((key, at) => [key, step(key, keys[at + 1] ?? "completed")] as const);
  return {
    id: "long",
    initial: "step0",
    states: { ...Object.fromEntries(states), completed: { type: "final", tags: "completed" } },
  };
}

function step(key: string, next: string): object {
  return {
    initial: "attempting",
    states: {
      attempting: {
        tags: "forward",
        invoke: {
          src: `do-${key}`,
          onDone: "done",
          onError: [{ guard: "canRetry", target: "backingOff" }, { target: "failed" }],
        },
        after: { 10_000: "backingOff" },
      },
      backingOff: { tags: "retrying", after: { backoff: "attempting" } },
      done: { type: "final" },
      failed: { type: "final" },
    },
    onDone: next,
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function print(what: string, ms: number): void {
  process.stdout.write(`${what.padEnd(40)} ${ms.toFixed(0).padStart(6)} ms\n`);
}
