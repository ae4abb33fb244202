/** Edits of transitions: adding and removing branches, where they lead, when they are taken and what they do. */
import { setActionList } from "./edit-actions.ts";
import { writableState } from "./edit-states.ts";
import type { WritableState } from "./edit-states.ts";
import { refuse } from "./change.ts";
import type { Change } from "./change.ts";
import type { OperationOf } from "./operation.ts";
import { indentAt } from "./position.ts";
import type { SourceTransition, TransitionRef } from "./read-transitions.ts";
import { reindentAt } from "./reindent.ts";
import { pathText, stateAt } from "./source.ts";
import type { Path } from "./source.ts";
import { valueText } from "./style.ts";
import type { Value } from "./style.ts";
import { isObjectNode, lineOf, propertyOf, stringOf, valueOf } from "./syntax.ts";
import type { Node, ObjectNode, PropertyNode } from "./syntax.ts";
import { writeTarget } from "./target.ts";

/** @throws {SagaError} SAGA_EDIT_REFUSED if there is no such branch, or it is read-only. */
function transitionAt({ source }: Change, ref: TransitionRef): SourceTransition {
  const { kind, event, index, invoke } = ref;
  const state = stateAt(source, ref.source);
  const found = state.transitions.find(
    (one) =>
      one.kind === kind && one.event === event && one.index === index && one.invoke === invoke,
  );
  if (found === undefined) {
    return refuse(
      `the file writes no such transition in "${pathText(ref.source)}": ${kind} ${event}`,
    );
  }
  if (found.locks.all !== null) {
    refuse(`the transition is read-only: ${found.locks.all}`, { line: found.edit.line });
  }
  return found;
}

/** A branch as it is written anew: a bare target, or an object. */
export function branchValue(
  change: Change,
  from: Path,
  {
    target,
    guard,
    actions = [],
  }: Pick<OperationOf<"addTransition">, "target" | "guard" | "actions">,
): Value {
  const to = target === null ? undefined : change.quoted(targetText(change, from, target));
  if (to !== undefined && guard === undefined && actions.length === 0) return to;
  const names = actions.map((name) => change.quoted(name));
  const [only] = names;
  const list: Value = names.length === 1 && only !== undefined ? only : { items: names };
  const members: readonly (readonly [string, Value | undefined])[] = [
    ["guard", guard === undefined ? undefined : change.quoted(guard)],
    ["target", to],
    ["actions", names.length === 0 ? undefined : list],
  ];
  return {
    entries: members.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  };
}

function targetText({ source }: Change, from: Path, target: Path): string {
  stateAt(source, target);
  return writeTarget(source, from, target);
}

export function addTransition(change: Change, operation: OperationOf<"addTransition">): void {
  const { source: from, kind, event } = operation;
  const state = writableState(change, from);
  refuseTransition(state, operation);
  const value = branchValue(change, from, operation);
  if (kind === "on" || kind === "after") {
    const holder = heldObject(change, state.object, kind);
    if (holder === null) change.addMember(state.object, kind, { entries: [[event, value]] });
    else addBranch(change, holder, event, value);
    return;
  }
  const [holder, member] = placeOf(state, operation);
  addBranch(change, holder, member, value);
}

function placeOf(
  state: WritableState,
  { kind, invoke }: OperationOf<"addTransition">,
): readonly [ObjectNode, string] {
  if (kind === "always" || kind === "onDone") return [state.object, kind];
  const object = state.invokes[invoke]?.object ?? null;
  if (object === null) return refuse(`"${pathText(state.path)}" has no invoke ${invoke} to edit`);
  return [object, kind === "invokeDone" ? "onDone" : "onError"];
}

