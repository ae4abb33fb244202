/** Very many timers that are due within one second: how late they fire, and what becomes of events over HTTP meanwhile. */
import { join } from "node:path";
import { systemClock } from "../src/clock.ts";
import { createRuntime } from "../src/index.ts";
import type { Clock } from "../src/index.ts";
import type { Bench } from "./harness/bench.ts";
import { startChild } from "./harness/child.ts";
import type { Child } from "./harness/child.ts";
import { countdown } from "./harness/countdown.ts";
import { withCopy } from "./harness/own-files.ts";
import { recordBatches } from "./harness/recorded-store.ts";
import type { Batches } from "./harness/recorder.ts";
import { replay } from "./harness/replay.ts";
import { alternate, row, rowAgainst, toRatio } from "./harness/rounds.ts";
import type { Measured } from "./harness/rounds.ts";
import { readSettings } from "./harness/settings.ts";
import { judge } from "./harness/targets.ts";
import { ticketSaga } from "./machines/ticket/index.ts";
import type { LoadResult } from "./processes/load.ts";
import type { Lags, TimersDue, TimerServerOptions } from "./processes/timer-server.ts";
import { fillTickets } from "./subjects/many-tickets.ts";
import { eventPath, jsonHeaders, noteBody, ticketId } from "./subjects/tickets.ts";

const TIMERS = 100_000;
const SMOKE_TIMERS = 200;
const SPREAD_MS = 1_000;
/** Until the first is due: the store must be open by then. Doubled where it was not. */
const LEAD_MS = 2_000;
const LEAD_MS_MAX = 64_000;
/** How far off the due times of the file are: longer than a run takes. */
const OFF_MS = 3_600_000;
/** Tickets whose timers are due much later, for the events. */
const OTHERS = 1_000;
const QUARTER_MS = 90 * 86_400_000;
const CONNECTIONS = 10;
const LOAD_SECONDS = 2;

export const timersBench: Bench = {
  name: "timers",
  summary: "100,000 timers due within one second, and events over HTTP meanwhile",
  story:
    "100,000 instances wait for a timer; the timers are due within one second, evenly. A timer's lag runs from its due time until its " +
    "transition is durable. From the first due time on, 10 connections send events to 1,000 other instances for two seconds. The limit is the time " +
    "that raw statements need for the rows of these 100,000 transitions, in transactions of the greatest size that the runtime makes of timers, on " +
    "a copy of the same file. The file stays the same in all rounds: the clock of the runtime's process is set so that the timers are due soon.",

  async run(options) {
    const timers = options.isSmoke ? SMOKE_TIMERS : TIMERS;
    const path = join(options.folder, "timers.db");
    const due = { firstDueAtMs: Date.now() + OFF_MS, spreadMs: SPREAD_MS, timers };
    await fillTickets(path, {
      count: timers + OTHERS,
      dueAtMs: (index) =>
        due.firstDueAtMs + (index < timers ? Math.floor((index * SPREAD_MS) / timers) : QUARTER_MS),
    });
    options.tell("the file is filled");
    const file = { path, within: options.folder };
    const batches = await withCopy(file, (copy) => record(copy, due));
    options.tell("the rows are recorded");
    const load = startChild(new URL("processes/load.ts", import.meta.url));
    try {
      const samples = await alternate(
        { ...options, isWarming: false },
        {
          runtime: () =>
            withCopy(file, (copy) => measureRuntime(copy, { due, isSmoke: options.isSmoke, load })),
          limit: () => withCopy(file, async (copy) => ({ ms: await replay(copy, batches) })),
        },
      );
      const of = (measured: string): readonly number[] => samples.of("runtime", measured);
      const limit = samples.of("limit", "ms");
      return {
        rows: [
          row("timers: least lag", "ms", of("least")),
          row("timers: lag p50", "ms", of("p50")),
          rowAgainst(row("timers: lag p99", "ms", of("p99")), "limit", limit),
          row("timers: greatest lag", "ms", of("greatest")),
          row("limit: the same rows by raw statements", "ms", limit),
          row("events meanwhile", "/s", of("events")),
          row("events meanwhile: p50", "ms", of("http p50")),
          row("events meanwhile: p99", "ms", of("http p99")),
        ],
        verdicts: [
          judge("timersEarly", [Math.min(...of("least"))]),
          judge("timersHttp", of("http p99")),
          judge("timersLag", toRatio("", of("p99"), limit).values),
        ],
        settings: readSettings(path),
        notes: [],
      };
    } finally {
      await load.kill();
    }
  },
};

/**
 * Lets all timers fire once, with all rows recorded. On a clock that stands still each transaction takes no time, so
 * as many as ever fire together.
 */
async function record(
  path: string,
  { timers, firstDueAtMs, spreadMs }: TimersDue,
): Promise<Batches> {
  const clock: Clock = {
    ...systemClock,
    now: () => firstDueAtMs + spreadMs,
    monotonic: () => 0,
  };
  return recordBatches(path, async (store) => {
    const left = countdown(timers);
    const runtime = await createRuntime({
      store,
      sagas: [ticketSaga],
      clock,
      telemetry({ kind }) {
        if (kind === "transition") left.count();
      },
    });
    await left.over;
    await runtime.close();
  });
}

interface Turn {
  readonly due: TimersDue;
  readonly isSmoke: boolean;
  readonly load: Child;
}

/** Until the first is due, as long as it took before. */
let leadMs = LEAD_MS;

async function measureRuntime(path: string, turn: Turn): Promise<Measured> {
  for (;;) {
    const measured = await measureOnce(path, turn);
    if (measured !== null) return measured;
    leadMs *= 2;
    if (leadMs > LEAD_MS_MAX) throw new Error(`the server is not ready within ${LEAD_MS_MAX} ms`);
  }
}

/** Null if the server was not ready when the first was due: what is late already would be counted as lag. */
async function measureOnce(path: string, { due, isSmoke, load }: Turn): Promise<Measured | null> {
  const server = startChild(new URL("processes/timer-server.ts", import.meta.url));
  try {
    await server.call("greet");
    const dueFromMs = Date.now() + leadMs;
    const options: TimerServerOptions = {
      ...due,
      path,
      aheadMs: due.firstDueAtMs - dueFromMs,
    };
    const url = await server.call<string>("serve", options);
    const leftMs = dueFromMs - Date.now();
    if (leftMs < 0) return null;
    await new Promise((resolve) => setTimeout(resolve, leftMs));
    const meanwhile = await load.call<LoadResult>("load", {
      url,
      paths: Array.from({ length: OTHERS }, (_, index) => eventPath(ticketId(due.timers + index))),
      body: noteBody,
      headers: jsonHeaders,
      connections: CONNECTIONS,
      seconds: isSmoke ? 0.5 : LOAD_SECONDS,
    });
    if (meanwhile.failed > 0) throw new Error(`${meanwhile.failed} events were not taken`);
    const lags = await server.call<Lags>("lags");
    return {
      least: lags.minMs,
      p50: lags.p50Ms,
      p99: lags.p99Ms,
      greatest: lags.maxMs,
      events: meanwhile.requestsPerSecond,
      "http p50": meanwhile.p50Ms,
      "http p99": meanwhile.p99Ms,
    };
  } finally {
    await server.kill();
  }
}
