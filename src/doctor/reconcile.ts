/**
 * Whether a chart can go on with an instance as it was stored: reads back its snapshot, and compares what the
 * active states wait for with the timers and activities that there are. Pure; nothing is run or changed.
 *
 * A chart that was changed under running instances fails in silence otherwise: a timer that no state takes any
 * more fires and moves nothing, and one that a state has got since was never set (SCXML, 6.2 and 6.4).
 */
import type { AnyStateNode } from "xstate";
import { invocationsOf } from "../saga/announce.ts";
import { stateNodes } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import { decode } from "../saga/codec.ts";
import { decodeSnapshot } from "../saga/snapshot.ts";
import type { StoredInstance } from "../store/store.ts";

export type MismatchKind =
  | "snapshot-unreadable"
  | "timer-unknown"
  | "timer-missing"
  | "activity-unknown"
  | "activity-missing"
  | "activity-unimplemented";

/** Why an instance would not go on. */
export interface Mismatch {
  readonly kind: MismatchKind;
  readonly message: string;
}

/** All that would strand the instance on this chart; nothing if it can go on. */
export function reconcile(chart: Chart, stored: StoredInstance): readonly Mismatch[] {
  let nodes: readonly AnyStateNode[];
  try {
    const { snapshot } = decodeSnapshot(chart, stored.record.snapshot);
    if (snapshot.status !== "active") return [];
    nodes = snapshot._nodes as readonly AnyStateNode[];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ kind: "snapshot-unreadable", message: why }];
  }
  return [...timerMismatches(chart, stored, nodes), ...activityMismatches(chart, stored, nodes)];
}

function timerMismatches(
  chart: Chart,
  { timers }: StoredInstance,
  nodes: readonly AnyStateNode[],
): readonly Mismatch[] {
  const set = timers.map(({ event }) => (decode(event) as { type: string }).type);
  const unknown = set.filter((type) => !mayBeTaken(chart, nodes, type));
  const missing = nodes.flatMap((node) =>
    delaysOf(node).flatMap((type) =>
      set.includes(type) || !alwaysLeaves(node, type) ? [] : [{ node, type }],
    ),
  );
  return [
    ...unknown.map((type) => ({
      kind: "timer-unknown" as const,
      message: `its timer "${type}" will fire, and no active state takes it`,
    })),
    ...missing.map(({ node, type }) => ({
      kind: "timer-missing" as const,
      message: `state "${pathOf(node)}" waits for "${type}", and there is no such timer`,
    })),
  ];
}

function activityMismatches(
  chart: Chart,
  { effects, children }: StoredInstance,
  nodes: readonly AnyStateNode[],
): readonly Mismatch[] {
  const live = effects.filter(({ status }) => status === "live");
  const unimplemented = live.filter(({ src }) => !Object.hasOwn(chart.saga.activities, src));
  const unknown = live.filter(
    ({ activityId }) =>
      !takes(nodes, `xstate.done.actor.${activityId}`) &&
      !takes(nodes, `xstate.error.actor.${activityId}`),
  );
  const missing = nodes.flatMap((node) =>
    invocationsOf(node).flatMap(({ id }) =>
      live.some(({ activityId }) => activityId === id) ||
      children.some(({ childId }) => childId === id) ||
      !alwaysEnds(node, id)
        ? []
        : [{ node, id }],
    ),
  );
  return [
    ...unimplemented.map(({ src }) => ({
      kind: "activity-unimplemented" as const,
      message: `its activity "${src}" has no function any more`,
    })),
    ...unknown.map(({ activityId }) => ({
      kind: "activity-unknown" as const,
      message: `the result of its activity "${activityId}" is taken by no active state`,
    })),
    ...missing.map(({ node, id }) => ({
      kind: "activity-missing" as const,
      message: `state "${pathOf(node)}" invokes "${id}", and that was never started`,
    })),
  ];
}

/** A timer of a state's `after` is for that state; any other event may be taken later, if the chart knows it. */
function mayBeTaken(chart: Chart, nodes: readonly AnyStateNode[], type: string): boolean {
  return takes(type.startsWith("xstate.after.") ? nodes : stateNodes(chart.machine), type);
}

function takes(nodes: readonly AnyStateNode[], type: string): boolean {
  return nodes.some((node) => transitionsOn(node, type).length > 0);
}

function delaysOf(node: AnyStateNode): readonly string[] {
  return [...new Set(node.after.map(({ eventType }) => eventType as string))];
}

// A timer may be spent, and an activity over, in a state that stays: its transition had a guard, or no target.
function alwaysLeaves(node: AnyStateNode, type: string): boolean {
  return transitionsOn(node, type).some(
    ({ guard, target }) =>
      guard === undefined && target !== undefined && target.every((to) => !isWithin(to, node)),
  );
}

function alwaysEnds(node: AnyStateNode, activityId: string): boolean {
  return ["done", "error"].every((how) => alwaysLeaves(node, `xstate.${how}.actor.${activityId}`));
}

interface Transition {
  readonly guard?: unknown;
  readonly target?: readonly AnyStateNode[] | undefined;
}

function transitionsOn(node: AnyStateNode, type: string): readonly Transition[] {
  return (node.transitions.get(type) ?? []) as readonly Transition[];
}

function isWithin(node: AnyStateNode, ancestor: AnyStateNode): boolean {
  return node === ancestor || (node.parent !== undefined && isWithin(node.parent, ancestor));
}

function pathOf(node: AnyStateNode): string {
  return node.path.join(".") || node.key;
}
