/** Edits of one state: adding one, what it starts with, its type, description, tags and actions. */
import { setActionList } from "./edit-actions.ts";
import { refuse } from "./change.ts";
import type { Change } from "./change.ts";
import type { OperationOf } from "./operation.ts";
import { indentAt } from "./position.ts";
import { pathText, stateAt } from "./source.ts";
import type { Path, SourceState } from "./source.ts";
import { brokenText, valueText } from "./style.ts";
import type { Value } from "./style.ts";
import { isArrayNode, isObjectNode, lineOf, propertyOf, stringOf, valueOf } from "./syntax.ts";
import type { ObjectNode } from "./syntax.ts";

/** A state that may be edited. */
export type WritableState = SourceState & { readonly object: ObjectNode };

/** @throws {SagaError} SAGA_EDIT_REFUSED if the file writes no such state, or not as a literal. */
export function writableState({ source }: Change, path: Path): WritableState {
  const state = stateAt(source, path);
  const { level, reasons, line } = state.edit;
  if (level === "readonly" || state.object === null) {
    refuse(`state "${pathText(path)}" is read-only: ${reasons[0] ?? "it is code"}`, { line });
  }
  return state as WritableState;
}

export function addState(change: Change, operation: OperationOf<"addState">): void {
  const { key, type, after } = operation;
  const parent = writableState(change, operation.parent);
  refuseTaken(parent, key);
  const entries: readonly (readonly [string, Value])[] =
    type === "atomic" ? [] : [["type", change.quoted(type)]];
  const states = childrenObject(change, parent);
  if (states === null) {
    addFirstChild(change, parent, { key, value: { entries }, isHistory: type === "history" });
    return;
  }
  const before = parent.children.find((child) => child.key === after);
  if (after !== undefined && before === undefined) {
    refuse(`there is no state "${after}" in "${pathText(parent.path)}"`);
  }
  change.addMember(states, key, { entries }, before?.property ?? "end");
}

/** The object with the children of a state; null: it has none yet. */
export function childrenObject({ source }: Change, state: WritableState): ObjectNode | null {
  const held = propertyOf(state.object, "states");
  if (held === null) return null;
  if (state.states === null || !isObjectNode(valueOf(state.object, "states"))) {
    refuse(`the states of "${pathText(state.path)}" are code`, {
      line: lineOf(source, held.start),
    });
  }
  return state.states;
}

export interface FirstChild {
  readonly key: string;
  readonly value: Value;
  readonly isHistory: boolean;
}

/** A state that had no children gets one, by which it is entered. */
export function addFirstChild(change: Change, parent: WritableState, child: FirstChild): void {
  if (parent.type === "final" || parent.type === "history") {
    refuse(`a ${parent.type} state has no states inside; change its type first`);
  }
  if (child.isHistory) refuse("a history state needs siblings that it can remember");
  const entries: readonly (readonly [string, Value])[] = [[child.key, child.value]];
  const states = (indent: string): string => brokenText(change.style, { entries }, indent);
  if (parent.type === "parallel") {
    change.addMember(parent.object, "states", states);
    return;
  }
  if (parent.object.properties.length === 0) {
    const both: Value = {
      entries: [
        ["initial", change.quoted(child.key)],
        ["states", states],
      ],
    };
    const indent = indentAt(change.source.text, parent.object.start);
    change.replace(parent.object, valueText(change.style, both, indent));
  } else addInitialAndStates(change, parent, child.key, states);
}

/** Both as one: two properties that are added at one place of an object of one line would meet. */
function addInitialAndStates(
  change: Change,
  parent: WritableState,
  initial: string,
  states: (indent: string) => string,
): void {
  const { style } = change;
  change.addMember(parent.object, "initial", (indent) => {
    return `${change.quoted(initial)},${style.eol}${indent}states: ${states(indent)}`;
  });
}

export function refuseTaken(parent: SourceState, key: string): void {
  if (parent.children.some((child) => child.key === key)) {
    refuse(`"${pathText(parent.path)}" has a state "${key}" already`);
  }
}

