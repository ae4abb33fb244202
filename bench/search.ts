/**
 * Searching, counting and moving among a thousand and among a million instances: what each costs, and whether
 * it costs the same. `npm run bench:search -- --help`
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setup } from "xstate";
import { createRuntime, defineSaga, openSqlite } from "../src/index.ts";
import type { Runtime } from "../src/index.ts";
import { fill, idOf, START_MS, STEP_MS } from "./search-fill.ts";

const { values } = parseArgs({
  options: {
    small: { type: "string", default: "1000" },
    large: { type: "string", default: "1000000" },
    runs: { type: "string", default: "200" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(
    "npm run bench:search -- [--small 1000] [--large 1000000] [--runs 200]\n" +
      "Prints latencies of searches, counts and events among few and among many instances, and their ratio.\n",
  );
  process.exit(0);
}

const saga = defineSaga({
  name: "parcel",
  version: 1,
  machine: setup({
    types: { events: {} as { type: "PACK" | "LOSE" | "GIVE_UP" | "END" } },
  }).createMachine({
    id: "parcel",
    initial: "waiting",
    states: {
      waiting: { tags: ["forward", "open"], on: { PACK: "packed", LOSE: "searching" } },
      packed: { tags: "forward", on: { END: "delivered", PACK: "waiting" } },
      searching: {
        initial: "asking",
        states: {
          asking: { tags: "compensating", on: { GIVE_UP: "lost" } },
          lost: { tags: ["stuck", "urgent"] },
        },
      },
      delivered: { type: "final", tags: "completed" },
    },
  }),
  activities: {},
});

/** Which states there are, how an instance gets there, and how many of 10,000 are there. */
const standings = [
  { events: ["PACK", "END"], share: 8_989 },
  { events: [], share: 500 },
  { events: ["PACK"], share: 400 },
  { events: ["LOSE"], share: 110 },
  { events: ["LOSE", "GIVE_UP"], share: 1 },
] as const;

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
    return runtime.send(saga, idOf(index), { type: "PACK" });
  },
};

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

async function measure(path: string, count: number): Promise<Map<string, Latency>> {
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [saga] });
  const latencies = new Map<string, Latency>();
  for (const [name, work] of Object.entries(works)) {
    const times: number[] = [];
    for (let run = 0; run < Number(values.runs); run += 1) {
      const begunAt = performance.now();
      await work(runtime, count, run);
      times.push(performance.now() - begunAt);
    }
    times.sort((a, b) => a - b);
    const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
    latencies.set(name, { p50: at(0.5), p99: at(0.99) });
  }
  await runtime.close();
  return latencies;
}

async function fillAndMeasure(folder: string, count: number): Promise<Map<string, Latency>> {
  const path = join(folder, `${count}.db`);
  const begunAt = performance.now();
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [saga] });
  for (const [index, { events }] of standings.entries()) {
    const instanceId = `template-${index}`;
    await runtime.start(saga, { instanceId, input: undefined });
    for (const type of events) await runtime.send(saga, instanceId, { type });
  }
  await runtime.close();
  fill(
    path,
    count,
    standings.map(({ share }) => share),
  );
  const seconds = ((performance.now() - begunAt) / 1_000).toFixed(0);
  const megabytes = (statSync(path).size / 2 ** 20).toFixed(0);
  process.stderr.write(`${count} instances, ${megabytes} MiB, filled in ${seconds} s\n`);
  return measure(path, count);
}

const folder = mkdtempSync(join(tmpdir(), "sagachart-bench-"));
try {
  const small = await fillAndMeasure(folder, Number(values.small));
  const large = await fillAndMeasure(folder, Number(values.large));
  const rows = [...small].map(([name, few]) => {
    const many = large.get(name) ?? few;
    const cells = [few.p50, few.p99, many.p50, many.p99].map((ms) => ms.toFixed(2));
    return `| ${name} | ${cells.join(" | ")} | ${(many.p50 / few.p50).toFixed(1)} |`;
  });
  process.stdout.write(
    [
      `${values.runs} runs each, synchronous=FULL, ms`,
      `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`,
      "",
      `| work | ${values.small}: p50 | p99 | ${values.large}: p50 | p99 | ratio of p50 |`,
      "|---|---|---|---|---|---|",
      ...rows,
      "",
    ].join("\n"),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
