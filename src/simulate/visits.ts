/**
 * Visits: which states and edges of a chart something went through, and how often: the paths of its tests, or
 * instances that really ran. A chart that shows both shows what neither ever tried.
 */
import { fold, withoutLeft } from "../saga/fold.ts";
import type { FoldEntry } from "../saga/fold.ts";
import { start } from "../saga/step.ts";
import type { Moment, Standing } from "../saga/step.ts";
import { toChart } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import type { AnySaga } from "../saga/define.ts";
import { pathsOf } from "../testing/paths.ts";
import type { PathOptions } from "../testing/paths.ts";
import type { Samples } from "../check/samples.ts";
import { settingOf } from "../testing/position.ts";
import { MOVES_MAX } from "./path.ts";
import type { Point } from "./point.ts";
import { Run } from "./simulate.ts";
import { activeIds, trailIds } from "./step.ts";

export interface Visits {
  /** By id, how many paths or instances were in the state. */
  readonly states: Readonly<Record<string, number>>;
  /** By id, how often the edge was taken. */
  readonly edges: Readonly<Record<string, number>>;
  /** Paths or instances that were counted. */
  readonly counted: number;
  /** What was left out, in words; empty if nothing was. */
  readonly cut: readonly string[];
}

export interface PathVisits extends Visits {
  /** Names of the paths that were counted: a few that go through all that any path does. */
  readonly paths: readonly string[];
  /** How many paths there are in all. */
  readonly pathCount: number;
}

/** @throws {SagaError} as `pathsOf` does. */
export function pathVisits(saga: AnySaga, samples: Samples, options: PathOptions): PathVisits {
  const { telling, paths, cut } = pathsOf(saga, samples, options);
  const setting = settingOf(saga, samples);
  const tally = new Tally();
  for (const path of telling) {
    const run = new Run(setting);
    run.playAll(path.steps.slice(0, MOVES_MAX).map(({ move }) => move));
    tally.add(
      run.steps.flatMap(({ edges }) => edges),
      run.steps.flatMap(({ active, through }) => [...active, ...through]),
    );
  }
  return {
    ...tally.visits(),
    cut,
    paths: telling.map(({ name }) => name),
    pathCount: paths.length,
  };
}

/** The whole journal of an instance from its first entry on, as the fold takes it. */
export interface JournaledInstance {
  readonly instanceId: string;
  readonly entries: readonly FoldEntry[];
}

/**
 * What instances went through, by their journals: each step is computed again. One whose journal does not lead to
 * what it recorded, or begins as a fork, is left out and told.
 */
export function journalVisits(saga: AnySaga, instances: readonly JournaledInstance[]): Visits {
  const chart = toChart(saga);
  const tally = new Tally();
  let leftOut = 0;
  for (const instance of instances) {
    const trail = trailOfInstance(chart, instance);
    if (trail === null) leftOut += 1;
    else tally.add(trail.edges, trail.states);
  }
  const cut =
    leftOut === 0
      ? []
      : [`${leftOut} instances that are forks, or whose journals this chart does not reproduce`];
  return { ...tally.visits(), cut };
}

function trailOfInstance(
  chart: Chart,
  { instanceId, entries }: JournaledInstance,
): { readonly edges: readonly string[]; readonly states: readonly string[] } | null {
  const first = entries.findIndex(
    ({ source, verdict }) => source === "start" && verdict === "applied",
  );
  const begun = entries[first];
  if (begun === undefined || "forkedFrom" in begun.event) return null;
  const edges: string[] = [];
  const states: string[] = [];
  try {
    let standing = startOf(chart, instanceId, begun);
    states.push(...idsOf(standing));
    for (const entry of entries.slice(first + 1)) {
      const next = fold(chart, { instanceId }, standing, [entry]);
      if (entry.verdict === "applied" && next.snapshot !== standing.snapshot) {
        const trail = trailIds(chart, standing.snapshot, entry.event);
        edges.push(...trail.edges);
        states.push(...trail.states);
      }
      standing = next;
    }
  } catch {
    // It ran on another chart than this one, and what it went through is not here to be shown.
    return null;
  }
  return { edges, states };
}

function startOf(chart: Chart, instanceId: string, { event, revision, atMs }: FoldEntry): Standing {
  const { input } = event as { readonly input?: unknown };
  const moment: Moment = { instanceId, revision, nowMs: atMs };
  return withoutLeft(start(chart, input, moment).next);
}

function idsOf(standing: Standing): readonly string[] {
  return activeIds({ standing } as Point);
}

class Tally {
  readonly #states = new Map<string, number>();
  readonly #edges = new Map<string, number>();
  #counted = 0;

  /** States count once for each path or instance, edges as often as they are taken. */
  add(edges: readonly string[], states: readonly string[]): void {
    this.#counted += 1;
    for (const id of edges) this.#edges.set(id, (this.#edges.get(id) ?? 0) + 1);
    for (const id of new Set(states)) this.#states.set(id, (this.#states.get(id) ?? 0) + 1);
  }

  visits(): Omit<Visits, "cut"> {
    return {
      states: Object.fromEntries(this.#states),
      edges: Object.fromEntries(this.#edges),
      counted: this.#counted,
    };
  }
}
