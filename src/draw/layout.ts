/**
 * Where everything of a chart is drawn. Every compound state is a small layered layout of its own, so that a
 * chart reads in the order of its source, each state takes the direction that suits it, and an edit moves
 * only what is around it.
 *
 * The same chart always gives the same layout. One that is too large, takes too long or fails is laid out as
 * cards instead, one below the other, with the edges told in words.
 */
import type { Box, Point } from "./box.ts";
import { layoutCards } from "./cards.ts";
import { stateContent } from "./content.ts";
import type { LabelContent, StateContent } from "./content.ts";
import type { KeptLevel, KeptLevels } from "./keeping.ts";
import type { Direction, LayoutEngine, LevelMemory } from "./level.ts";
import { wire } from "./link.ts";
import type { ChartModel } from "./model.ts";
import { solveLevels } from "./solve.ts";
import { placeAll } from "./place.ts";
import { toTree } from "./tree.ts";

/** A chart of more states is drawn as cards: nobody could follow its lines. */
export const STATES_DRAWN_MAX = 400;
/** Longest wait for a layout with lines. */
export const LAYOUT_MS_MAX = 10_000;

/** A drawing as plain data. Parents stand before their children. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Whether edges are drawn as lines, or told in words for want of a layout. */
  readonly style: "lines" | "cards";
  readonly states: readonly StateBox[];
  /** Small marks that are no states: where a compound state begins, and "any state inside". */
  readonly marks: readonly Mark[];
  readonly lines: readonly Line[];
}

export interface StateBox extends Box {
  readonly id: string;
  /** How many states are around it. */
  readonly depth: number;
  readonly isLeaf: boolean;
  /** Whether it is a region of a parallel state. */
  readonly isRegion: boolean;
  readonly content: StateContent;
}

export interface Mark extends Box {
  readonly kind: "begin" | "any";
  /** The state that it stands in. */
  readonly state: string;
}

/** The line of one edge to one of its targets. Edges that share a line have the same points. */
export interface Line {
  readonly edge: string;
  readonly target: string;
  readonly points: readonly Point[];
  /** Whether edges of several kinds run on it. */
  readonly isShared: boolean;
  readonly label: (Box & { readonly content: LabelContent }) | null;
}

export interface LayoutOptions {
  readonly engine: LayoutEngine;
  /** Kept between calls, it makes the layout after an edit faster. */
  readonly memory?: LevelMemory;
  /** Default: after `LAYOUT_MS_MAX`. */
  readonly signal?: AbortSignal;
  /** Where the chart as a whole goes; default down, as pages do. */
  readonly direction?: Direction;
  /** The levels of a drawing that somebody looks at: what was not edited since stays where it is. */
  readonly before?: ReadonlyMap<string, KeptLevel>;
  /** Takes the levels of this drawing. */
  readonly levels?: KeptLevels;
}

export async function layoutChart(
  model: ChartModel,
  { memory = new Map(), direction = "DOWN", ...options }: LayoutOptions,
): Promise<Layout> {
  if (model.states.length > STATES_DRAWN_MAX) return layoutCards(model);
  const tree = toTree(model);
  const wiring = wire(model, tree);
  const contents = new Map(
    model.states.map((state) => [state.id, stateContent(state, wiring.rowsOf(state.id))]),
  );
  const plan = { tree, wiring, contents };
  try {
    const { signal = AbortSignal.timeout(LAYOUT_MS_MAX) } = options;
    const solving = { ...options, memory, signal, direction };
    return placeAll(plan, await solveLevels(plan, solving));
  } catch {
    // ELK throws on some graphs. A plainer drawing tells the same.
    return layoutCards(model);
  }
}

/** All that is known of a chart before anything has its place. */
export interface LayoutPlan {
  readonly tree: ReturnType<typeof toTree>;
  readonly wiring: ReturnType<typeof wire>;
  readonly contents: ReadonlyMap<string, StateContent>;
}
