/**
 * What a machine is to be after an operation, made from what it was before. It knows nothing of texts, so a
 * mistake in the editing of a text shows as a difference between this and the machine that was loaded.
 */
import { expectTransition } from "./expect-transitions.ts";
import { actionsFrom, draftAt, named, NO_MORE } from "./expected.ts";
import type { DraftState, Writable } from "./expected.ts";
import type { BranchFacts, InvokeFacts, MachineFacts } from "./facts.ts";
import { byName } from "./facts.ts";
import type { Operation, OperationOf } from "./operation.ts";
import type { Path } from "./source.ts";
import { startsWith } from "./target.ts";

export function expectAfter(before: MachineFacts, operation: Operation): MachineFacts {
  const facts = structuredClone(before) as unknown as Writable<MachineFacts>;
  const root = facts.root as DraftState;
  if (operation.op === "addImplementation") {
    const names = facts.implementations[operation.kind];
    names.push(operation.name);
    names.sort();
  } else change(root, operation);
  eachState(root, (state) => {
    state.transitions = state.transitions.toSorted(byName);
  });
  return facts;
}

function change(
  root: DraftState,
  operation: Exclude<Operation, { op: "addImplementation" }>,
): void {
  switch (operation.op) {
    case "renameState":
      return rename(root, operation);
    case "addState":
      return add(root, operation);
    case "removeState":
      return remove(root, operation);
    case "moveState":
      return move(root, operation);
    case "duplicateState":
      return duplicate(root, operation);
    case "setInitial":
      return void (draftAt(root, operation.path).initial = operation.initial);
    case "setType":
      return setType(draftAt(root, operation.path), operation.type);
    case "setDescription":
      return void (draftAt(root, operation.path).description = operation.text);
    case "setTags":
      return void (draftAt(root, operation.path).tags = operation.tags.toSorted());
    case "setStateActions": {
      const state = draftAt(root, operation.path);
      state[operation.when] = actionsFrom(state[operation.when], operation.actions);
      return;
    }
    case "addInvoke":
      return addInvoke(draftAt(root, operation.path), operation);
    case "removeInvoke":
      return removeInvoke(draftAt(root, operation.path), operation.invoke);
    case "addTransition":
    case "changeKey":
    case "moveBranch":
    case "removeTransition":
    case "retarget":
    case "setActions":
    case "setGuard":
      return expectTransition(root, operation);
  }
}

function eachState(state: DraftState, visit: (state: DraftState) => void): void {
  visit(state);
  for (const child of state.states) eachState(child, visit);
}

/** Targets that lead to a state or into it lead to where it is now. */
function mapTargets(root: DraftState, moved: (path: Path) => Path): void {
  eachState(root, (state) => {
    if (state.historyTarget !== null) state.historyTarget = [...moved(state.historyTarget)];
    for (const { branches } of state.transitions) {
      for (const branch of branches) {
        branch.targets = branch.targets.map((path) => [...moved(path)]);
      }
    }
  });
}

function rename(root: DraftState, { path, to }: OperationOf<"renameState">): void {
  const state = draftAt(root, path);
  const parent = draftAt(root, path.slice(0, -1));
  if (parent.initial === state.key) parent.initial = to;
  state.key = to;
  const last = path.length - 1;
  mapTargets(root, (target) => (startsWith(target, path) ? target.with(last, to) : target));
}

function add(root: DraftState, { parent, key, type, after }: OperationOf<"addState">): void {
  const holder = draftAt(root, parent);
  const at = after === undefined ? -1 : holder.states.findIndex((state) => state.key === after);
  holder.states.splice(at === -1 ? holder.states.length : at + 1, 0, emptyState(key, type));
  becomeCompound(holder, key);
}

