/**
 * How far the runtime is from what the machine can do at most: the very rows that it writes, written by raw
 * statements in transactions of the same size, and XState's own transitions on top.
 */
import { join } from "node:path";
import Database from "better-sqlite3";
import { createRuntime, openSqlite } from "../src/index.ts";
import type { Store } from "../src/index.ts";
import type { Bench, BenchOptions } from "./harness/bench.ts";
import { inFlight } from "./harness/concurrency.ts";
import { measureCommits } from "./harness/fsync.ts";
import { runSteps, runXState } from "./harness/pure-steps.ts";
import { beginRecording, readRecording, recordedUpTo } from "./harness/recorder.ts";
import type { Batches } from "./harness/recorder.ts";
import { replay } from "./harness/replay.ts";
import { alternate, row, rowAgainst, toRatio } from "./harness/rounds.ts";
import type { Measured } from "./harness/rounds.ts";
import { readSettings } from "./harness/settings.ts";
import { atLeast } from "./harness/verdicts.ts";
import { bareTelemetry } from "./subjects/bare-telemetry.ts";
import { orderInput, orderSaga, TRANSITIONS } from "./subjects/four-steps.ts";

const SAGAS = 2_000;
const SMOKE_SAGAS = 20;
const CONCURRENCY = 100;
const COMMITS = 500;

export const limitBench: Bench = {
  name: "limit",
  summary: "transitions of the runtime beside the same rows by raw statements, and XState alone",
  story:
    "Sagas of four steps, 100 at a time, once with every row recorded that reaches the file. The raw statements then write the same " +
    "rows, all columns of them, in transactions of the same size into a file with the same schema, indexes and settings. The limit is the time of " +
    "those plus the time of XState's plain `machine.transition` with one reused scope for the same transitions.",

  async run(options) {
    const sagas = options.isSmoke ? SMOKE_SAGAS : SAGAS;
    const recorded = await record(options, sagas);
    const samples = await alternate(options.rounds, {
      runtime: (round) => measureRuntime(join(options.folder, `runtime-${round}.db`), sagas),
      limit: (round) => measureLimit(join(options.folder, `raw-${round}.db`), recorded, sagas),
      commit: () => measureCommits(options.folder, options.isSmoke ? 10 : COMMITS),
    });
    const transitions = samples.of("runtime", "transitions");
    const limit = samples.of("limit", "both");
    return {
      rows: [
        rowAgainst(row("runtime: transitions", "/s", transitions), "limit", limit),
        row("limit: rows and XState, transitions", "/s", limit),
        row("rows by raw statements, transitions", "/s", samples.of("limit", "rows")),
        row("XState alone, transitions", "/s", samples.of("limit", "xstate")),
        row("our pure step, transitions", "/s", samples.of("limit", "steps")),
        row("runtime: transitions in a transaction", "", samples.of("runtime", "batch")),
        row("limit: transitions in a transaction", "", samples.of("limit", "batch")),
        row("limit: rows of a transition", "", samples.of("limit", "rows of a transition")),
        row("commits of one row by raw statements", "/s", samples.of("commit", "/s")),
        row("one commit of one row", "ms", samples.of("commit", "p50")),
      ],
      verdicts: [
        atLeast(
          "transitions/s against the limit (same rows, same batch sizes, plus pure XState)",
          toRatio("", transitions, limit).values,
          0.6,
          "×",
        ),
      ],
      settings: readSettings(join(options.folder, "runtime-0.db")),
      notes: [],
    };
  },
};

/** Runs the sagas once with all rows recorded; the triggers make it slow, so nothing is timed. */
async function record({ folder }: BenchOptions, sagas: number): Promise<Batches> {
  const path = join(folder, "recorded.db");
  await openSqlite(path).close();
  beginRecording(path);
  const reader = new Database(path);
  const ends: number[] = [];
  const store = withCommits(openSqlite(path), () => ends.push(recordedUpTo(reader)));
  // The opening itself writes a row or two.
  ends.push(recordedUpTo(reader));
  await runSagas(store, sagas);
  reader.close();
  return readRecording(path, ends).slice(1);
}

/** The store, telling of each batch that it has committed. */
function withCommits(store: Store, onCommitted: (writeSets: number) => void): Store {
  const commit: Store["commit"] = async (writeSets) => {
    const outcomes = await store.commit(writeSets);
    onCommitted(writeSets.length);
    return outcomes;
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === "commit") return commit;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Milliseconds from the first start to the last end. */
async function runSagas(store: Store, count: number): Promise<number> {
  const telemetry = bareTelemetry();
  const runtime = await createRuntime({ store, sagas: [orderSaga], telemetry });
  const begunAt = performance.now();
  await inFlight(count, CONCURRENCY, async (index) => {
    const instanceId = `o-${index}`;
    await runtime.start(orderSaga, { instanceId, input: orderInput });
    await runtime.waitFor(orderSaga, instanceId, { phase: "completed" });
  });
  const tookMs = performance.now() - begunAt;
  await runtime.close();
  return tookMs;
}

async function measureRuntime(path: string, sagas: number): Promise<Measured> {
  let batches = 0;
  const store = withCommits(openSqlite(path), () => (batches += 1));
  const tookMs = await runSagas(store, sagas);
  const transitions = sagas * TRANSITIONS;
  return { transitions: (transitions / tookMs) * 1_000, batch: transitions / batches };
}

async function measureLimit(path: string, batches: Batches, sagas: number): Promise<Measured> {
  const transitions = sagas * TRANSITIONS;
  const rowsMs = await replay(path, batches);
  const xstateMs = runXState(orderSaga, orderInput, sagas);
  const stepsMs = runSteps(orderSaga, orderInput, sagas);
  const perSecond = (tookMs: number): number => (transitions / tookMs) * 1_000;
  const changes = batches.reduce((sum, batch) => sum + batch.length, 0);
  return {
    both: perSecond(rowsMs + xstateMs),
    rows: perSecond(rowsMs),
    xstate: perSecond(xstateMs),
    steps: perSecond(stepsMs),
    batch: transitions / batches.length,
    "rows of a transition": changes / transitions,
  };
}
