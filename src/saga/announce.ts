/**
 * Announced activities: how the steps of a chart begin and end an activity without an actor for it.
 *
 * For each invocation XState builds an actor, which costs more than all the rest of a transition. An activity is
 * performed elsewhere and needs none. So its state announces it, at the same place among its entry actions: a
 * reference with nothing behind it stands among the children, and its input among the actions.
 */
import type { AnyActorRef, AnyMachineSnapshot, AnyStateNode } from "xstate";
import { inertRef } from "./ref.ts";
import { revisionOf } from "./scope.ts";
import type { ResolvedAction } from "./scope.ts";
import { withEntry, withoutEntry } from "./with-entry.ts";

/** Type of the action that tells the input of an activity; its params are `Announced`. Nobody performs it. */
export const ANNOUNCED = "@sagachart.announced";

interface Announced {
  readonly ref: AnyActorRef;
  readonly input: unknown;
}

type Invoke = AnyStateNode["invoke"][number];

// The state itself tells XState of no invocation any more.
const drawn = new WeakMap<AnyStateNode, readonly Invoke[]>();

/** What a state invokes, whether it announces that or not. */
export function invocationsOf(node: AnyStateNode): readonly Invoke[] {
  return drawn.get(node) ?? node.invoke;
}

/** Has a state announce what it invokes. All of it must be activities, or the order of what it starts would change. */
export function announceInvocations(node: AnyStateNode): void {
  const { invoke } = node;
  drawn.set(node, invoke);
  Object.defineProperty(node, "invoke", { value: [] });
  // Its own entry actions come before its input is asked, and may already send to it.
  if (node.entry.length > 0) node.entry.unshift(...invoke.map(presence));
  node.entry.push(...invoke.map(beginning));
  node.exit.push(...invoke.map(end));
}

/** The input of an activity that these actions announce; undefined if they do not. */
export function announcedInput(
  actions: readonly ResolvedAction[],
  ref: AnyActorRef,
): Announced | undefined {
  for (const { type, params } of actions) {
    if (type === ANNOUNCED && (params as Announced).ref === ref) return params as Announced;
  }
  return undefined;
}

function presence({ id, src }: Invoke): BuiltIn {
  return builtIn((scope, snapshot) => [withChild(snapshot, toRef(scope, id, src)), undefined]);
}

function beginning({ id, src, input }: Invoke): BuiltIn {
  return builtIn((scope, snapshot, info) => {
    const ref = toRef(scope, id, src);
    const { context, event } = info;
    const asked: unknown =
      typeof input === "function" ? input({ context, event, self: scope.self }) : input;
    const params: Announced = { ref, input: asked };
    scope.actionExecutor({ type: ANNOUNCED, params, info });
    return [withChild(snapshot, ref), undefined];
  });
}

function end({ id }: Invoke): BuiltIn {
  return builtIn((_scope, snapshot) => {
    const children = withoutEntry(snapshot.children as Record<string, AnyActorRef>, id);
    return [{ ...snapshot, children } as AnyMachineSnapshot, undefined];
  });
}

interface Scope {
  readonly self: AnyActorRef;
  readonly actionExecutor: (action: ResolvedAction) => void;
}

type Resolve = (
  scope: Scope,
  snapshot: AnyMachineSnapshot,
  info: ResolvedAction["info"],
) => readonly [next: AnyMachineSnapshot, params: unknown];

type BuiltIn = (() => void) & { readonly resolve: Resolve };

/** An action of the kind that XState itself has: what it does is a change of the snapshot, made at once. */
function builtIn(resolve: Resolve): BuiltIn {
  return Object.assign(() => {}, { resolve });
}

function toRef(scope: Scope, childId: string, src: unknown): AnyActorRef {
  const generation = revisionOf(scope.self);
  return inertRef({ kind: "child", childId, generation }, { src: src as string });
}

// Neither states nor tags change, so what XState derives from them need not be derived again.
function withChild(snapshot: AnyMachineSnapshot, ref: AnyActorRef): AnyMachineSnapshot {
  const children = withEntry(snapshot.children as Record<string, AnyActorRef>, ref.id, ref);
  return { ...snapshot, children } as AnyMachineSnapshot;
}
