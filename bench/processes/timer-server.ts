/**
 * A process that fires timers and serves HTTP meanwhile, and keeps account of how late each timer's transition was
 * durable: the runtime tells by telemetry, after the commit.
 */
import { performance } from "node:perf_hooks";
import { systemClock } from "../../src/clock.ts";
import { createRuntime, buildServer, openSqlite } from "../../src/index.ts";
import { answerCalls } from "../harness/child.ts";
import { countdown } from "../harness/countdown.ts";
import type { Countdown } from "../harness/countdown.ts";
import { percentile } from "../harness/statistics.ts";
import { ticketSaga } from "../machines/ticket/index.ts";

/** The timers of a file. */
export interface TimersDue {
  readonly timers: number;
  /** When the first is due; those of the tickets follow in the order of their numbers. */
  readonly firstDueAtMs: number;
  readonly spreadMs: number;
}

export interface TimerServerOptions extends TimersDue {
  readonly path: string;
  /** How far ahead of the machine's clock the runtime's is. */
  readonly aheadMs: number;
}

export interface Lags {
  readonly fired: number;
  /** The least of all: below 0, one was early. */
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const lags: number[] = [];
let left: Countdown = countdown(1);

answerCalls({
  /** Answered as soon as all is loaded. */
  greet: (): boolean => true,

  async serve(options: TimerServerOptions): Promise<string> {
    const { path, timers, firstDueAtMs, spreadMs, aheadMs } = options;
    left = countdown(timers);
    const runtime = await createRuntime({
      store: openSqlite(path),
      sagas: [ticketSaga],
      clock: { ...systemClock, now: () => systemClock.now() + aheadMs },
      telemetry(event) {
        if (event.kind !== "transition" || event.source !== "timer") return;
        const index = Number(event.instanceId.slice(2));
        const dueAtMs = firstDueAtMs + Math.floor((index / timers) * spreadMs);
        lags.push(performance.timeOrigin + performance.now() + aheadMs - dueAtMs);
        left.count();
      },
    });
    return buildServer({ runtime }).listen({ host: "127.0.0.1", port: 0 });
  },

  /** Resolves when all have fired. */
  async lags(): Promise<Lags> {
    await left.over;
    return {
      fired: lags.length,
      minMs: percentile(lags, 0),
      p50Ms: percentile(lags, 0.5),
      p99Ms: percentile(lags, 0.99),
      maxMs: percentile(lags, 1),
    };
  },
});
