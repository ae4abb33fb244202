/**
 * Lint of invocations: each can be told from the others after an edit and a restart, its failure is drawn,
 * and its idempotency key says what the author means.
 *
 * The key lasts for one visit to the parent of the invoking state. Coming back without leaving the parent
 * is the same operation once more, which only a drawn retry means for certain.
 */
import type { AnyStateNode } from "xstate";
import { stateNodes } from "./chart.ts";
import type { AnySaga } from "./define.ts";
import { invokesOf, pathOf, registered, transitionsOf } from "./finding.ts";
import type { Found, InvokeConfig, Rule, StaticTransition } from "./finding.ts";
import { isPromiseLogic } from "./logic.ts";
import { spawnMentions } from "./mentions.ts";
import { carriedPhases } from "./lint-states.ts";

export const invokeRules: readonly Rule[] = [
  invokeIdMissing,
  spawnIdMissing,
  invokeIdDuplicate,
  onErrorMissing,
  idempotencyKeyInvalid,
  idempotencyKeyShared,
  idempotencyKeyMissing,
];

function invokeIdMissing({ machine }: AnySaga): readonly Found[] {
  return stateNodes(machine).flatMap((node) =>
    invokesOf(node)
      .filter(({ id }) => id === undefined)
      .map(({ src }) => ({
        rule: "invoke-id-missing",
        state: pathOf(node),
        message: `invoke of ${label(src)} has no id: a generated one changes when the chart is edited`,
        remedy: "give it an id",
      })),
  );
}

// XState keeps all children without an id under one and the same key.
function spawnIdMissing({ machine }: AnySaga): readonly Found[] {
  return spawnMentions(machine)
    .filter(({ builtIn }) => builtIn.id === undefined)
    .map(({ node, builtIn }) => ({
      rule: "spawn-id-missing",
      state: pathOf(node),
      message: `spawnChild of ${label(builtIn.src)} has no id: two of them would be taken for one`,
      remedy: "give it an id",
    }));
}

function label(src: unknown): string {
  return typeof src === "string" ? `"${src}"` : "inline logic";
}

/** Anywhere in the chart, also in states that are never active together: an activity is found by its id. */
function invokeIdDuplicate({ machine }: AnySaga): readonly Found[] {
  const invoked = stateNodes(machine).flatMap((node) =>
    invokesOf(node).flatMap(({ id }) => (id === undefined ? [] : [{ node, id }])),
  );
  const first = new Map<string, (typeof invoked)[number]>();
  for (const mention of invoked) {
    if (!first.has(mention.id)) first.set(mention.id, mention);
  }
  const spawned = spawnMentions(machine).flatMap(({ node, builtIn }) =>
    typeof builtIn.id === "string" ? [{ node, id: builtIn.id }] : [],
  );
  return [...invoked, ...spawned].flatMap((mention) => {
    const other = first.get(mention.id);
    if (other === undefined || other === mention) return [];
    return [
      {
        rule: "invoke-id-duplicate",
        state: pathOf(mention.node),
        message: `id "${mention.id}" is also that of the invoke of state "${pathOf(other.node)}"`,
        remedy: "give each invoke of the chart an id of its own",
      },
    ];
  });
}

function onErrorMissing({ machine }: AnySaga): readonly Found[] {
  return stateNodes(machine).flatMap((node) =>
    invokesOf(node)
      .filter(({ onError }) => onError === undefined)
      .map(({ id, src }) => ({
        rule: "on-error-missing",
        state: pathOf(node),
        message: `invoke ${id === undefined ? `of ${label(src)}` : `"${id}"`} has no onError: its failure would end the instance with nothing undone`,
        remedy: "draw what happens when it fails",
      })),
  );
}

/** The invokes that have a key: other actors are started anew each time. */
function activitiesOf(node: AnyStateNode): readonly InvokeConfig[] {
  const actors = registered(node.machine, "actors");
  return invokesOf(node).filter(({ src }) => {
    const logic = typeof src === "string" ? actors.get(src) : src;
    return logic === undefined || isPromiseLogic(logic);
  });
}

function idempotencyKeyOf(node: AnyStateNode): unknown {
  return (node.meta as { idempotencyKey?: unknown } | undefined)?.idempotencyKey;
}

