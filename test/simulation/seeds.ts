/** Many runs, one seed after another, and what is told of them. */
import type { FaultClass } from "./faults.ts";
import { simulate } from "./simulate.ts";
import type { Run, RunOptions } from "./simulate.ts";

export interface Tally {
  seeds: number;
  instances: number;
  commits: number;
  crashes: number;
  attempts: number;
  effects: number;
  /** Of this process, ms: other processes on the machine do not count. */
  cpuMs: number;
  readonly faults: Map<FaultClass, number>;
}

export interface SeedsOptions extends RunOptions {
  readonly from: number;
  /** How many seeds; by default as many as there is time for. */
  readonly count?: number;
  /** No seed is begun after so long. */
  readonly seconds?: number;
}

/** Simulates seeds until one breaks a promise, or there is no time left. */
export async function simulateSeeds(
  options: SeedsOptions,
): Promise<{ readonly tally: Tally; readonly failed: Run | null }> {
  const { from, count = Infinity, seconds = Infinity } = options;
  const faults = new Map<FaultClass, number>();
  const tally: Tally = {
    seeds: 0,
    instances: 0,
    commits: 0,
    crashes: 0,
    attempts: 0,
    effects: 0,
    cpuMs: 0,
    faults,
  };
  const begunAt = performance.now();
  const before = process.cpuUsage();
  let failed: Run | null = null;
  while (failed === null && tally.seeds < count && performance.now() - begunAt < seconds * 1_000) {
    const run = await simulate(from + tally.seeds, options);
    add(tally, run);
    if (run.violations.length > 0) failed = run;
  }
  const { user, system } = process.cpuUsage(before);
  tally.cpuMs = (user + system) / 1_000;
  return { tally, failed };
}

function add(tally: Tally, { figures }: Run): void {
  tally.seeds += 1;
  for (const name of ["instances", "commits", "crashes", "attempts", "effects"] as const) {
    tally[name] += figures[name];
  }
  for (const [name, times] of figures.faults) {
    tally.faults.set(name, (tally.faults.get(name) ?? 0) + times);
  }
}

/** Figures of a tally, a line each. */
export function tallyLines(tally: Tally): readonly string[] {
  const { seeds, instances, commits, crashes, attempts, effects, cpuMs, faults } = tally;
  const perSecond = (seeds / (cpuMs / 1_000)).toFixed(1);
  const strikes = [...faults].map(([name, times]) => `${name} ${times}`);
  return [
    `${seeds} seeds, ${perSecond} for each second of a core`,
    `${instances} instances, ${commits} commits, ${attempts} attempts, ${effects} effects, ${crashes} processes gone`,
    `faults: ${strikes.join(", ")}`,
  ];
}

/** The classes of faults that a failure needs: it is still there when all others are off. */
export async function shrink(failed: Run, options: RunOptions): Promise<readonly string[]> {
  let without = [...(options.without ?? [])];
  for (const name of failed.faults) {
    const more = [...without, name];
    const run = await simulate(failed.seed, { ...options, without: more });
    if (run.violations.length > 0) without = more;
  }
  return without;
}

const TRACE_LINES_MAX = 60;

/** What is wrong, how to see it again, and the end of what happened. */
export function failureText({ seed, violations, trace }: Run, without: readonly string[]): string {
  const off = without.length === 0 ? "" : ` --without ${without.join(",")}`;
  const shown = trace.slice(-TRACE_LINES_MAX);
  const skipped = trace.length - shown.length;
  return [
    `seed ${seed} breaks a promise:`,
    ...violations.map((violation) => `  ${violation}`),
    `see it again: npm run sim -- --seed ${seed}${off} --trace`,
    ...(skipped > 0 ? [`(${skipped} lines before)`] : []),
    ...shown,
  ].join("\n");
}
