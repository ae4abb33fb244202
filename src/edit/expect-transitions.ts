/** What becomes of transitions, as `expect.ts` tells of states. */
import { actionsFrom, draftAt, named, NO_MORE } from "./expected.ts";
import type { DraftState } from "./expected.ts";
import type { Operation, OperationOf } from "./operation.ts";
import type { TransitionRef } from "./read-transitions.ts";

type DraftTransition = DraftState["transitions"][number];
type DraftBranch = DraftTransition["branches"][number];

export type TransitionOperation = Extract<
  Operation,
  { transition: TransitionRef } | { op: "addTransition" }
>;

export function expectTransition(root: DraftState, operation: TransitionOperation): void {
  if (operation.op === "addTransition") {
    addTransition(draftAt(root, operation.source), operation);
    return;
  }
  const { transition: ref } = operation;
  const state = draftAt(root, ref.source);
  const transition = transitionOf(state, ref);
  const branch = transition?.branches[ref.index];
  if (transition === undefined || branch === undefined) {
    throw new Error(`there is no transition ${ref.kind} ${ref.event}`);
  }
  changeBranch(state, { transition, branch }, operation);
}

function changeBranch(
  state: DraftState,
  { transition, branch }: { transition: DraftTransition; branch: DraftBranch },
  operation: Exclude<TransitionOperation, { op: "addTransition" }>,
): void {
  switch (operation.op) {
    case "removeTransition":
      transition.branches.splice(operation.transition.index, 1);
      state.transitions = state.transitions.filter(({ branches }) => branches.length > 0);
      return;
    case "retarget":
      branch.targets = operation.target === null ? [] : [[...operation.target]];
      return;
    case "changeKey":
      transition.event = operation.event;
      return;
    case "moveBranch":
      transition.branches.splice(operation.transition.index, 1);
      transition.branches.splice(operation.to, 0, branch);
      return;
    case "setGuard":
      branch.guard = operation.guard === null ? null : named(operation.guard);
      return;
    case "setActions":
      branch.actions = actionsFrom(branch.actions, operation.actions);
  }
}

function transitionOf(
  { transitions }: DraftState,
  { kind, event, invoke }: Omit<TransitionRef, "source" | "index">,
): DraftTransition | undefined {
  return transitions.find(
    (one) => one.kind === kind && one.event === event && one.invoke === invoke,
  );
}

function addTransition(state: DraftState, operation: OperationOf<"addTransition">): void {
  const { kind, target, guard, actions = [] } = operation;
  const event = kind === "on" || kind === "after" ? operation.event : "";
  const invoke = kind === "invokeDone" || kind === "invokeError" ? operation.invoke : 0;
  const branch: DraftBranch = {
    ...NO_MORE,
    targets: target === null ? [] : [[...target]],
    guard: guard === undefined ? null : named(guard),
    actions: actions.map(named),
  };
  const transition = transitionOf(state, { kind, event, invoke });
  if (transition !== undefined) transition.branches.push(branch);
  else state.transitions.push({ kind, event, invoke, branches: [branch] });
}
