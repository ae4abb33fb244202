/** Searching, counting and moving among a thousand and among a million instances: what each costs, and whether it costs the same. */
import { join } from "node:path";
import { createRuntime, openSqlite } from "../src/index.ts";
import type { Runtime } from "../src/index.ts";
import type { Bench, BenchOptions } from "./harness/bench.ts";
import { alternate, row, rowAgainst } from "./harness/rounds.ts";
import type { Measured } from "./harness/rounds.ts";
import { readSettings } from "./harness/settings.ts";
import { percentile } from "./harness/statistics.ts";
import { idOf, START_MS, STEP_MS } from "./subjects/parcels-fill.ts";
import { fillParcels, parcelSaga } from "./subjects/parcels.ts";

const FEW = 1_000;
const MANY = 1_000_000;
const SMOKE_MANY = 2_000;
/** Runs of each work in a turn. */
const RUNS = 20;
const SMOKE_RUNS = 2;

type Work = (runtime: Runtime, count: number, run: number) => Promise<unknown>;

// A different place each time, the same in each bench.
const randomOf = (run: number, count: number): number => (run * 7_919 + 104_729) % count;

const works: Readonly<Record<string, Work>> = {
  "newest page of all": (runtime) => runtime.search(),
  "page in the middle of all": (runtime, count, run) => {
    const position = randomOf(run, count);
    return runtime.search({ after: { createdAtMs: START_MS + position * STEP_MS, position } });
  },
  "page of 200": (runtime) => runtime.search({ limit: 200 }),
  "saga and version": (runtime) => runtime.search({ saga: "parcel", version: 1 }),
  "common phase": (runtime) => runtime.search({ phases: ["completed"] }),
  "rare phase": (runtime) => runtime.search({ phases: ["stuck"] }),
  "two phases": (runtime) => runtime.search({ phases: ["stuck", "completed"] }),
  "state by its path": (runtime) => runtime.search({ state: "searching" }),
  "rare tag": (runtime) => runtime.search({ tag: "urgent" }),
  "rare attribute": (runtime, count, run) =>
    runtime.search({ attributes: { customer: `c-${randomOf(run, Math.ceil(count / 10))}` } }),
  "common attribute": (runtime) => runtime.search({ attributes: { region: "r-1" } }),
  "two attributes": (runtime, count, run) =>
    runtime.search({
      attributes: { customer: `c-${randomOf(run, Math.ceil(count / 10))}`, region: "r-1" },
    }),
  "rare phase and common attribute": (runtime) =>
    runtime.search({ phases: ["stuck"], attributes: { region: "r-1" } }),
  "common phase and common attribute": (runtime) =>
    runtime.search({ phases: ["completed"], attributes: { region: "r-1" } }),
  "common filters that never meet": (runtime) =>
    runtime.search({ attributes: { region: "r-1", parity: "even" } }),
  "id, whole": (runtime, count, run) => runtime.search({ idPrefix: idOf(randomOf(run, count)) }),
  "id, begin of a thousand": (runtime) => runtime.search({ idPrefix: idOf(0).slice(0, -3) }),
  "id, begin of all": (runtime) => runtime.search({ idPrefix: "p-" }),
  "time of start": (runtime, count, run) => {
    const startedFromMs = START_MS + randomOf(run, count) * STEP_MS;
    return runtime.search({ startedFromMs, startedBeforeMs: startedFromMs + 40 * STEP_MS });
  },
  counts: (runtime) => runtime.counts(),
  "dwell times": (runtime) => runtime.dwell(),
  "one event into a random instance": (runtime, count, run) => {
    // Of each ten thousand, these are packed or waiting: from either it leads to the other.
    const index = Math.floor(randomOf(run, count) / 10_000) * 10_000 + 120 + (run % 300);
    return runtime.send(parcelSaga, idOf(index), { type: "PACK" });
  },
};

export const searchBench: Bench = {
  name: "search",
  summary: "searches, counts and events among 1,000 and among 1,000,000 instances",
  story:
    "A page of 50 unless it is said otherwise, in the process, one call after the other. Most of the instances have ended, a few are in rare " +
    "places, and each has three attributes. The ratio is that of a million to a thousand.",

  async run(options) {
    const few = await open(options, FEW);
    const many = await open(options, options.isSmoke ? SMOKE_MANY : MANY);
    const samples = await alternate(options, { few: few.measure, many: many.measure });
    await Promise.all([few.close(), many.close()]);
    return {
      rows: Object.keys(works).map((name) =>
        rowAgainst(
          row(`${name}: p50 among 1,000,000`, "ms", samples.of("many", name)),
          "among 1,000",
          samples.of("few", name),
        ),
      ),
      verdicts: [],
      settings: readSettings(few.path),
      notes: [],
    };
  },
};

interface Opened {
  readonly path: string;
  readonly measure: (round: number) => Promise<Measured>;
  close(): Promise<void>;
}

async function open({ folder, isSmoke, tell }: BenchOptions, count: number): Promise<Opened> {
  const path = join(folder, `${count}.db`);
  const begunAt = performance.now();
  await fillParcels(path, count);
  tell(`${count} instances in ${Math.round((performance.now() - begunAt) / 1_000)} s`);
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [parcelSaga] });
  const runs = isSmoke ? SMOKE_RUNS : RUNS;
  return {
    path,
    measure: (round) => measure(runtime, { count, runs, from: round * runs }),
    close: () => runtime.close(),
  };
}

async function measure(
  runtime: Runtime,
  { count, runs, from }: { count: number; runs: number; from: number },
): Promise<Measured> {
  const measured: Record<string, number> = {};
  for (const [name, work] of Object.entries(works)) {
    const tookMs: number[] = [];
    for (let run = from; run < from + runs; run += 1) {
      const begunAt = performance.now();
      await work(runtime, count, run);
      tookMs.push(performance.now() - begunAt);
    }
    measured[name] = percentile(tookMs, 0.5);
  }
  return measured;
}