function idempotencyKeyInvalid({ machine }: AnySaga): readonly Found[] {
  return stateNodes(machine)
    .filter((node) => !["undefined", "function"].includes(typeof idempotencyKeyOf(node)))
    .map((node) => ({
      rule: "idempotency-key-invalid",
      state: pathOf(node),
      message: `meta.idempotencyKey is of type ${typeof idempotencyKeyOf(node)}`,
      remedy: "give a function of { context, instanceId } that returns a string",
    }));
}

function idempotencyKeyShared({ machine }: AnySaga): readonly Found[] {
  return stateNodes(machine)
    .filter((node) => activitiesOf(node).length > 1 && idempotencyKeyOf(node) !== undefined)
    .map((node) => ({
      rule: "idempotency-key-shared",
      state: pathOf(node),
      message: `${activitiesOf(node).length} invokes would share the key of meta.idempotencyKey`,
      remedy: "give each of them a state of its own",
    }));
}

function idempotencyKeyMissing({ machine }: AnySaga): readonly Found[] {
  const nodes = stateNodes(machine);
  const transitions = nodes.flatMap(transitionsOf);
  return nodes
    .filter((node) => activitiesOf(node).length > 0 && idempotencyKeyOf(node) === undefined)
    .filter((node) => comesBack(node, transitions))
    .map((node) => ({
      rule: "idempotency-key-missing",
      state: pathOf(node),
      message:
        "the chart comes back to this invoking state without leaving its parent and not by way of a retry: the same operation again, or a new one?",
      remedy:
        "come back by way of a leaf tagged retrying, leave the parent for a new operation, or say which it is with meta.idempotencyKey",
    }));
}

/** Whether the chart can leave `start` and enter it again inside one visit to the parent, drawn retries apart. */
function comesBack(start: AnyStateNode, transitions: readonly StaticTransition[]): boolean {
  const { parent } = start;
  if (parent === undefined) return false;
  const edges = transitions.flatMap((transition) => edgesWithin(parent, transition));
  const reached = new Set<AnyStateNode>();
  const open: AnyStateNode[] = [start];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const [source, target] of edges) {
      if (source !== from || reached.has(target) || isDrawnRetry(target)) continue;
      reached.add(target);
      open.push(target);
    }
  }
  return reached.has(start);
}

/** The pairs of `parent`'s children of which a transition leaves the first and enters the second. */
function edgesWithin(
  parent: AnyStateNode,
  transition: StaticTransition,
): readonly (readonly [AnyStateNode, AnyStateNode])[] {
  const { source, target } = transition;
  if (target === undefined || domainOf(transition) !== parent) return [];
  const children = Object.values(parent.states).filter(({ type }) => type !== "history");
  // All regions are left and entered again, whichever of them is the source and the target.
  const isParallel = parent.type === "parallel";
  const left =
    isParallel || source === parent
      ? children
      : children.filter((child) => isWithin(source, child));
  const entered = isParallel
    ? children
    : target.flatMap((node) =>
        // A history state may remember any of its siblings.
        node.type === "history" && node.parent === parent
          ? children
          : children.filter((child) => isWithin(node, child)),
      );
  return left.flatMap((from) => entered.map((to) => [from, to] as const));
}

/** The state that stays active while its inside is left; null for the whole chart (SCXML, `getTransitionDomain`). */
function domainOf({ source, target = [], reenter }: StaticTransition): AnyStateNode | null {
  if (!reenter && target.every((node) => isWithin(node, source))) return source;
  const above = ancestorsOf(source).find((ancestor) =>
    target.every((node) => ancestorsOf(node).includes(ancestor)),
  );
  return above ?? (reenter ? null : source.machine.root);
}

function isWithin(node: AnyStateNode, ancestor: AnyStateNode): boolean {
  return node === ancestor || ancestorsOf(node).includes(ancestor);
}

function ancestorsOf({ parent }: AnyStateNode): readonly AnyStateNode[] {
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent)];
}

/** A state in which nothing but waiting for the next attempt goes on, as its tag says. */
function isDrawnRetry(node: AnyStateNode): boolean {
  const inside = stateNodes(node.machine).filter((other) => isWithin(other, node));
  const leaves = inside.filter(({ type }) => type === "atomic");
  return (
    leaves.length > 0 &&
    inside.every((other) => other.invoke.length === 0) &&
    leaves.every((leaf) => carriedPhases(leaf).some((phase) => RETRY_PHASES.includes(phase)))
  );
}

const RETRY_PHASES: readonly string[] = ["retrying", "compensating", "stuck"];