function emptyState(key: string, type: string): DraftState {
  return {
    key,
    type,
    id: null,
    initial: null,
    history: type === "history" ? "shallow" : null,
    historyTarget: null,
    description: null,
    tags: [],
    meta: "",
    output: "",
    entry: [],
    exit: [],
    invokes: [],
    transitions: [],
    states: [],
  };
}

function becomeCompound(holder: DraftState, initial: string): void {
  if (holder.type !== "atomic") return;
  holder.type = "compound";
  holder.initial = initial;
}

/** Takes a state out of its parent. */
function take(root: DraftState, path: Path): DraftState {
  const parent = draftAt(root, path.slice(0, -1));
  const state = draftAt(root, path);
  parent.states = parent.states.filter((child) => child !== state);
  if (parent.states.length === 0) {
    parent.type = "atomic";
    parent.initial = null;
  } else if (parent.initial === state.key) {
    parent.initial = parent.states.find(({ type }) => type !== "history")?.key ?? null;
  }
  return state;
}

function remove(root: DraftState, { path, dangling }: OperationOf<"removeState">): void {
  take(root, path);
  const leadsIn = (target: Path): boolean => startsWith(target, path);
  if (dangling !== "remove") {
    mapTargets(root, (target) => (leadsIn(target) ? dangling.retarget : target));
    return;
  }
  eachState(root, (state) => {
    if (state.historyTarget !== null && leadsIn(state.historyTarget)) state.historyTarget = null;
    for (const transition of state.transitions) {
      transition.branches = transition.branches.filter(({ targets }) => !targets.some(leadsIn));
    }
    state.transitions = state.transitions.filter(({ branches }) => branches.length > 0);
  });
}

function move(root: DraftState, { path, parent }: OperationOf<"moveState">): void {
  const holder = draftAt(root, parent);
  const state = take(root, path);
  holder.states.push(state);
  becomeCompound(holder, state.key);
  const to = [...parent, state.key];
  mapTargets(root, (target) =>
    startsWith(target, path) ? [...to, ...target.slice(path.length)] : target,
  );
}

function duplicate(root: DraftState, { path, to }: OperationOf<"duplicateState">): void {
  const parent = draftAt(root, path.slice(0, -1));
  const state = draftAt(root, path);
  const copy = { ...structuredClone(state), key: to };
  parent.states.splice(parent.states.indexOf(state) + 1, 0, copy);
  // What leads to the state or into it from inside leads into the copy there.
  const last = path.length - 1;
  mapTargets(copy, (target) => (startsWith(target, path) ? target.with(last, to) : target));
}

function setType(state: DraftState, type: OperationOf<"setType">["type"]): void {
  if (state.type === type) return;
  if (type === "history") state.history = "shallow";
  else {
    state.history = null;
    state.historyTarget = null;
  }
  state.initial =
    type === "compound" ? (state.states.find((one) => one.type !== "history")?.key ?? null) : null;
  state.type = type;
}

function addInvoke(
  state: DraftState,
  { id, src, onDone, onError }: OperationOf<"addInvoke">,
): void {
  const invoke = state.invokes.length;
  const added: InvokeFacts = { id, src: named(src), input: "{}" };
  state.invokes.push(added);
  for (const [kind, target] of [
    ["invokeDone", onDone],
    ["invokeError", onError],
  ] as const) {
    if (target === null) continue;
    const branch: BranchFacts = { targets: [target], ...NO_MORE };
    state.transitions.push({
      kind,
      event: "",
      invoke,
      branches: [branch as Writable<BranchFacts>],
    });
  }
}

function removeInvoke(state: DraftState, invoke: number): void {
  state.invokes.splice(invoke, 1);
  state.transitions = state.transitions
    .filter((one) => !isOfInvoke(one.kind) || one.invoke !== invoke)
    .map((one) =>
      isOfInvoke(one.kind) && one.invoke > invoke ? { ...one, invoke: one.invoke - 1 } : one,
    );
}

function isOfInvoke(kind: string): boolean {
  return kind.startsWith("invoke");
}
