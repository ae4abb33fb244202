/**
 * What a machine does, as plain data that two machines are compared by: states and branches with all that is
 * said of them, targets as paths. It is read from the machine that XState made, and knows nothing of texts.
 */
import type { AnyStateMachine, AnyStateNode } from "xstate";
import { implementationKinds } from "./operation.ts";
import type { ImplementationKind } from "./operation.ts";
import type { TransitionKind } from "./read-transitions.ts";
import type { Path } from "./source.ts";

/** A guard, an action or an actor as the chart mentions it: a name, or the text of the code. */
export interface MentionFacts {
  readonly name: string;
  /** As text; empty if there are none. */
  readonly params: string;
  readonly isCode: boolean;
}

export interface BranchFacts {
  readonly targets: readonly Path[];
  readonly guard: MentionFacts | null;
  readonly actions: readonly MentionFacts[];
  readonly reenter: boolean;
  readonly description: string | null;
}

export interface TransitionFacts {
  readonly kind: TransitionKind;
  readonly event: string;
  readonly invoke: number;
  readonly branches: readonly BranchFacts[];
}

export interface InvokeFacts {
  /** Null: XState makes one. */
  readonly id: string | null;
  readonly src: MentionFacts;
  readonly input: string;
}

export interface StateFacts {
  readonly key: string;
  readonly id: string | null;
  readonly type: string;
  readonly initial: string | null;
  readonly history: string | null;
  readonly historyTarget: Path | null;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly meta: string;
  readonly output: string;
  readonly entry: readonly MentionFacts[];
  readonly exit: readonly MentionFacts[];
  readonly invokes: readonly InvokeFacts[];
  /** By kind and event, in no order that counts. */
  readonly transitions: readonly TransitionFacts[];
  readonly states: readonly StateFacts[];
}

export interface MachineFacts {
  readonly root: StateFacts;
  /** Names that `setup` gives, sorted. */
  readonly implementations: Readonly<Record<ImplementationKind, readonly string[]>>;
}

export function factsOf(machine: AnyStateMachine): MachineFacts {
  const known = machine.implementations as unknown as Readonly<Record<string, object | undefined>>;
  const names = implementationKinds.map((kind) => [
    kind,
    Object.keys(known[kind] ?? {}).toSorted(),
  ]);
  return {
    root: stateFacts(machine.root),
    implementations: Object.fromEntries(names) as MachineFacts["implementations"],
  };
}

interface Config {
  readonly id?: string;
  readonly entry?: unknown;
  readonly exit?: unknown;
  readonly invoke?: unknown;
  readonly output?: unknown;
}

function stateFacts(node: AnyStateNode): StateFacts {
  const config = node.config as Config;
  const isHistory = node.type === "history";
  return {
    key: node.key,
    id: config.id ?? null,
    type: node.type,
    initial: node.type === "compound" ? (node.initial.target[0]?.key ?? null) : null,
    history: isHistory ? (node.history === "deep" ? "deep" : "shallow") : null,
    historyTarget: isHistory ? historyTarget(node) : null,
    description: node.description ?? null,
    tags: (node.tags as readonly string[]).toSorted(),
    meta: plainText(node.meta),
    output: plainText(config.output),
    entry: listOf(config.entry).map(mentionFacts),
    exit: listOf(config.exit).map(mentionFacts),
    invokes: listOf(config.invoke).map(invokeFacts),
    transitions: transitionFacts(node).toSorted(byName),
    states: Object.values(node.states).map(stateFacts),
  };
}

function invokeFacts(value: unknown): InvokeFacts {
  const { id, src, input } = Object(value) as { id?: string; src?: unknown; input?: unknown };
  return { id: id ?? null, src: mentionFacts(src), input: plainText(input) };
}

/** A branch as XState keeps it. */
interface Branch {
  readonly target?: readonly AnyStateNode[] | undefined;
  readonly guard?: unknown;
  readonly actions?: unknown;
  readonly reenter?: boolean;
  readonly description?: string | undefined;
}

