/**
 * The watch: sees which states a step enters, which transitions it takes and what their guards say.
 *
 * It leaves the marks of visits (`chart.ts`) on every transition and state of the checker's own copy of the
 * chart; so it sees transient states too, and the steps that it watches are the steps that run.
 */
import type { AnyStateNode } from "xstate";
import { VISITED } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import { stateNodes } from "../saga/chart.ts";
import { isForbidding } from "../saga/accepts.ts";
import { ROOT, pathOf, transitionsOf } from "../saga/finding.ts";
import type { StaticTransition } from "../saga/finding.ts";
import { askNow, guardName } from "../saga/guard.ts";
import type { Visits } from "../saga/effect.ts";

/** A transition of the chart, and what became of it. */
export interface WatchedTransition {
  readonly source: string;
  readonly eventType: string;
  /** Empty: no state is left. */
  readonly targets: readonly string[];
  /** Name of its guard; null: it has none. */
  readonly guard: string | null;
  taken: boolean;
  held: boolean;
  refused: boolean;
}

export interface Watch {
  /** By path, in document order: whether it was entered. */
  readonly states: Map<string, boolean>;
  readonly transitions: readonly WatchedTransition[];
  /** Reads the marks that a step left in its visits, and gives the visits without them. */
  read(visits: Visits): Visits;
}

/** Watches the chart from now on. Its transitions, guards and entry actions are replaced. */
export function watch({ machine }: Chart): Watch {
  const states = new Map<string, boolean>();
  const transitions: WatchedTransition[] = [];
  const marks = new Map<string, () => void>();

  for (const node of stateNodes(machine)) {
    const path = pathOf(node);
    if (path !== ROOT && node.type !== "history") {
      states.set(path, false);
      const id = `${MARK}state/${node.id}`;
      marks.set(id, () => states.set(path, true));
      node.entry = [...node.entry, { type: VISITED, params: { stateId: id } }];
    }
    for (const transition of transitionsOf(node)) {
      if (isForbidding(transition)) continue;
      const watched = toWatched(node, transition);
      const id = `${MARK}transition/${transitions.length}`;
      marks.set(id, () => (watched.taken = true));
      transitions.push(watched);
      observe(transition, watched, id);
    }
  }
  return { states, transitions, read: (visits) => readMarks(visits, marks) };
}

// No state has such an id: lint refuses a "/" in a key.
const MARK = "@watch/";

function readMarks(visits: Visits, marks: ReadonlyMap<string, () => void>): Visits {
  const own: Record<string, Visits[string]> = {};
  for (const [id, visit] of Object.entries(visits)) {
    const mark = id.startsWith(MARK) ? marks.get(id) : undefined;
    if (mark === undefined) own[id] = visit;
    else mark();
  }
  return own;
}

function toWatched(node: AnyStateNode, transition: StaticTransition): WatchedTransition {
  return {
    source: pathOf(node),
    eventType: transition.eventType,
    targets: (transition.target ?? []).map(pathOf),
    guard: transition.guard === undefined ? null : guardName(transition.guard),
    taken: false,
    held: false,
    refused: false,
  };
}

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

function observe(transition: StaticTransition, watched: WatchedTransition, id: string): void {
  const replaced = transition as Mutable<StaticTransition>;
  replaced.actions = [...transition.actions, { type: VISITED, params: { stateId: id } }];
  if (transition.guard !== undefined) replaced.guard = watchedGuard(transition.guard, watched);
}

// XState hands a guard with a `check` the snapshot, which is what names, params and `stateIn` need.
function watchedGuard(guard: unknown, watched: WatchedTransition): unknown {
  const check = (
    snapshot: Parameters<typeof askNow>[1],
    { event }: { event: Parameters<typeof askNow>[2] },
  ): boolean => {
    const holds = askNow(guard, snapshot, event) === "yes";
    if (holds) watched.held = true;
    else watched.refused = true;
    return holds;
  };
  return Object.assign(() => false, { check });
}
