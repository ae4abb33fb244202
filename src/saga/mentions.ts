/**
 * All that a chart mentions: its actions, guards, delays and actors, each with the state that mentions it.
 *
 * Nothing is called. What `enqueueActions` enqueues, and what `assign` spawns, is known only when it runs:
 * the step refuses there what lint refuses here.
 */
import type { AnyStateMachine, AnyStateNode } from "xstate";
import { stateNodes } from "./chart.ts";
import { invokesOf, registered, transitionsOf } from "./finding.ts";

/** What XState keeps on the function that makes a built-in action. */
export interface BuiltIn {
  readonly type: string;
  readonly src?: unknown;
  readonly id?: unknown;
  readonly delay?: unknown;
  readonly to?: unknown;
}

export interface ActionMention {
  readonly node: AnyStateNode;
  /** Null if the action stands in the chart itself. */
  readonly name: string | null;
  /** What it does; undefined if nothing is registered by the name. */
  readonly body: unknown;
}

export interface NameMention {
  readonly node: AnyStateNode;
  readonly name: string;
}

export interface ActorMention {
  readonly node: AnyStateNode;
  readonly by: "invoke" | "spawnChild";
  /** A name, or the logic itself. */
  readonly src: unknown;
}

/** The built-in of XState that an action is, or null for one of the author's own. */
export function toBuiltIn(body: unknown): BuiltIn | null {
  return typeof body === "function" && "resolve" in body ? (body as unknown as BuiltIn) : null;
}

/** The actions of all states, then those that are registered and mentioned nowhere. */
export function actionMentions(machine: AnyStateMachine): readonly ActionMention[] {
  const bodies = registered(machine, "actions");
  const mentions = stateNodes(machine).flatMap((node) =>
    actionsOf(node).map((action): ActionMention => {
      if (typeof action === "function") return { node, name: null, body: action };
      const name = nameOf(action);
      return { node, name, body: bodies.get(name) };
    }),
  );
  const mentioned = new Set(mentions.map(({ name }) => name));
  const others = [...bodies].filter(([name]) => !mentioned.has(name));
  return [...mentions, ...others.map(([name, body]) => ({ node: machine.root, name, body }))];
}

/** Names of guards, also within `and`, `or` and `not`, and within registered guards. */
export function guardMentions(machine: AnyStateMachine): readonly NameMention[] {
  const { root } = machine;
  const drawn = stateNodes(machine).flatMap((node) =>
    transitionsOf(node).flatMap(({ guard }) => guardNames(guard).map((name) => ({ node, name }))),
  );
  const inside = [...registered(machine, "guards").values()].flatMap(guardNames);
  return [...drawn, ...inside.map((name) => ({ node: root, name }))];
}

/** Delays of `after` and of `raise`, as names or as numbers of milliseconds. */
export function delayMentions(
  machine: AnyStateMachine,
): readonly { node: AnyStateNode; delay: unknown }[] {
  const after = stateNodes(machine).flatMap((node) =>
    node.after.map(({ delay }) => ({ node, delay: delay as unknown })),
  );
  const raised = actionMentions(machine).flatMap(({ node, body }) => {
    const builtIn = toBuiltIn(body);
    // An `after` is also an entry action that raises, and was counted.
    const isAfter = builtIn !== null && String(builtIn.id).startsWith("xstate.after.");
    return builtIn?.type === "xstate.raise" && !isAfter ? [{ node, delay: builtIn.delay }] : [];
  });
  return [...after, ...raised];
}

/** What states invoke and actions spawn. */
export function actorMentions(machine: AnyStateMachine): readonly ActorMention[] {
  const invoked = stateNodes(machine).flatMap((node) =>
    invokesOf(node).map(({ src }): ActorMention => ({ node, by: "invoke", src })),
  );
  const spawned = spawnMentions(machine).map(({ node, builtIn }): ActorMention => ({
    node,
    by: "spawnChild",
    src: builtIn.src,
  }));
  return [...invoked, ...spawned];
}

export function spawnMentions(
  machine: AnyStateMachine,
): readonly { node: AnyStateNode; builtIn: BuiltIn }[] {
  return actionMentions(machine).flatMap(({ node, body }) => {
    const builtIn = toBuiltIn(body);
    return builtIn?.type === "xstate.spawnChild" ? [{ node, builtIn }] : [];
  });
}

function actionsOf(node: AnyStateNode): readonly unknown[] {
  return [
    ...node.entry,
    ...node.exit,
    ...(node.initial?.actions ?? []),
    ...transitionsOf(node).flatMap(({ actions }) => actions),
  ] as unknown[];
}

function guardNames(guard: unknown): readonly string[] {
  if (guard === undefined || guard === null) return [];
  if (typeof guard !== "function") return [nameOf(guard)];
  return "guards" in guard ? (guard.guards as unknown[]).flatMap(guardNames) : [];
}

function nameOf(reference: unknown): string {
  return typeof reference === "string" ? reference : String((reference as { type: unknown }).type);
}
