/**
 * Findings: what lint says, and about which state.
 */
import type { AnyStateMachine, AnyStateNode } from "xstate";
import type { AnySaga } from "./define.ts";

/** One reason why a chart would not be durable. */
export interface Finding {
  /** Stable name of the rule, in kebab-case. */
  readonly rule: string;
  readonly saga: string;
  /** Dotted path of the state, or "(root)". */
  readonly state: string;
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** A finding before it is told which saga it is of. */
export type Found = Omit<Finding, "saga">;

/** A rule looks at a whole saga, reads its chart and runs nothing of it. */
export type Rule = (saga: AnySaga) => readonly Found[];

export const ROOT = "(root)";

/** How a finding names a state. */
export function pathOf(node: AnyStateNode): string {
  return node.path.join(".") || ROOT;
}

/** A registry of the machine by own keys: `actors.constructor` is not an actor. */
export function registered(
  machine: AnyStateMachine,
  kind: "actors" | "actions" | "guards" | "delays",
): ReadonlyMap<string, unknown> {
  const entries = Object.entries(machine.implementations[kind] as Record<string, unknown>);
  return new Map(entries.filter(([, value]) => value !== undefined));
}

/** The state's transitions for all events, and those for none (`always`). */
export function transitionsOf(node: AnyStateNode): readonly StaticTransition[] {
  const transitions = [...node.transitions.values()].flat() as StaticTransition[];
  return [...transitions, ...((node.always ?? []) as unknown as StaticTransition[])];
}

/** A transition as the chart draws it. */
export interface StaticTransition {
  readonly source: AnyStateNode;
  /** Empty for `always`. */
  readonly eventType: string;
  /** Undefined: no state is left. */
  readonly target: readonly AnyStateNode[] | undefined;
  readonly reenter: boolean;
  readonly guard?: unknown;
  readonly actions: readonly unknown[];
}

/** An invoke as its author wrote it, before XState fills in names. */
export interface InvokeConfig {
  readonly id?: string;
  readonly src: unknown;
  readonly onDone?: unknown;
  readonly onError?: unknown;
  readonly onSnapshot?: unknown;
}

export function invokesOf(node: AnyStateNode): readonly InvokeConfig[] {
  const { invoke } = node.config as { invoke?: InvokeConfig | readonly InvokeConfig[] };
  return invoke === undefined ? [] : [invoke].flat();
}
