/**
 * How far the runtime is from what the machine can do at most: the very rows that it writes, written by raw
 * statements in transactions of the same size, and XState's own transitions on top.
 */
import { join } from "node:path";
import { createRuntime, openSqlite } from "../src/index.ts";
import type { Bench } from "./harness/bench.ts";
import { inFlight } from "./harness/concurrency.ts";
import { measureCommits } from "./harness/fsync.ts";
import { runSteps } from "./harness/pure-steps.ts";
import { measureLimit, recordOrders } from "./harness/recorded-orders.ts";
import { withCommits } from "./harness/recorded-store.ts";
import type { Batches } from "./harness/recorder.ts";
import { alternate, row, rowAgainst, toRatio } from "./harness/rounds.ts";
import type { Measured } from "./harness/rounds.ts";
import { readSettings } from "./harness/settings.ts";
import { judge } from "./harness/targets.ts";
import { percentile } from "./harness/statistics.ts";
import { ticketSaga } from "./machines/ticket/index.ts";
import { bareTelemetry } from "./subjects/bare-telemetry.ts";
import { orderInput, orderSaga, TRANSITIONS } from "./subjects/four-steps.ts";
import { runOrders } from "./subjects/order-runs.ts";

const SAGAS = 2_000;
const SMOKE_SAGAS = 20;
const COMMITS = 500;
const EVENTS_ALONE = 500;
const QUARTER_MS = 90 * 86_400_000;

export const limitBench: Bench = {
  name: "limit",
  summary: "transitions of the runtime beside the same rows by raw statements, and XState alone",
  story:
    "Sagas of four steps, 100 at a time, once with every row recorded that reaches the file. The raw statements then write the same " +
    "rows, all columns of them, in transactions of the same size into a file with the same schema, indexes and settings. The limit is the time of " +
    "those plus the time of XState's plain `machine.transition` with one reused scope for the same transitions. " +
    "One event at a time is one client that sends to one waiting instance, in the process.",

  async run(options) {
    const sagas = options.isSmoke ? SMOKE_SAGAS : SAGAS;
    const recorded = await recordOrders(options.folder, sagas);
    const samples = await alternate(options, {
      runtime: (round) => measureRuntime(join(options.folder, `runtime-${round}.db`), sagas),
      limit: () => measureAll(options.folder, recorded, sagas),
      alone: (round) => measureAlone(join(options.folder, `alone-${round}.db`), options.isSmoke),
      commit: () => measureCommits(options.folder, options.isSmoke ? 10 : COMMITS),
    });
    const transitions = samples.of("runtime", "transitions");
    const limit = samples.of("limit", "both");
    const alone = samples.of("alone", "p50");
    const commit = samples.of("commit", "p50");
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
        row("one commit of one row: p50", "ms", samples.of("commit", "p50")),
        rowAgainst(row("one event at a time: p50", "ms", alone), "one commit", commit),
        row("one event at a time: p99", "ms", samples.of("alone", "p99")),
      ],
      verdicts: [
        judge("limit", toRatio("", transitions, limit).values),
        judge("alone", toRatio("", alone, commit).values),
      ],
      settings: readSettings(join(options.folder, "runtime-1.db")),
      notes: [],
    };
  },
};

async function measureRuntime(path: string, sagas: number): Promise<Measured> {
  let batches = 0;
  const store = withCommits(openSqlite(path), () => (batches += 1));
  const tookMs = await runOrders(store, sagas, timed);
  const transitions = sagas * TRANSITIONS;
  return { transitions: (transitions / tookMs) * 1_000, batch: transitions / batches };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await work();
  return performance.now() - begunAt;
}

/** One client sends one event after the other to one instance: latency, with nothing to share a commit with. */
async function measureAlone(path: string, isSmoke: boolean): Promise<Measured> {
  const telemetry = bareTelemetry();
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [ticketSaga], telemetry });
  const input = { subject: "a parcel is late", openMs: QUARTER_MS };
  await runtime.start(ticketSaga, { instanceId: "t-1", input });
  const tookMs = await inFlight(isSmoke ? 10 : EVENTS_ALONE, 1, () =>
    runtime.send(ticketSaga, "t-1", { type: "NOTE", text: "called back, will call again" }),
  );
  await runtime.close();
  return { p50: percentile(tookMs, 0.5), p99: percentile(tookMs, 0.99) };
}

async function measureAll(folder: string, batches: Batches, sagas: number): Promise<Measured> {
  const transitions = sagas * TRANSITIONS;
  const { rowsMs, xstateMs } = await measureLimit(folder, batches, sagas);
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