function transitionFacts(node: AnyStateNode): readonly TransitionFacts[] {
  const always = (node.always ?? []) as readonly Branch[];
  const all = [
    ...(node.transitions as ReadonlyMap<string, readonly Branch[]>),
    ...(always.length > 0 ? [["", always] as const] : []),
  ];
  return all.map(([type, branches]) => ({
    ...nameOfEvent(node, type),
    branches: branches.map(branchFacts),
  }));
}

function branchFacts({ target, guard, actions, reenter, description }: Branch): BranchFacts {
  return {
    targets: (target ?? []).map(({ path }) => path),
    guard: guard === undefined || guard === null ? null : mentionFacts(guard),
    actions: listOf(actions).map(mentionFacts),
    reenter: reenter === true,
    description: description ?? null,
  };
}

type EventName = Pick<TransitionFacts, "kind" | "event" | "invoke">;

/** XState's names for what comes of delays and children hold ids that change when a state is renamed. */
function nameOfEvent(node: AnyStateNode, type: string): EventName {
  const plain = { event: "", invoke: 0 };
  if (type === "") return { ...plain, kind: "always" };
  if (type === `xstate.done.state.${node.id}`) return { ...plain, kind: "onDone" };
  const after = "xstate.after.";
  if (type.startsWith(after) && type.endsWith(`.${node.id}`)) {
    return { ...plain, kind: "after", event: type.slice(after.length, -node.id.length - 1) };
  }
  for (const [prefix, kind] of childEvents) {
    const invoke = node.invoke.findIndex(({ id }) => type === `${prefix}${id}`);
    if (invoke !== -1) return { event: "", invoke, kind };
  }
  return { ...plain, kind: "on", event: type };
}

const childEvents = [
  ["xstate.done.actor.", "invokeDone"],
  ["xstate.error.actor.", "invokeError"],
  ["xstate.snapshot.", "invokeSnapshot"],
] as const;

function historyTarget(node: AnyStateNode): Path | null {
  const { target } = node.config as { target?: unknown };
  if (typeof target !== "string" || node.parent === undefined) return null;
  if (target.startsWith("#")) return (node.machine.getStateNodeById(target) as AnyStateNode).path;
  return [...node.parent.path, ...target.split(".")];
}

function mentionFacts(value: unknown): MentionFacts {
  if (typeof value === "string") return { name: value, params: "", isCode: false };
  if (typeof value === "function") {
    // XState keeps what its built-in actions and guards are given on the functions themselves.
    const facts = Object.fromEntries(Object.entries(value));
    return { name: codeText(value), params: plainText(facts), isCode: true };
  }
  const { type, id, params } = Object(value) as { type?: unknown; id?: unknown; params?: unknown };
  return {
    name: nameFrom(type, id),
    params: plainText(params),
    isCode: typeof type !== "string",
  };
}

function nameFrom(type: unknown, id: unknown): string {
  if (typeof type === "string") return type;
  return typeof id === "string" ? id : "";
}

/** A value as text; functions by their code, so that the same source gives the same text. */
function plainText(value: unknown): string {
  if (value === undefined) return "";
  const seen = new Set<unknown>();
  return (
    JSON.stringify(value, (_, part: unknown) => {
      if (typeof part === "function") return codeText(part);
      if (typeof part === "bigint") return String(part);
      if (typeof part !== "object" || part === null) return part;
      if (seen.has(part)) return "(again)";
      seen.add(part);
      return part;
    }) ?? ""
  );
}

function codeText(code: Function): string {
  return String(code).replaceAll(/\s+/g, " ");
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : [value].flat();
}

/** The order of transitions of a state: by what they are, and not by where they stand. */
export function byName(a: EventName, b: EventName): number {
  const [one, other] = [a, b].map(({ kind, event, invoke }) => `${kind} ${invoke} ${event}`);
  return (one ?? "") < (other ?? "") ? -1 : 1;
}
