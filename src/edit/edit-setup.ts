/** Invokes, and stubs in `setup` for the names that a chart is to use. */
import { branchValue } from "./edit-transitions.ts";
import { writableState } from "./edit-states.ts";
import { refuse } from "./change.ts";
import type { Change } from "./change.ts";
import { addImport } from "./imports.ts";
import type { OperationOf } from "./operation.ts";
import { indentAt } from "./position.ts";
import { reindentAt } from "./reindent.ts";
import { pathText } from "./source.ts";
import { brokenText } from "./style.ts";
import type { Value } from "./style.ts";
import { isArrayNode, isObjectNode, keyOf, lineOf, propertyOf, valueOf } from "./syntax.ts";
import type { ObjectNode } from "./syntax.ts";

export function addInvoke(change: Change, operation: OperationOf<"addInvoke">): void {
  const { path, id } = operation;
  const state = writableState(change, path);
  if (state.type === "final" || state.type === "history") {
    refuse(`a ${state.type} state invokes nothing`);
  }
  if (state.invokes.some((invoke) => invoke.id === id)) {
    refuse(`"${pathText(path)}" has an invoke "${id}" already`);
  }
  const value = invokeValue(change, operation);
  const property = propertyOf(state.object, "invoke");
  if (property === null) change.addMember(state.object, "invoke", value);
  else addToInvokes(change, state.object, value);
}

function invokeValue(change: Change, operation: OperationOf<"addInvoke">): Value {
  const { path, id, src, onDone, onError } = operation;
  const entries: readonly (readonly [string, Value])[] = [
    ["id", change.quoted(id)],
    ["src", change.quoted(src)],
    ["input", "{}"],
    ...(onDone === null
      ? []
      : [["onDone", branchValue(change, path, { target: onDone })] as const]),
    ...(onError === null
      ? []
      : [["onError", branchValue(change, path, { target: onError })] as const]),
  ];
  return (indent) => brokenText(change.style, { entries }, indent);
}

function addToInvokes(change: Change, object: ObjectNode, added: Value): void {
  const { source, style } = change;
  const node = valueOf(object, "invoke");
  if (isArrayNode(node)) {
    if (node.elements.some((item) => item?.type === "SpreadElement")) {
      refuse("the invokes are code");
    }
    change.addItems(node, [added]);
  } else if (isObjectNode(node)) {
    const items = [reindentAt(source, node), added];
    change.replace(node, brokenText(style, { items }, indentAt(source.text, node.start)));
  } else refuse("the invoke is code", { line: lineOf(source, node?.start ?? object.start) });
}

export function removeInvoke(change: Change, { path, invoke }: OperationOf<"removeInvoke">): void {
  const state = writableState(change, path);
  const node = valueOf(state.object, "invoke");
  const found = state.invokes[invoke];
  if (found === undefined) return refuse(`"${pathText(path)}" has no invoke ${invoke}`);
  if (isArrayNode(node) && node.elements.length > 1) change.remove(found.node, node);
  else change.removeMember(state.object, "invoke");
}

export function addImplementation(
  change: Change,
  operation: OperationOf<"addImplementation">,
): readonly string[] {
  const { kind, name } = operation;
  const { setup } = change.source;
  if (setup === null) return refuse("the machine is made without setup, where names are given");
  const property = propertyOf(setup, kind);
  const held = valueOf(setup, kind);
  if (property !== null && !isObjectNode(held)) refuse(`"${kind}" of setup is code`);
  const holder = isObjectNode(held) ? held : null;
  if (holder?.properties.some((member) => keyOf(member) === name) === true) {
    refuse(`"${name}" is in the ${kind} of setup already`);
  }
  const stub = stubOf(change, operation);
  if (holder !== null) change.addMember(holder, name, stub, "end");
  else {
    const entries = [[name, stub]] as const;
    change.addMember(setup, kind, (indent) => brokenText(change.style, { entries }, indent));
  }
  return stubNotes(operation);
}

/** What does least until somebody writes it. */
function stubOf(change: Change, { kind, delayMs }: OperationOf<"addImplementation">): string {
  switch (kind) {
    case "actors":
      addImport(change, "activity", (module) => /(^sagachart$|\/src\/index\.ts$)/.test(module));
      return "activity<object, unknown>()";
    case "actions":
      addImport(change, "assign", (module) => module === "xstate");
      return "assign({})";
    case "guards":
      return "() => false";
    case "delays":
      return delayText(change, delayMs);
  }
}

function delayText({ source }: Change, delayMs: number): string {
  const isGrouped = /\b\d{1,3}(_\d{3})+\b/.test(source.text);
  return isGrouped ? String(delayMs).replaceAll(/\B(?=(\d{3})+$)/g, "_") : String(delayMs);
}

function stubNotes({ kind, name }: OperationOf<"addImplementation">): readonly string[] {
  switch (kind) {
    case "actors":
      return [
        `activities.ts needs a function "${name}", and the compensations of index.ts a word about it`,
      ];
    case "actions":
      return [`the action "${name}" changes nothing until it is written`];
    case "guards":
      return [`the guard "${name}" says no until it is written`];
    case "delays":
      return [];
  }
}