export function setInitial(change: Change, { path, initial }: OperationOf<"setInitial">): void {
  const state = writableState(change, path);
  if (state.type === "parallel") refuse("a parallel state enters all of its states");
  if (!state.children.some(({ key }) => key === initial)) {
    refuse(`there is no state "${initial}" in "${pathText(path)}"`);
  }
  replaceInitial(change, state, initial);
}

export function replaceInitial(change: Change, state: WritableState, initial: string): void {
  const node = valueOf(state.object, "initial");
  if (node === null) change.addMember(state.object, "initial", change.quoted(initial));
  else {
    const target = isObjectNode(node) ? valueOf(node, "target") : node;
    if (target === null || stringOf(target) === null) {
      refuse(`the initial state of "${pathText(state.path)}" is code`, {
        line: lineOf(change.source, node.start),
      });
    }
    change.replaceString(target, initial);
  }
}

export function setType(change: Change, { path, type }: OperationOf<"setType">): void {
  const state = writableState(change, path);
  if (state.type === type) return;
  refuseByChildren(state, type);
  refuseEnd(state, type);
  const { object } = state;
  if (type === "parallel") change.removeMember(object, "initial");
  if (state.type === "history") {
    for (const key of ["history", "target"]) change.removeMember(object, key);
  }
  change.setString(object, "type", isImplied(type) ? null : type);
  const first = state.children.find((child) => child.type !== "history");
  if (type === "compound" && first !== undefined && propertyOf(object, "initial") === null) {
    change.addMember(object, "initial", change.quoted(first.key));
  }
}

/** XState sees it from whether there are states inside. */
function isImplied(type: string): boolean {
  return type === "atomic" || type === "compound";
}

function refuseByChildren({ children, states }: WritableState, type: string): void {
  const hasChildren = children.length > 0 || states !== null;
  const wantsChildren = type === "compound" || type === "parallel";
  if (hasChildren === wantsChildren) return;
  refuse(
    hasChildren
      ? `a state with states inside cannot be ${type}; remove them first`
      : `a state without states inside cannot be ${type}; add some first`,
  );
}

/** Final and history states do nothing and lead nowhere by themselves. */
function refuseEnd({ path, transitions, invokes, parent, key }: WritableState, type: string): void {
  if (type !== "final" && type !== "history") return;
  if (path.length === 0) refuse(`the root of a chart cannot be ${type}`);
  if (transitions.length > 0) refuse(`a ${type} state has no transitions; remove them first`);
  if (invokes.length > 0) refuse(`a ${type} state invokes nothing; remove that first`);
  const isInitial = parent !== null && stringOf(valueOf(parent.object, "initial")) === key;
  if (type === "history" && isInitial) refuse("what its parent is entered by cannot be history");
}

export function setDescription(change: Change, operation: OperationOf<"setDescription">): void {
  change.setString(writableState(change, operation.path).object, "description", operation.text);
}

export function setTags(change: Change, { path, tags }: OperationOf<"setTags">): void {
  const { object } = writableState(change, path);
  const node = valueOf(object, "tags");
  const items = isArrayNode(node) ? node.elements : node === null ? [] : [node];
  if (items.some((item) => stringOf(item) === null)) refuse("the tags are code");
  const [first] = tags;
  if (first === undefined) change.removeMember(object, "tags");
  else {
    const value =
      tags.length === 1 ? change.quoted(first) : { items: tags.map((tag) => change.quoted(tag)) };
    if (node === null) change.addMember(object, "tags", value);
    else {
      change.replace(
        node,
        valueText(change.style, value, indentAt(change.source.text, node.start)),
      );
    }
  }
}

export function setStateActions(change: Change, operation: OperationOf<"setStateActions">): void {
  const { path, when, actions } = operation;
  const state = writableState(change, path);
  if (state.type === "history") refuse("a history state does nothing by itself");
  setActionList(change, { object: state.object, member: when, items: actions });
}
