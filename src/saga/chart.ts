/**
 * The chart of a saga as its steps run on it: a copy of the machine in which no actor runs anything, activities
 * have none, no macrostep is endless, and entering the parent of an invoking state leaves a mark.
 *
 * The mark is what idempotency keys stand on. A retry drawn as attempting ⇄ backingOff stays inside the
 * parent, so all its attempts are one operation; entering the parent anew begins another.
 */
import type { AnyActorLogic, AnyMachineSnapshot, AnyStateMachine, AnyStateNode } from "xstate";
import { SagaError } from "../errors.ts";
import { announceInvocations } from "./announce.ts";
import type { AnySaga } from "./define.ts";
import { toChartActor } from "./logic.ts";
import type { ChartActor } from "./logic.ts";
import { inertLogic } from "./scope.ts";

/** Transitions that one event may cause before the chart is taken to loop for ever. */
export const MICROSTEPS_MAX = 1_000;

/** Type of the entry action that marks a visit; its params are `{ stateId }`. */
export const VISITED = "@sagachart.visited";

/** What the chart says of one invocation. */
export interface Invocation {
  readonly activityId: string;
  readonly src: string;
  /** Full id of the state whose entry begins a new operation. */
  readonly visitedId: string;
  /** The author's own idempotency key (`meta.idempotencyKey`), or null. */
  readonly idempotencyKey: IdempotencyKeyOf | null;
}

export type IdempotencyKeyOf = (facts: { context: unknown; instanceId: string }) => string;

export interface Chart {
  readonly saga: AnySaga;
  readonly machine: AnyStateMachine;
  /** By the name of their logic. */
  readonly actors: ReadonlyMap<string, ChartActor>;
  /** By activity id. */
  readonly invocations: ReadonlyMap<string, Invocation>;
  /** What each activity, when started, undoes: names of activities by name. */
  readonly undoes: ReadonlyMap<string, readonly string[]>;
}

/** Prepares a saga's machine. The saga's own machine is not touched. */
export function toChart(saga: AnySaga): Chart {
  const logics = Object.entries(
    saga.machine.implementations.actors as Record<string, AnyActorLogic>,
  );
  const actors = new Map(logics.map(([src, logic]) => [src, toChartActor(logic)]));
  const machine = saga.machine.provide({
    actors: Object.fromEntries(logics.map(([src]) => [src, inertLogic])),
    delays: checkedDelays(saga.machine),
  }) as AnyStateMachine;
  machine.options.maxIterations = Math.min(
    machine.options.maxIterations ?? MICROSTEPS_MAX,
    MICROSTEPS_MAX,
  );

  const invocations = new Map<string, Invocation>();
  const marked = new Set<AnyStateNode>();
  for (const node of stateNodes(machine)) {
    // Lint lets in no logic without a name.
    for (const invoke of node.invoke) {
      if (actors.get(invoke.src as string)?.kind !== "activity") continue;
      const visited = node.parent ?? node;
      marked.add(visited);
      invocations.set(invoke.id, {
        activityId: invoke.id,
        src: invoke.src as string,
        visitedId: visited.id,
        idempotencyKey: ownKey(node),
      });
    }
  }
  for (const node of stateNodes(machine)) {
    if (invokesActivitiesOnly(node, actors)) announceInvocations(node);
    if (marked.has(node)) node.entry.unshift({ type: VISITED, params: { stateId: node.id } });
  }

  return { saga, machine, actors, invocations, undoes: invert(saga.compensations) };
}

function invokesActivitiesOnly(
  { invoke }: AnyStateNode,
  actors: ReadonlyMap<string, ChartActor>,
): boolean {
  return (
    invoke.length > 0 && invoke.every(({ src }) => actors.get(src as string)?.kind === "activity")
  );
}

// XState takes a delay that is no number for none, and a raised event would come at once.
function checkedDelays(machine: AnyStateMachine): AnyStateMachine["implementations"]["delays"] {
  const delays = Object.entries(machine.implementations.delays as Record<string, unknown>);
  const checked = delays.map(([name, delay]) => {
    const ask = (typeof delay === "function" ? delay : () => delay) as (
      ...args: never[]
    ) => unknown;
    const checkedDelay = (...args: never[]): number => {
      const delayMs = ask(...args);
      if (typeof delayMs === "number") return delayMs;
      throw new SagaError(
        "SAGA_TRANSITION_FAILED",
        `delay "${name}" is ${String(delayMs)}; give a number of milliseconds`,
      );
    };
    return [name, checkedDelay] as const;
  });
  return Object.fromEntries(checked) as AnyStateMachine["implementations"]["delays"];
}

/** All state nodes in document order, the root first. */
export function stateNodes(machine: AnyStateMachine): readonly AnyStateNode[] {
  // Public in JavaScript, left out of XState's types.
  const { idMap } = machine as unknown as { idMap: ReadonlyMap<string, AnyStateNode> };
  return [...idMap.values()];
}

/** Paths of the active leaf states, dotted, parallel ones joined by a comma. */
export function stateOf(snapshot: AnyMachineSnapshot): string {
  const leaves = leavesOf(snapshot);
  const [only] = leaves;
  return leaves.length === 1 && only !== undefined ? pathOf(only) : leaves.map(pathOf).join(",");
}

// A chart has few states, and one of them is told at every step.
const paths = new WeakMap<AnyStateNode, string>();

function pathOf(node: AnyStateNode): string {
  let path = paths.get(node);
  if (path === undefined) paths.set(node, (path = node.path.join(".") || node.key));
  return path;
}

/** The active states that have no active state inside, in document order. */
export function leavesOf(snapshot: AnyMachineSnapshot): readonly AnyStateNode[] {
  const leaves = (snapshot._nodes as AnyStateNode[]).filter(
    (node) => node.type === "atomic" || node.type === "final",
  );
  return leaves.length === 1 ? leaves : leaves.toSorted((a, b) => a.order - b.order);
}

function ownKey(node: AnyStateNode): IdempotencyKeyOf | null {
  const meta = node.meta as { idempotencyKey?: unknown } | undefined;
  return typeof meta?.idempotencyKey === "function"
    ? (meta.idempotencyKey as IdempotencyKeyOf)
    : null;
}

function invert(
  compensations: Readonly<Record<string, string | null>>,
): ReadonlyMap<string, readonly string[]> {
  const undoes = new Map<string, string[]>();
  for (const [forward, undo] of Object.entries(compensations)) {
    if (undo !== null) undoes.set(undo, [...(undoes.get(undo) ?? []), forward]);
  }
  return undoes;
}
