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

/** What is gone through by making each move from its position. */
export function coverageOf(
  setting: Setting,
  initial: Position,
  made: readonly { readonly from: Position; readonly move: Move }[],
): Coverage {
  const { chart } = setting;
  const states = new Set(
    stateNodes(chart.machine)
      .filter((node) => (initial.standing.snapshot._nodes as readonly unknown[]).includes(node))
      .map((node) => node.path.join(".")),
  );
  const transitions = new Set<DrawnTransition>();
  for (const { from, move } of made) {
    const event = heardOf(setting, from, move);
    if (event === null) continue;
    const trail = trailOf(chart, from.standing.snapshot, event);
    for (const state of trail.states) states.add(state);
    for (const transition of trail.transitions) transitions.add(transition);
  }
  return {
    states: covered(drawnStates(chart), (state) => states.has(state), String),
    transitions: covered(
      drawnTransitions(chart),
      (transition) => transitions.has(transition),
      transitionName,
    ),
  };
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
