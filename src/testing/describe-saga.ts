/**
 * One line in a vitest file gives a saga all its tests: the checker, every path, crashes at every moment of them, random
 * moves, and what of its chart they go through. `sagachart/testing/vitest`.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { check, renderReport } from "../check/check.ts";
import type { CheckOptions } from "../check/check.ts";
import { systemClock } from "../clock.ts";
import type { AnySaga } from "../saga/define.ts";
import { scoped } from "../saga/scoped.ts";
import type { Scope } from "../saga/scoped.ts";
import { crashIn } from "./crash.ts";
import { pathsOf } from "./paths.ts";
import type { PathOptions, Paths } from "./paths.ts";
import type { PropertyReport } from "./properties.ts";
import { Rigs } from "./rigs.ts";
import { summaryOf } from "./summary.ts";
import type { Walked } from "./summary.ts";
import { walkIn } from "./walk.ts";
import type { WalkOptions } from "./walk.ts";

export interface DescribeOptions extends WalkOptions, PathOptions {
  /**
   * By name of a number in the params of guards, such as `attemptsMax`, the most that it is taken for in these tests: with
   * two attempts there are far fewer paths than with eight.
   */
  readonly scope?: Scope;
  /** Paths that are walked at most, such that all of the chart is gone through. Default 200. */
  readonly walksMax?: number;
  /** On which paths the process dies, and how often. */
  readonly crashes?: CrashesOptions;
  /** Transitions and states that no path goes through, by their names in the summary, each with the reason. */
  readonly uncovered?: Readonly<Record<string, string>>;
  /** How the checker is to look at it; false: not here. Default: all worlds, with these samples and this scope. */
  readonly check?: Partial<CheckOptions> | false;
  /** Instances that random moves happen to. Default 25; 0: none, and fast-check need not be installed. */
  readonly runs?: number;
  /** What random moves are drawn from; without one it is drawn too, and told. */
  readonly seed?: number;
}

export interface CrashesOptions {
  /** `all` of them, `shortest` for all of the shortest ones, or so many of those, spread over all. Default 30. */
  readonly paths?: "all" | "shortest" | number;
  /** How often the process may die before everything stands as without a crash. Default 1; 2: all pairs as well. */
  readonly deaths?: number;
}

const WALKS_MAX = 200;
const CRASH_PATHS = 30;
const RUNS = 25;
const PROPERTY_TIMEOUT_MS = 120_000;
const CHECK_TIMEOUT_MS = 300_000;
const PATH_TIMEOUT_MS = 60_000;
/** A machine that others use too makes a thousand crashes in a minute. */
const CRASH_TIMEOUT_MS = 3_600_000;

/**
 * @example
 * describeSaga(orderSaga, { samples: { input, outputs: { chargePayment: { paymentId: "p-1" } } } });
 */
export function describeSaga(whole: AnySaga, options: DescribeOptions): void {
  describe(`saga "${whole.name}"`, () => {
    const saga = scoped(whole, options.scope ?? {});
    const paths = pathsOf(saga, options.samples, options);
    const walked: Walked = {
      walks: 0,
      crashed: null,
      undoing: new Set(),
      random: null,
    };
    const bench = openBench(saga, options);

    if (options.check !== false) describeCheck(saga, options.check ?? {}, options);
    describeCoverage(paths, options);
    describeWalks(bench, chosenOf(paths, options.walksMax ?? WALKS_MAX), { walked, options });
    describeCrashes(bench, paths, { walked, options });
    if (options.runs !== 0) describeProperties(saga, { walked, options });
    afterAll(() => {
      process.stdout.write(
        `${summaryOf(saga, paths, { ...walked, scope: options.scope ?? {} }).join("\n")}\n`,
      );
    });
  });
}

interface Part {
  readonly walked: Walked;
  readonly options: DescribeOptions;
}

/** Rigs that are opened with the first test and closed after the last. */
function openBench(saga: AnySaga, options: DescribeOptions): () => Rigs {
  let rigs: Rigs | null = null;
  beforeAll(() => {
    rigs = new Rigs(saga, options);
  });
  afterAll(() => rigs?.close());
  return () => rigs as unknown as Rigs;
}

function describeCheck(
  saga: AnySaga,
  given: Partial<CheckOptions>,
  { samples }: DescribeOptions,
): void {
  test(
    "whatever happens, nothing breaks its promises",
    () => {
      const report = check(saga, { samples, ...given });
      expect(report.ok ? [] : renderReport(report)).toEqual([]);
    },
    CHECK_TIMEOUT_MS,
  );
}

function describeCoverage({ coverage }: Paths, { uncovered = {} }: DescribeOptions): void {
  const missed = [...coverage.states.missed, ...coverage.transitions.missed];

  test("every state and every transition of the chart is gone through, or has a reason not to be", () => {
    expect(missed.filter((name) => (uncovered[name] ?? "").trim() === "")).toEqual([]);
  });

  test("no reason stands for what is gone through", () => {
    expect(Object.keys(uncovered).filter((name) => !missed.includes(name))).toEqual([]);
  });
}

function describeWalks(bench: () => Rigs, paths: Paths["paths"], { walked, options }: Part): void {
  describe("goes where the chart says", () => {
    test.each(paths.map((path) => [path.name, path] as const))(
      "%s",
      async (_, path) => {
        const { undoing } = await walkIn(bench(), path, options.rules);
        walked.walks += 1;
        if (undoing.length > 0) walked.undoing.add(undoing.join(", then "));
        expect(undoing).toBeDefined();
      },
      PATH_TIMEOUT_MS,
    );
  });
}

function describeCrashes(bench: () => Rigs, paths: Paths, { walked, options }: Part): void {
  const { paths: which = CRASH_PATHS, deaths = 1 } = options.crashes ?? {};
  const of = which === "all" ? paths.paths : paths.shortest;
  const chosen = spread(of, typeof which === "number" ? which : Infinity);
  test(
    "every path ends the same, wherever the process dies",
    async () => {
      const begunAt = systemClock.monotonic();
      const crashes = await crashIn(bench(), chosen, deaths);
      walked.crashed = {
        ...crashes,
        paths: chosen.length,
        of: of.length,
        which: which === "all" ? "paths" : "shortest paths",
        ms: systemClock.monotonic() - begunAt,
      };
      expect(crashes.made).toBeGreaterThan(0);
    },
    CRASH_TIMEOUT_MS,
  );
}

function describeProperties(saga: AnySaga, { walked, options }: Part): void {
  test(
    "random events, outcomes, times and crashes break no rule",
    async () => {
      const { assertProperties } = await import("./properties.ts");
      const report: PropertyReport = await assertProperties(saga, { runs: RUNS, ...options });
      walked.random = report;
      expect(report.moves).toBeGreaterThan(0);
    },
    PROPERTY_TIMEOUT_MS,
  );
}

/** All paths, or those that together go through all of the chart, and others spread over the rest. */
function chosenOf({ paths, telling }: Paths, max: number): Paths["paths"] {
  if (paths.length <= max) return paths;
  const others = paths.filter((path) => !telling.includes(path));
  return [...telling, ...spread(others, Math.max(0, max - telling.length))];
}

/** At most `max` of the items, evenly spread, in their order. */
function spread<Item>(items: readonly Item[], max: number): readonly Item[] {
  if (items.length <= max) return items;
  return Array.from(
    { length: max },
    (_, index) => items[Math.floor((index * items.length) / max)] as Item,
  );
}
