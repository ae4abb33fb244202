/**
 * Trails: which edges of its chart an instance took at each revision, and what it was then, both computed again
 * from its journal. Journals only grow, so a trail is remembered and gone on with where it ended.
 */
import { LRUCache } from "lru-cache";
import type { Past } from "../runtime/operators/replay.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Chart } from "../saga/chart.ts";
import type { InstanceKey } from "../store/store.ts";
import { edgesTaken, markedChart } from "./marked-chart.ts";

/** Instances whose trails are remembered: those that people look at. */
const TRAILS_MAX = 50;
/** Moments that are remembered, each with a context. */
const MOMENTS_MAX = 50;

/** What happened to the chart at one revision. */
export interface TrailEntry {
  readonly revision: number;
  /** Ids of edges as the chart model has them; empty if the chart did not move. */
  readonly edges: readonly string[];
}

/** What an instance was at a revision, and at the one before. */
export interface Moment {
  readonly now: Past;
  /** Null at the first one. */
  readonly before: Past | null;
}

interface Trail {
  readonly chart: Chart;
  readonly entries: TrailEntry[];
  last: Past | null;
  /** The replay that goes on; those that come meanwhile wait for it. */
  busy: Promise<void>;
}

export class Trails {
  readonly #runtime: Runtime;
  readonly #trails = new LRUCache<string, Trail>({ max: TRAILS_MAX });
  readonly #moments = new LRUCache<string, Moment>({ max: MOMENTS_MAX });
  readonly #charts = new WeakMap<Chart, Chart>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /**
   * The trail up to the present revision.
   *
   * @throws {SagaError} SAGA_INSTANCE_NOT_FOUND, SAGA_JOURNAL_NOT_REPRODUCIBLE, SAGA_OPERATION_NOT_POSSIBLE if its
   * journal is too long.
   */
  async of({ saga, instanceId }: InstanceKey): Promise<readonly TrailEntry[]> {
    const { revision, version } = await this.#runtime.get({ name: saga }, instanceId);
    const key = JSON.stringify([saga, version, instanceId]);
    const trail = this.#trails.get(key) ?? this.#begin(this.#runtime.saga(saga, version));
    this.#trails.set(key, trail);
    trail.busy = trail.busy
      .catch(() => undefined)
      .then(() => this.#goOn(trail, { saga, instanceId, revision }));
    await trail.busy;
    return trail.entries;
  }

  /** What the instance was after the commit of a revision. @throws {SagaError} as `of` */
  async at(asked: InstanceKey & { readonly revision: number }): Promise<Moment | null> {
    const key = JSON.stringify([asked.saga, asked.instanceId, asked.revision]);
    const known = this.#moments.get(key);
    if (known !== undefined) return known;
    let before: Past | null = null;
    let now: Past | null = null;
    for await (const past of this.#runtime.replay(asked)) {
      before = now;
      now = past;
    }
    if (now === null) return null;
    const moment = { now, before };
    this.#moments.set(key, moment);
    return moment;
  }

  #begin(chart: Chart): Trail {
    const marked = this.#charts.get(chart) ?? markedChart(chart);
    this.#charts.set(chart, marked);
    return { chart: marked, entries: [], last: null, busy: Promise.resolve() };
  }

  async #goOn(trail: Trail, asked: InstanceKey & { readonly revision: number }): Promise<void> {
    const { chart, entries, last } = trail;
    if ((last?.revision ?? 0) >= asked.revision) return;
    const options = { chart, ...(last !== null && { from: last }) };
    for await (const past of this.#runtime.replay(asked, options)) {
      const { revision, standing } = past;
      trail.last = past;
      entries.push({ revision, edges: edgesTaken(standing.visits, revision) });
    }
  }
}