function refuseTransition(state: WritableState, operation: OperationOf<"addTransition">): void {
  const { kind, event, target, guard } = operation;
  const { type } = state;
  if (type === "final" || type === "history") refuse(`a ${type} state has no transitions`);
  if (kind === "onDone" && !["compound", "parallel"].includes(type)) {
    refuse("only a state with states inside can be done; use an event");
  }
  if (kind === "always" && target === null && guard === undefined) {
    refuse("without a guard and a target it would be taken without end");
  }
  if (kind === "on") refuseEvent(event);
  if (kind === "after") refuseDelay(event);
}

function refuseEvent(event: string): void {
  if (event === "") refuse("an event needs a name");
  if (event.startsWith("xstate.")) refuse("events that begin with xstate. are XState's own");
}

function refuseDelay(delay: string): void {
  if (/^(0|[1-9]\d{0,9})$/.test(delay) || /^[A-Za-z_$][\w$]*$/.test(delay)) return;
  refuse(`"${delay}" is no delay; give milliseconds, or the name of one in setup`);
}

/** The object of `on` or `after`; null: there is none yet. */
function heldObject({ source }: Change, object: ObjectNode, kind: string): ObjectNode | null {
  const property = propertyOf(object, kind);
  if (property === null) return null;
  const value = valueOf(object, kind);
  if (isObjectNode(value)) return value;
  return refuse(`"${kind}" is code`, { line: lineOf(source, property.start) });
}

/** Adds a branch behind those that there are. */
function addBranch(change: Change, holder: ObjectNode, member: string, value: Value): void {
  const { source, style } = change;
  const property = propertyOf(holder, member);
  if (property === null) {
    change.addMember(holder, member, value);
    return;
  }
  const lock = branchesOf(change, property).find(({ locks }) => locks.all !== null)?.locks.all;
  if (lock !== undefined) refuse(`what is there already is read-only: ${lock ?? ""}`);
  const [first] = branchesOf(change, property);
  // XState takes no bare target from a list under `after`, so in lists all are objects.
  const added: Value = typeof value === "string" ? { entries: [["target", value]] } : value;
  if (first?.list) {
    change.addItems(first.list, [added]);
    return;
  }
  const { value: node } = property;
  const written: Value =
    stringOf(node) === null
      ? reindentAt(source, node)
      : { entries: [["target", source.text.slice(node.start, node.end)]] };
  const indent = indentAt(source.text, property.start);
  change.replace(node, valueText(style, { items: [written, added] }, indent, LIST_USED));
}

/** Two branches have a line each. */
const LIST_USED = 100;

function branchesOf({ source }: Change, property: PropertyNode): readonly SourceTransition[] {
  return allTransitions(source.root).filter((one) => one.property === property);
}

function allTransitions(state: WritableState["parent"]): readonly SourceTransition[] {
  if (state === null) return [];
  return [...state.transitions, ...state.children.flatMap(allTransitions)];
}

export function removeTransition(change: Change, ref: TransitionRef): void {
  removeBranch(change, transitionAt(change, ref));
}

/** Takes a branch off, and with the last one what held it. */
export function removeBranch(change: Change, transition: SourceTransition): void {
  const { list, element, property, holder, kind, state } = transition;
  if (list !== null && change.left(list).some((item) => item !== element)) {
    change.remove(element, list);
    return;
  }
  change.forget(element);
  change.forget(property);
  const held = state.object === null ? null : propertyOf(state.object, kind);
  const isEmpty = change.left(holder).length === 0;
  const isWrittenHere = held !== null && held.value === holder;
  if ((kind === "on" || kind === "after") && isEmpty && isWrittenHere && state.object !== null) {
    change.remove(held, state.object);
  } else change.remove(property, holder);
}

