/**
 * Where the time of a transition goes: each part of it done by itself, over the same recorded work, beside the whole.
 * Nothing is sampled, so whoever does not trust a profile can add up.
 */
import { openSqlite } from "../src/index.ts";
import type { Bench, BenchOptions, Findings, Row } from "./harness/bench.ts";
import { twoRows, withEmpty, withoutIndexes, withoutTable } from "./harness/fewer-rows.ts";
import type { Fewer } from "./harness/fewer-rows.ts";
import { withNewFile } from "./harness/own-files.ts";
import { runDecisions, runSteps, runXState } from "./harness/pure-steps.ts";
import { callAgain, nullStore, recordingCalls, sealAgain } from "./harness/recorded-calls.ts";
import type { Call } from "./harness/recorded-calls.ts";
import { recordOrders } from "./harness/recorded-orders.ts";
import type { Batches } from "./harness/recorder.ts";
import { prepareReplay } from "./harness/replay.ts";
import { alternate, row, rowAgainst } from "./harness/rounds.ts";
import type { Contestants, Measured, Samples } from "./harness/rounds.ts";
import { readSettings } from "./harness/settings.ts";
import { spend } from "./harness/spent.ts";
import type { Spent } from "./harness/spent.ts";
import { targetOf } from "./harness/targets.ts";
import { orderInput, orderSaga, TRANSITIONS } from "./subjects/four-steps.ts";
import { runOrders } from "./subjects/order-runs.ts";

const SAGAS = 1_000;
const SMOKE_SAGAS = 20;

export const partsBench: Bench = {
  name: "parts",
  summary: "where the time of a transition goes: each of its parts done by itself",
  story:
    "Sagas of four steps, 100 at a time, and beside them each part of that work by itself, over the rows and calls that were recorded once: " +
    "XState's transitions; our pure steps; decisions made into rows; the whole runtime on a store that keeps nothing; the rows by raw statements, " +
    "with and without waiting for the disk; their seals and hashes; the store, called with the same write sets. What is on top of, around or the rest of something " +
    "is the difference of two of them in the same round. Each figure is for one transition. Processor time is that of the thread that runs JavaScript, " +
    "and the time that it spent in collections is taken out of each part, since they stand by themselves. A part alone finds the processor's caches as it left them: " +
    "the whole may take longer than its parts together, or shorter, and what is not accounted for says so.",

  async run(options) {
    const work = await record(options);
    const samples = await alternate(options, toContestants(work, options));
    const settings = await withNewFile(options.folder, async (path) => {
      await openSqlite(path).close();
      return readSettings(path);
    });
    return { ...toFindings(samples), settings };
  },
};

interface Work {
  readonly sagas: number;
  readonly calls: readonly Call[];
  readonly batches: Batches;
}

/** The rows of one run in their transactions, and the calls that wrote them. */
async function record({ isSmoke, folder }: BenchOptions): Promise<Work> {
  const sagas = isSmoke ? SMOKE_SAGAS : SAGAS;
  const calls: Call[] = [];
  const batches = await recordOrders(folder, sagas, (store) => recordingCalls(store, calls));
  return { sagas, calls, batches };
}

function toContestants(work: Work, { folder }: BenchOptions): Contestants {
  const { sagas, calls, batches } = work;
  const each = async (spent: Promise<Spent>): Promise<Measured> => toMeasured(await spent, sagas);
  const raw = (fewer: Fewer, synchronous: "FULL" | "OFF") => (): Promise<Measured> =>
    withNewFile(folder, async (path) => {
      const replaying = await prepareReplay(path, fewer.batches, { synchronous, ...fewer });
      const measured = await each(spend(replaying.run));
      replaying.close();
      return measured;
    });
  return {
    whole: () => withNewFile(folder, (path) => each(runOrders(openSqlite(path), sagas, spend))),
    nowhere: () => each(runOrders(nullStore(), sagas, spend)),
    decisions: () => each(spend(() => runDecisions(orderSaga, orderInput, sagas))),
    steps: () => each(spend(() => runSteps(orderSaga, orderInput, sagas))),
    xstate: () => each(spend(() => runXState(orderSaga, orderInput, sagas))),
    seals: () => each(spend(() => sealAgain(calls))),
    store: () =>
      withNewFile(folder, async (path) => {
        const store = openSqlite(path);
        const measured = await each(spend(() => callAgain(store, calls)));
        await store.close();
        return measured;
      }),
    forced: raw({ batches }, "FULL"),
    rows: raw({ batches }, "OFF"),
    "no activities": raw(withoutTable(batches, "outbox"), "OFF"),
    "no indexes": raw(withoutIndexes(batches), "OFF"),
    "no seals": raw(withEmpty(batches, ["seal", "head", "hash"]), "OFF"),
    "two rows": raw(twoRows(batches), "OFF"),
    "two rows, forced": raw(twoRows(batches), "FULL"),
  };
}

