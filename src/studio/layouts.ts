/**
 * Layouts for the Studio, one after the other in a thread that stays warm between them.
 *
 * A layout has a limit of time: one that is not done by then is given as nested cards, the thread is ended, and
 * the next layout starts another. What was laid out is remembered, the parts of it too, so that what comes after
 * an edit or a fold costs only what has changed.
 */
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Layout } from "../draw/layout.ts";
import type { KeptLevels } from "../draw/keeping.ts";
import type { Direction, LevelMemory } from "../draw/level.ts";
import type { ChartModel } from "../draw/model.ts";
import { SagaError } from "../errors.ts";
import { startLayoutThread } from "../http/layout-thread.ts";
import type { LayoutThread } from "../http/layout-thread.ts";

export const layoutLimits = {
  /** Ms that a layout may take before it is done without lines. Nobody watches an empty page for longer. */
  layoutMsMax: 3_000,
  /** Ms that a thread may take to load ELK, which counts for no layout. */
  loadingMsMax: 20_000,
  /** Layouts that wait for their turn. More come from no people. */
  waitingMax: 32,
  /** Layouts that are remembered: some charts, each with some folds. */
  rememberedMax: 200,
  /** Parts of layouts that are remembered, after which all are forgotten. */
  levelsMax: 2_000,
} as const;

export interface LayoutsOptions {
  /** Starts the thread; default one with ELK. */
  readonly startThread?: () => Promise<LayoutThread>;
  /** Default `layoutLimits.layoutMsMax`. */
  readonly layoutMsMax?: number;
}

interface Drawn {
  readonly layout: Layout;
  readonly levels: KeptLevels;
}

interface Asked {
  readonly model: ChartModel;
  readonly direction: Direction;
  readonly before: KeptLevels | undefined;
}

// Loaded by the first layout, for which a thread is started anyway.
const loadDrawing = () => import("../draw/layout.ts");

/** What a layout is found again by. */
export function layoutKey(model: ChartModel, direction: Direction): string {
  return createHash("sha256")
    .update(JSON.stringify([direction, model]))
    .digest("base64");
}

export class Layouts {
  readonly #startThread: () => Promise<LayoutThread>;
  readonly #layoutMsMax: number;
  readonly #remembered = new LRUCache<string, Promise<Drawn>>({ max: layoutLimits.rememberedMax });
  /** The levels of what was given last for a key. */
  readonly #shown = new LRUCache<string, KeptLevels>({ max: layoutLimits.rememberedMax });
  #memory: LevelMemory = new Map();
  #thread: Promise<LayoutThread> | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor({ startThread = startLayoutThread, layoutMsMax }: LayoutsOptions = {}) {
    this.#startThread = startThread;
    this.#layoutMsMax = layoutMsMax ?? layoutLimits.layoutMsMax;
  }

  /**
   * The layout of a chart. `near` is the key of one that somebody looks at: what is the same in both stays where it
   * is, and what was laid out before is given again, so that taking an edit back brings back what was seen.
   *
   * @throws {SagaError} SAGA_LAYOUTS_FULL if too many wait.
   */
  async of(model: ChartModel, direction: Direction = "DOWN", near?: string): Promise<Layout> {
    const key = layoutKey(model, direction);
    const before = near === undefined ? undefined : this.#shown.get(near);
    const name = before === undefined ? key : `${key} near`;
    const known = this.#remembered.get(name) ?? this.#remembered.get(key);
    const { layout, levels } = await (known ?? this.#queue(name, { model, direction, before }));
    this.#shown.set(key, levels);
    return layout;
  }

  #queue(name: string, asked: Asked): Promise<Drawn> {
    if (this.#waiting >= layoutLimits.waitingMax) {
      throw new SagaError("SAGA_LAYOUTS_FULL", "too many charts wait to be laid out; try again");
    }
    this.#waiting += 1;
    const drawn = this.#last.then(() => this.#layOut(asked));
    this.#last = drawn
      .catch(() => undefined)
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#remembered.set(name, drawn);
    // Cards that stand for want of time may be lines the next time.
    drawn.then(
      ({ layout }) => layout.style === "cards" && this.#remembered.delete(name),
      () => this.#remembered.delete(name),
    );
    return drawn;
  }

  /** Starts the thread, which takes longer than most layouts. */
  warm(): void {
    this.#last = this.#last.then(() => this.#warmThread()).catch(() => undefined);
  }

  /** Ends the thread, as soon as it has begun. */
  close(): void {
    const thread = this.#thread;
    this.#thread = null;
    void thread?.then((one) => one.end()).catch(() => undefined);
  }

  async #layOut({ model, direction, before }: Asked): Promise<Drawn> {
    if (this.#memory.size > layoutLimits.levelsMax) this.#memory = new Map();
    const [{ layoutChart }, { engine }] = await Promise.all([loadDrawing(), this.#warmThread()]);
    const signal = AbortSignal.timeout(this.#layoutMsMax);
    const levels: KeptLevels = new Map();
    const layout = await layoutChart(model, {
      engine,
      memory: this.#memory,
      signal,
      direction,
      levels,
      ...(before !== undefined && { before }),
    });
    if (signal.aborted) this.#startAnew();
    return { layout, levels };
  }

  #warmThread(): Promise<LayoutThread> {
    this.#thread ??= this.#startThread().then(async (thread) => {
      const { layoutChart } = await loadDrawing();
      const signal = AbortSignal.timeout(layoutLimits.loadingMsMax);
      await layoutChart(tiny, { engine: thread.engine, signal });
      return thread;
    });
    return this.#thread;
  }

  /** The thread may still be at it, and will never say so. */
  #startAnew(): void {
    this.#memory = new Map();
    this.close();
  }
}

const state = {
  key: "warm",
  path: [],
  parent: null,
  type: "atomic",
  history: null,
  initial: null,
  phase: null,
  tags: [],
  entry: [],
  exit: [],
  invokes: [],
  description: null,
  meta: null,
  folded: 0,
} as const;

/** Two states: as small as a chart can be that ELK is asked about. */
const tiny: ChartModel = {
  id: "warm",
  states: [
    { ...state, id: "warm", type: "compound", initial: "warm.a" },
    { ...state, id: "warm.a", parent: "warm", key: "a", path: ["a"] },
  ],
  edges: [],
};
