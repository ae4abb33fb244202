/**
 * The chart of a saga as data: the one JSON that the drawing, the exporters, the editor and the live view
 * share. It is read from the machine, so it says what will run and not what a file seems to say.
 *
 * Ids are stable: a state's is XState's own, an edge's is `source|event|index`, where the index counts the
 * branches of that event from 0. The same chart has the same ids everywhere.
 */
import type { AnyStateMachine, AnyStateNode } from "xstate";
import { isPhaseTag } from "../saga/phase.ts";
import type { Phase } from "../saga/phase.ts";
import { delayModel } from "./delay.ts";
import type { DelayModel } from "./delay.ts";
import { actionModel, actorName, guardModel } from "./mention.ts";
import type { ActionModel, GuardModel } from "./mention.ts";
import { toPlainJson } from "./plain-json.ts";
import type { Json } from "./plain-json.ts";

export interface ChartModel {
  /** Id of the machine, which is that of its root state. */
  readonly id: string;
  /** In document order; a parent stands before its children, the root first. */
  readonly states: readonly StateModel[];
  /** By source in document order, then as XState tries them. */
  readonly edges: readonly EdgeModel[];
}

export type StateType = "atomic" | "compound" | "parallel" | "final" | "history";

export interface StateModel {
  readonly id: string;
  readonly key: string;
  /** Keys from the root's children down; empty for the root. */
  readonly path: readonly string[];
  /** Null for the root. */
  readonly parent: string | null;
  readonly type: StateType;
  /** Of a history state. */
  readonly history: "shallow" | "deep" | null;
  /** Id of the state that a compound state is entered by. */
  readonly initial: string | null;
  /** What a saga does here, if its author says so on this very state. */
  readonly phase: Phase | null;
  /** Tags beside the phase. */
  readonly tags: readonly string[];
  readonly entry: readonly ActionModel[];
  readonly exit: readonly ActionModel[];
  readonly invokes: readonly { readonly id: string; readonly src: string }[];
  readonly description: string | null;
  readonly meta: Json;
  /** How many states are folded away inside it; 0 if none. */
  readonly folded: number;
}

/**
 * `done`, `error` and `snapshot` come from an invoked actor, `stateDone` from the state itself when its inner
 * states are done; `initial` is no transition, but where a compound or history state is entered.
 */
export type EdgeKind =
  | "event"
  | "after"
  | "always"
  | "done"
  | "error"
  | "snapshot"
  | "stateDone"
  | "initial";

export interface EdgeModel {
  readonly id: string;
  readonly kind: EdgeKind;
  readonly source: string;
  /** Empty if no state is left. */
  readonly targets: readonly string[];
  /** The event as XState knows it; empty for `always`. */
  readonly event: string;
  /** Of `after`. */
  readonly delay: DelayModel | null;
  readonly guard: GuardModel | null;
  /** Whether another branch of the same event was tried before, so that this one is the rest. */
  readonly isElse: boolean;
  readonly actions: readonly ActionModel[];
  readonly reenter: boolean;
  readonly description: string | null;
  readonly meta: Json;
}

/** What `setup` registers, by name. */
type Delays = Readonly<Record<string, unknown>>;

/** Reads the chart of a machine; give the saga's own (`saga.machine`). */
export function toChartModel(machine: AnyStateMachine): ChartModel {
  const nodes = nodesFrom(machine.root);
  const delays = machine.implementations.delays as Delays;
  return {
    id: machine.root.id,
    states: nodes.map(stateModel),
    edges: nodes.flatMap((node) => edgesOf(node, delays)),
  };
}

function nodesFrom(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesFrom)];
}

function stateModel(node: AnyStateNode): StateModel {
  const tags = node.tags as readonly string[];
  // As the author wrote them: XState adds its own for delays, and renames what stands in the chart itself.
  const { entry, exit, invoke } = node.config as Record<"entry" | "exit" | "invoke", unknown>;
  const invoked = listOf(invoke) as readonly { readonly src?: unknown }[];
  return {
    id: node.id,
    key: node.key,
    path: node.path,
    parent: node.parent?.id ?? null,
    type: node.type,
    history: historyOf(node),
    initial: node.type === "compound" ? (node.initial.target[0]?.id ?? null) : null,
    phase: tags.find(isPhaseTag) ?? null,
    tags: tags.filter((tag) => !isPhaseTag(tag)),
    entry: listOf(entry).map(actionModel),
    exit: listOf(exit).map(actionModel),
    invokes: node.invoke.map(({ id }, at) => ({ id, src: actorName(invoked[at]?.src) })),
    description: node.description ?? null,
    meta: toPlainJson(node.meta) ?? null,
    folded: 0,
  };
}

function historyOf({ type, history }: AnyStateNode): StateModel["history"] {
  if (type !== "history") return null;
  return history === "deep" ? "deep" : "shallow";
}

/** A transition as XState keeps it. */
interface Transition {
  readonly target?: readonly AnyStateNode[] | undefined;
  readonly guard?: unknown;
  readonly actions?: unknown;
  readonly reenter?: boolean;
  readonly description?: string | undefined;
  readonly meta?: unknown;
}

function edgesOf(node: AnyStateNode, delays: Delays): readonly EdgeModel[] {
  const always = (node.always ?? []) as readonly Transition[];
  const branches: readonly (readonly [string, readonly Transition[]])[] = [
    ...initialOf(node),
    ...(node.transitions as ReadonlyMap<string, readonly Transition[]>),
    ...(always.length > 0 ? [["", always] as const] : []),
  ];
  return branches.flatMap(([event, transitions]) =>
    transitions.map((transition, index) => {
      const kind = kindOf(event);
      const guard = guardModel(transition.guard);
      return {
        id: `${node.id}|${event}|${index}`,
        kind,
        source: node.id,
        targets: (transition.target ?? []).map(({ id }) => id),
        event,
        delay: kind === "after" ? delayModel(node.id, event, delays) : null,
        guard,
        isElse: index > 0 && guard === null,
        actions: listOf(transition.actions).map(actionModel),
        reenter: transition.reenter === true,
        description: transition.description ?? null,
        meta: toPlainJson(transition.meta) ?? null,
      };
    }),
  );
}

const INITIAL = "xstate.init";

// XState resolves what a history state without a history leads to only when it must.
function initialOf(node: AnyStateNode): readonly (readonly [string, readonly Transition[]])[] {
  if (node.type === "compound") {
    return [[INITIAL, [{ target: node.initial.target, actions: node.initial.actions }]]];
  }
  const target = node.type === "history" ? historyDefault(node) : undefined;
  return target === undefined ? [] : [[INITIAL, [{ target: [target] }]]];
}

function historyDefault(node: AnyStateNode): AnyStateNode | undefined {
  const { target } = node.config as { target?: unknown };
  if (typeof target !== "string" || node.parent === undefined) return undefined;
  if (target.startsWith("#")) return node.machine.getStateNodeById(target) as AnyStateNode;
  let found: AnyStateNode | undefined = node.parent;
  for (const key of target.replace(/^\./, "").split(".")) {
    found = found?.states[key] as AnyStateNode | undefined;
  }
  return found;
}

function kindOf(event: string): EdgeKind {
  if (event === "") return "always";
  if (event === INITIAL) return "initial";
  if (event.startsWith("xstate.done.actor.")) return "done";
  if (event.startsWith("xstate.error.actor.")) return "error";
  if (event.startsWith("xstate.snapshot.")) return "snapshot";
  if (event.startsWith("xstate.done.state.")) return "stateDone";
  if (event.startsWith("xstate.after.")) return "after";
  return "event";
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : [value].flat();
}