/** For one transition, µs. */
function toMeasured({ wallMs, processorMs, collectingMs }: Spent, sagas: number): Measured {
  const us = (ms: number): number => (ms * 1_000) / (sagas * TRANSITIONS);
  return {
    clock: us(wallMs),
    processor: us(processorMs),
    collecting: us(collectingMs),
    own: us(processorMs - collectingMs),
  };
}

function toFindings(samples: Samples): Omit<Findings, "settings"> {
  const whole = { clock: samples.of("whole", "clock"), own: samples.of("whole", "processor") };
  return {
    rows: [
      row("a transition: on the clock", "µs", whole.clock),
      share("waiting, for the disk most of all", less(whole.clock, whole.own), whole.clock),
      share("a transition: processor time", whole.own, whole.clock),
      ...toParts(samples, whole.own),
      ...toRaw(samples),
      ...toCeilings(samples),
    ],
    verdicts: [],
    notes: [],
  };
}

function toParts(samples: Samples, whole: Values): readonly Row[] {
  const own = (name: string): Values => samples.of(name, "own");
  const beside = less(own("forced"), own("rows"));
  const parts: Readonly<Record<string, Values>> = {
    "XState alone": own("xstate"),
    "our pure step on top: effects as data": less(own("steps"), own("xstate")),
    "decisions on top, made into rows": less(own("decisions"), own("steps")),
    "the runtime around them: loop, attempts, promises, telemetry, and the clients": less(
      own("nowhere"),
      own("decisions"),
    ),
    "the rows by raw statements": own("rows"),
    "forcing them to the disk": beside,
    "their seals and hashes": own("seals"),
    "the rest of the store: binding, comparing, finding": less(
      less(own("store"), own("forced")),
      own("seals"),
    ),
    "collections of garbage": samples.of("whole", "collecting"),
  };
  const left = Object.values(parts).reduce(less, whole);
  return Object.entries({ ...parts, "not accounted for": left }).map(([name, values]) =>
    rowAgainst(row(`of it: ${name}`, "µs", values), "processor time", whole),
  );
}

/** What one would save who kept less. */
function toRaw(samples: Samples): readonly Row[] {
  const all = samples.of("rows", "own");
  const fewer = {
    "without those of activities": "no activities",
    "without indexes": "no indexes",
    "with seals and hashes empty": "no seals",
    "only a snapshot and an event, one index": "two rows",
  };
  return Object.entries(fewer).map(([name, contestant]) =>
    rowAgainst(row(`raw rows ${name}`, "µs", samples.of(contestant, "own")), "all raw rows", all),
  );
}

function toCeilings(samples: Samples): readonly Row[] {
  const clock = (name: string): Values => samples.of(name, "clock");
  const limit = more(clock("forced"), clock("xstate"));
  const two = more(clock("two rows, forced"), clock("xstate"));
  const aim = targetOf("limit");
  const runtime = row("runtime: transitions", "/s", perSecond(clock("whole")));
  return [
    rowAgainst(runtime, "limit", perSecond(limit)),
    row("limit: all rows and XState, transitions", "/s", perSecond(limit)),
    row("a snapshot, an event and XState, transitions", "/s", perSecond(two)),
    row("the store alone, transitions", "/s", perSecond(clock("store"))),
    row(
      "the runtime on a store that keeps nothing, transitions",
      "/s",
      perSecond(clock("nowhere")),
    ),
    row("on the clock, all that is no part of the limit", "µs", less(clock("whole"), limit)),
    row(
      `as much as that may be for ${aim} of the limit`,
      "µs",
      limit.map((us) => us / aim - us),
    ),
  ];
}

type Values = readonly number[];

function share(name: string, values: Values, clock: Values): Row {
  return rowAgainst(row(name, "µs", values), "on the clock", clock);
}

function perSecond(values: Values): Values {
  return values.map((us) => 1_000_000 / us);
}

function less(from: Values, taken: Values): Values {
  return from.map((value, round) => value - (taken[round] ?? Number.NaN));
}

function more(values: Values, others: Values): Values {
  return values.map((value, round) => value + (others[round] ?? Number.NaN));
}
