/**
 * Whole sagas: four steps whose activities do nothing, from the start to the end, by so many clients at a time;
 * and the same saga when its last step fails and three steps are undone.
 */
import { join } from "node:path";
import { createRuntime, openSqlite } from "../src/index.ts";
import type { AnySaga } from "../src/index.ts";
import type { Bench, BenchOptions, Row } from "./harness/bench.ts";
import { inFlight } from "./harness/concurrency.ts";
import { withNewFile } from "./harness/own-files.ts";
import { alternate, row } from "./harness/rounds.ts";
import type { Measured, Samples } from "./harness/rounds.ts";
import { readSettings } from "./harness/settings.ts";
import { percentile } from "./harness/statistics.ts";
import { watch } from "./harness/watch.ts";
import { bareTelemetry } from "./subjects/bare-telemetry.ts";
import {
  failingOrderSaga,
  orderInput,
  orderSaga,
  TRANSITIONS,
  UNDONE_TRANSITIONS,
} from "./subjects/four-steps.ts";

interface Load {
  readonly name: string;
  readonly saga: AnySaga;
  readonly phase: "completed" | "compensated";
  readonly transitions: number;
  readonly count: number;
  readonly concurrency: number;
}

const completes = { saga: orderSaga, phase: "completed", transitions: TRANSITIONS } as const;
const fails = {
  saga: failingOrderSaga,
  phase: "compensated",
  transitions: UNDONE_TRANSITIONS,
} as const;

const loads: readonly Load[] = [
  { name: "1 at a time", ...completes, count: 150, concurrency: 1 },
  { name: "100 at a time", ...completes, count: 2_000, concurrency: 100 },
  { name: "1,000 at a time", ...completes, count: 2_000, concurrency: 1_000 },
  { name: "100 at a time, undone", ...fails, count: 800, concurrency: 100 },
];

export const sagaBench: Bench = {
  name: "saga",
  summary: "whole sagas of four steps, 1, 100 and 1,000 at a time; and undone",
  story:
    "A saga of four steps runs from its start to its end; its activities do nothing. Each of its five transitions is durable before " +
    "anything follows from it. In the last load the fourth step fails and three compensations run: eight transitions. Journal, " +
    "fences, outbox, telemetry and the cache of live instances are on, as always.",

  async run(options) {
    const contestants = Object.fromEntries(
      loads.flatMap((load) => [
        [load.name, () => measureSpeed(load, options)],
        [watched(load), () => measureCost(load, options)],
      ]),
    );
    const samples = await alternate(options, contestants);
    const path = join(options.folder, "settings.db");
    await openSqlite(path).close();
    return {
      rows: loads.flatMap((load) => toRows(load, samples)),
      verdicts: [],
      settings: readSettings(path),
      notes: [
        "Allocated is what V8 counts between its collections, for the whole process with the clients in it; it and the delays of the event loop were measured in runs of their own.",
      ],
    };
  },
};

function toRows(load: Load, samples: Samples): readonly Row[] {
  const { name } = load;
  const of = (measure: string, unit: string): Row =>
    row(`${name}: ${measure}`, unit, samples.of(name, measure));
  const costOf = (measure: string, unit: string): Row =>
    row(`${name}: ${measure}`, unit, samples.of(watched(load), measure));
  return [
    of("sagas", "/s"),
    of("transitions", "/s"),
    of("p50 of a saga", "ms"),
    of("p99 of a saga", "ms"),
    costOf("allocated for a transition", "KiB"),
    costOf("time in collections", "%"),
    costOf("event loop late, p99", "ms"),
  ];
}

async function measureSpeed(load: Load, options: BenchOptions): Promise<Measured> {
  return withRuntime(load, options, async (run, count) => {
    const begunAt = performance.now();
    const tookMs = await run();
    const seconds = (performance.now() - begunAt) / 1_000;
    return {
      sagas: count / seconds,
      transitions: (count * load.transitions) / seconds,
      "p50 of a saga": percentile(tookMs, 0.5),
      "p99 of a saga": percentile(tookMs, 0.99),
    };
  });
}

async function measureCost(load: Load, options: BenchOptions): Promise<Measured> {
  return withRuntime(load, options, async (run, count) => {
    const begunAt = performance.now();
    const cost = await watch(run);
    const tookMs = performance.now() - begunAt;
    return {
      "allocated for a transition": cost.allocatedBytes / 1_024 / (count * load.transitions),
      "time in collections": (cost.collectingMs / tookMs) * 100,
      "event loop late, p99": cost.loopDelayP99Ms,
    };
  });
}

type Run = () => Promise<Float64Array>;

async function withRuntime(
  { name, saga, phase, count, concurrency }: Load,
  { folder, isSmoke }: BenchOptions,
  work: (run: Run, count: number) => Promise<Measured>,
): Promise<Measured> {
  return withNewFile(folder, async (path) => {
    const telemetry = bareTelemetry();
    const runtime = await createRuntime({ store: openSqlite(path), sagas: [saga], telemetry });
    const sagas = isSmoke ? 10 : count;
    const measured = await work(
      () =>
        inFlight(sagas, concurrency, async (index) => {
          const instanceId = `${name}-${index}`;
          await runtime.start(saga, { instanceId, input: orderInput });
          await runtime.waitFor(saga, instanceId, { phase });
        }),
      sagas,
    );
    await runtime.close();
    return measured;
  });
}

function watched({ name }: Load): string {
  return `${name}, watched`;
}
