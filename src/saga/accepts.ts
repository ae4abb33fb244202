/**
 * Which events may come from outside at all, and which of them a state has a transition for.
 */
import type { AnyMachineSnapshot, AnyStateNode } from "xstate";
import { stateNodes } from "./chart.ts";
import type { Chart } from "./chart.ts";

/** Events that no client may send: they tell the chart what the runtime saw. */
function isInternal(eventType: string): boolean {
  return eventType.startsWith("xstate.");
}

// A chart does not change, and it is asked for at every event.
const declared = new WeakMap<Chart, readonly string[]>();

/** The event types that a saga declares, by its schemas or by a transition of its chart; sorted. */
export function declaredEvents(chart: Chart): readonly string[] {
  const known = declared.get(chart) ?? findDeclared(chart);
  declared.set(chart, known);
  return known;
}

function findDeclared(chart: Chart): readonly string[] {
  const types = new Set(Object.keys(chart.saga.events));
  for (const node of stateNodes(chart.machine)) {
    for (const type of eventTypesOf(node)) types.add(type);
  }
  return [...types].filter((type) => !isInternal(type) && !isPattern(type)).toSorted();
}

/** The declared events that the present state has a transition for; whether its guard agrees depends on the payload. */
export function acceptedEvents(chart: Chart, snapshot: AnyMachineSnapshot): readonly string[] {
  if (snapshot.status !== "active") return [];
  const active = new Set(snapshot._nodes as AnyStateNode[]);
  const { root } = chart.machine;
  return declaredEvents(chart).filter((type) => verdictOf(root, active, type) === "takes");
}

/** Whether a transition only forbids its event, as in `{ on: { CANCEL: undefined } }`. */
export function isForbidding(transition: {
  readonly target?: unknown;
  readonly actions: readonly unknown[];
  readonly reenter: boolean;
}): boolean {
  return transition.target === undefined && transition.actions.length === 0 && !transition.reenter;
}

type Verdict = "takes" | "forbids" | "ignores";

// SCXML, 3.13: inner states are asked first, and the outer ones only if none of them has a transition.
function verdictOf(node: AnyStateNode, active: ReadonlySet<AnyStateNode>, type: string): Verdict {
  const inside = Object.values(node.states)
    .filter((child) => active.has(child))
    .map((child) => verdictOf(child, active, type));
  if (inside.includes("takes")) return "takes";
  return inside.includes("forbids") ? "forbids" : ownVerdict(node, type);
}

function ownVerdict(node: AnyStateNode, type: string): Verdict {
  const descriptors = [...node.transitions.keys()]
    .filter((descriptor) => matches(type, descriptor))
    .toSorted((a, b) => Number(b === type) - Number(a === type) || b.length - a.length);
  for (const transition of descriptors.flatMap((key) => node.transitions.get(key) ?? [])) {
    if (!isForbidding(transition)) return "takes";
    if (transition.guard === undefined) return "forbids";
  }
  return "ignores";
}

// Without transitions that forbid an event: `{ on: { CANCEL: undefined } }`.
function eventTypesOf(node: AnyStateNode): readonly string[] {
  return node.ownEvents as string[];
}

function isPattern(descriptor: string): boolean {
  return descriptor === "*" || descriptor.endsWith(".*");
}

// SCXML, 3.12.1: a descriptor matches by whole tokens, and "*" stands for any that follow.
function matches(type: string, descriptor: string): boolean {
  if (descriptor === "*" || descriptor === type) return true;
  return descriptor.endsWith(".*") && `${type}.`.startsWith(descriptor.slice(0, -1));
}
