/**
 * Microsteps: which transitions and states of the chart an event went through, those included that are left
 * again before the macrostep ends. A step does not ask for it; coverage does.
 */
import type { AnyActorScope, AnyMachineSnapshot, AnyStateNode, EventObject } from "xstate";
import { isForbidding } from "./accepts.ts";
import { stateNodes } from "./chart.ts";
import type { Chart } from "./chart.ts";
import { guardName } from "./guard.ts";
import { createScope } from "./scope.ts";

/** A transition that the chart draws. */
export interface DrawnTransition {
  /** As drawings name it: `source id|event|index`, where the index counts the branches of that event from 0. */
  readonly id: string;
  /** Path of the state that it leaves, dotted; the root has its own name. */
  readonly source: string;
  /** The event's type; empty if it needs none. */
  readonly event: string;
  /** Name of its guard, or null. */
  readonly guard: string | null;
  /** Paths of the states that it enters; empty if it stays. */
  readonly targets: readonly string[];
}

export interface Trail {
  readonly transitions: ReadonlySet<DrawnTransition>;
  /** Paths of the states that were active at some time. */
  readonly states: ReadonlySet<string>;
}

// By chart: a transition is told apart by what XState made of it.
const drawn = new WeakMap<Chart, ReadonlyMap<unknown, DrawnTransition>>();

/** All transitions of the chart in document order; none that only forbids its event. */
export function drawnTransitions(chart: Chart): readonly DrawnTransition[] {
  return [...drawnOf(chart).values()];
}

/** Paths of all states below the root, in document order; pseudo-states are none. */
export function drawnStates(chart: Chart): readonly string[] {
  return stateNodes(chart.machine)
    .filter((node) => node.parent !== undefined && node.type !== "history")
    .map(pathOf);
}

/** What the event goes through from `snapshot` on. The chart must take it. */
export function trailOf(chart: Chart, snapshot: AnyMachineSnapshot, event: EventObject): Trail {
  const known = drawnOf(chart);
  const transitions = new Set<DrawnTransition>();
  const states = new Set<string>();
  const scope = watchedScope((taken, nodes) => {
    for (const one of taken) {
      const transition = known.get(one);
      if (transition !== undefined) transitions.add(transition);
    }
    for (const node of nodes) states.add(pathOf(node));
  });
  const after = chart.machine.transition(snapshot as never, event, scope as never);
  for (const node of (after as AnyMachineSnapshot)._nodes as AnyStateNode[]) {
    states.add(pathOf(node));
  }
  return { transitions, states };
}

/** An inert scope that hears of each microstep, as XState's inspector does. */
function watchedScope(
  hear: (transitions: readonly unknown[], nodes: readonly AnyStateNode[]) => void,
): AnyActorScope {
  const { scope } = createScope({ instanceId: "trail", revision: 0 });
  const inspect = (event: {
    type: string;
    snapshot: AnyMachineSnapshot;
    _transitions: readonly unknown[];
  }): void => {
    if (event.type !== "@xstate.microstep") return;
    const { snapshot, _transitions: taken } = event;
    hear(taken, snapshot._nodes as AnyStateNode[]);
  };
  Object.assign(scope.system, { _sendInspectionEvent: inspect });
  return scope;
}

function drawnOf(chart: Chart): ReadonlyMap<unknown, DrawnTransition> {
  const known = drawn.get(chart) ?? readTransitions(chart);
  drawn.set(chart, known);
  return known;
}

function readTransitions(chart: Chart): ReadonlyMap<unknown, DrawnTransition> {
  const found = new Map<unknown, DrawnTransition>();
  for (const node of stateNodes(chart.machine)) {
    const branches = [...node.transitions, ["", node.always ?? []] as const].flatMap(
      ([event, transitions]) =>
        transitions.map((transition, index) => ({
          id: `${node.id}|${event}|${index}`,
          transition,
        })),
    );
    for (const { id, transition } of branches) {
      if (isForbidding(transition)) continue;
      found.set(transition, {
        id,
        source: pathOf(node),
        event: transition.eventType,
        guard: transition.guard === undefined ? null : guardName(transition.guard),
        targets: (transition.target ?? []).map((target) => pathOf(target as AnyStateNode)),
      });
    }
  }
  return found;
}

function pathOf(node: AnyStateNode): string {
  return node.path.join(".") || node.key;
}
