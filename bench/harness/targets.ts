/**
 * The targets: what was set before anything was measured. A bench gives its figures for those that it measures; the
 * page lists all, reached or not.
 */
import type { Verdict } from "./bench.ts";
import { median } from "./statistics.ts";
import { figure } from "./table.ts";

interface Target {
  readonly measure: string;
  readonly bound: "at least" | "at most";
  readonly value: number;
  readonly unit: string;
}

const table = {
  openworkflow: least("sagas/s at concurrency 100 against OpenWorkflow, SQLite", 15),
  byHand: least("sagas/s at concurrency 100 against XState + Drizzle by hand", 10),
  effect: least("sagas/s at concurrency 100 against @effect/workflow, SQLite", 100),
  limit: least("transitions/s against the limit: the same rows by raw statements, and XState", 0.6),
  events: least("HTTP events/s at 100 connections against an empty Fastify POST", 0.5),
  eventsP99: most("their p99 against the p99 of the empty POST", 3),
  alone: most(
    "one client, one event at a time, in the process: p50 against one commit of one row",
    2.5,
  ),
  aloneHttp: most("the same over HTTP: p50 against one commit of one row", 2.5),
  age: most("transition 100,000 against transition 10: p50", 1.1),
  parkedStart: most(
    "1,000,000 parked: start of the process to the first served event",
    1_000,
    "ms",
  ),
  parkedMemory: most("1,000,000 parked: RSS", 250, "MiB"),
  parkedBytes: most("1,000,000 parked: bytes of the file for each", 1_500, "bytes"),
  parkedEvents: most("1,000,000 parked: p50 of events to random ones against 1,000 parked", 1.3),
  timersEarly: least("100,000 timers in a second: the least lag, so that none is early", 0, "ms"),
  timersHttp: most("100,000 timers in a second: HTTP p99 meanwhile", 250, "ms"),
  timersLag: most("100,000 timers in a second: lag p99 against the time that the limit needs", 1.2),
  studioFrames: least("1,000 events a second: frames of the live chart", 30, "/s"),
  studioLatency: most("1,000 events a second: p50 while a Studio is answered against nobody", 1.1),
  studioOpen: most(
    "the Studio's page until its chart is drawn and takes a key, nothing cached",
    1_500,
    "ms",
  ),
  studioFollow: most(
    "a journal row until the chart of its instance shows the new state",
    300,
    "ms",
  ),
  soakMemory: most("a soak: RSS of its last third against its first", 1.1),
  soakFile: most("a soak: size of the file in its last third against its second", 1.1),
} as const satisfies Record<string, Target>;

export type TargetName = keyof typeof table;

/** The verdict on one target: by the median of all rounds. */
export function judge(name: TargetName, values: readonly number[]): Verdict {
  const { bound, value, unit } = table[name];
  const measured = median(values);
  const isReached = bound === "at least" ? measured >= value : measured <= value;
  return { ...notMeasured(name), measured: withUnit(figure(measured), unit), isReached };
}

/** What was set. */
export function targetOf(name: TargetName): number {
  return table[name].value;
}

/** The verdict on a target that a run did not look at. */
export function notMeasured(name: TargetName): Verdict {
  const { measure, bound, value, unit } = table[name];
  const target = `${bound} ${withUnit(value.toLocaleString("en-US"), unit)}`;
  return { measure, target, measured: null, isReached: false };
}

/** All targets in their order, with the verdicts that there are. */
export function verdictsOnAll(given: readonly Verdict[]): readonly Verdict[] {
  return Object.keys(table).map((name) => {
    const missing = notMeasured(name as TargetName);
    return given.find(({ measure }) => measure === missing.measure) ?? missing;
  });
}

function least(measure: string, value: number, unit = "×"): Target {
  return { measure, bound: "at least", value, unit };
}

function most(measure: string, value: number, unit = "×"): Target {
  return { measure, bound: "at most", value, unit };
}

function withUnit(text: string, unit: string): string {
  return `${text} ${unit}`;
}