export function retarget(change: Change, operation: OperationOf<"retarget">): void {
  const transition = transitionAt(change, operation.transition);
  const { locks, targets, object, element, edit } = transition;
  if (locks.target !== null) refuse(locks.target, { line: edit.line });
  if (targets.length > 1) refuse("it has several targets; edit them in code", { line: edit.line });
  const to = operation.target;
  if (to === null) {
    if (object === null) change.replace(element, "{}");
    else change.removeMember(object, "target");
    return;
  }
  const text = targetText(change, transition.source, to);
  const [target] = targets;
  if (target !== undefined) change.replaceString(target.node, text);
  else if (object !== null) {
    change.removeMember(object, "target");
    change.addMember(
      object,
      "target",
      change.quoted(text),
      propertyOf(object, "guard") ?? undefined,
    );
  }
}

export function changeKey(
  change: Change,
  { transition: ref, event }: OperationOf<"changeKey">,
): void {
  const transition = transitionAt(change, ref);
  const { kind, property, holder } = transition;
  if (kind !== "on" && kind !== "after") refuse("only events and delays have names");
  if (kind === "on") refuseEvent(event);
  else refuseDelay(event);
  if (event === ref.event) return;
  if (propertyOf(holder, event) !== null) {
    refuse(`"${event}" is taken in this state already; add a branch to it, and remove this one`);
  }
  change.replace(property.key, change.keyText(event));
}

export function moveBranch(
  change: Change,
  { transition: ref, to }: OperationOf<"moveBranch">,
): void {
  const { list, index } = transitionAt(change, ref);
  const items = list?.elements.filter((node) => node !== null) ?? [];
  if (to >= items.length) {
    refuse(`there are ${Math.max(items.length, 1)} branches, and no place ${to}`);
  }
  const order = items.map((_, at) => at).filter((at) => at !== index);
  order.splice(to, 0, index);
  order.forEach((from, at) => {
    const place = items[at];
    const moved = items[from];
    if (from === at || place === undefined || moved === undefined) return;
    change.replace(place, change.source.text.slice(moved.start, moved.end));
  });
}

export function setGuard(
  change: Change,
  { transition: ref, guard }: OperationOf<"setGuard">,
): void {
  const { locks, object, element, edit } = transitionAt(change, ref);
  if (locks.guard !== null) refuse(locks.guard, { line: edit.line });
  if (object === null) {
    if (guard !== null) change.replace(element, wrapped(change, element, ["guard", guard]));
    return;
  }
  const node = valueOf(object, "guard");
  if (guard === null) change.removeMember(object, "guard");
  else if (node === null) change.addMember(object, "guard", change.quoted(guard));
  // Params were those of the other guard.
  else if (stringOf(node) === null) change.replace(node, change.quoted(guard));
  else change.replaceString(node, guard);
}

/** A bare target as an object with one thing more. */
function wrapped(change: Change, element: Node, [key, value]: readonly [string, string]): string {
  const { source, style } = change;
  const target = source.text.slice(element.start, element.end);
  const added = [key, change.quoted(value)] as const;
  const entries =
    key === "guard" ? [added, ["target", target] as const] : [["target", target] as const, added];
  return valueText(style, { entries }, indentAt(source.text, element.start));
}

export function setActions(change: Change, operation: OperationOf<"setActions">): void {
  const { locks, object, element, edit } = transitionAt(change, operation.transition);
  if (locks.actions !== null) refuse(locks.actions, { line: edit.line });
  const { actions } = operation;
  if (object !== null) setActionList(change, { object, member: "actions", items: actions });
  else if (actions.length > 0) change.replace(element, bareWithActions(change, element, actions));
}

function bareWithActions(
  change: Change,
  element: Node,
  actions: OperationOf<"setActions">["actions"],
): string {
  const { source, style } = change;
  const names = actions.map((item) =>
    typeof item === "string" ? change.quoted(item) : refuse("there is no action to keep"),
  );
  const list: Value = names.length === 1 ? (names[0] ?? "") : { items: names };
  const target = source.text.slice(element.start, element.end);
  const value: Value = {
    entries: [
      ["target", target],
      ["actions", list],
    ],
  };
  return valueText(style, value, indentAt(source.text, element.start));
}
