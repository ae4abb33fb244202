/** Coverage: what of a chart a set of moves goes through: states, transitions, and ways of undoing. */
import type { Move } from "../check/move.ts";
import { drawnStates, drawnTransitions, trailOf } from "../saga/microsteps.ts";
import type { DrawnTransition } from "../saga/microsteps.ts";
import { stateNodes } from "../saga/chart.ts";
import { heardOf } from "./position.ts";
import type { Position, Setting } from "./position.ts";

/** How many of a kind there are, and those that nothing came through. */
export interface Covered {
  readonly covered: number;
  readonly total: number;
  readonly missed: readonly string[];
}

export interface Coverage {
  readonly states: Covered;
  /** The arrows of the chart, each branch of a guard by itself. */
  readonly transitions: Covered;
}

/**
 * What is gone through by making each move from its position; `news`: indices of the moves that went through something
 * that none before it did.
 */
export function coverageOf(
  setting: Setting,
  initial: Position,
  made: readonly { readonly from: Position; readonly move: Move }[],
): { readonly coverage: Coverage; readonly news: readonly number[] } {
  const { chart } = setting;
  const states = new Set(
    stateNodes(chart.machine)
      .filter((node) => (initial.standing.snapshot._nodes as readonly unknown[]).includes(node))
      .map((node) => node.path.join(".")),
  );
  const transitions = new Set<DrawnTransition>();
  const news: number[] = [];
  for (const [index, { from, move }] of made.entries()) {
    const event = heardOf(setting, from, move);
    if (event === null) continue;
    const known = states.size + transitions.size;
    const trail = trailOf(chart, from.standing.snapshot, event);
    for (const state of trail.states) states.add(state);
    for (const transition of trail.transitions) transitions.add(transition);
    if (states.size + transitions.size > known) news.push(index);
  }
  const coverage = {
    states: covered(drawnStates(chart), (state) => states.has(state), String),
    transitions: covered(
      drawnTransitions(chart),
      (transition) => transitions.has(transition),
      transitionName,
    ),
  };
  return { coverage, news };
}

/** @example "chargingPayment: xstate.done.state.order.chargingPayment [stepFailed] → compensating.releasingInventory" */
function transitionName({ source, event, guard, targets }: DrawnTransition): string {
  const what = event === "" ? "always" : event;
  const when = guard === null ? "" : ` [${guard}]`;
  return `${source}: ${what}${when}${targets.length === 0 ? "" : ` → ${targets.join(", ")}`}`;
}

function covered<Item>(
  all: readonly Item[],
  isCovered: (item: Item) => boolean,
  name: (item: Item) => string,
): Covered {
  const missed = all.filter((item) => !isCovered(item));
  return { covered: all.length - missed.length, total: all.length, missed: missed.map(name) };
}
