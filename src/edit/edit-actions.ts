/** Lists of actions: what is kept stays as it is written, and what is new is added by name. */
import { refuse } from "./change.ts";
import type { Change } from "./change.ts";
import type { ActionItem } from "./operation.ts";
import { indentAt } from "./position.ts";
import { reindentAt } from "./reindent.ts";
import { valueText } from "./style.ts";
import type { Value } from "./style.ts";
import { describe, isArrayNode, lineOf, nameOf, valueOf } from "./syntax.ts";
import type { ArrayNode, Node, ObjectNode } from "./syntax.ts";

export interface ActionList {
  readonly object: ObjectNode;
  /** `actions`, `entry` or `exit`. */
  readonly member: string;
  readonly items: readonly ActionItem[];
}

export function setActionList(change: Change, { object, member, items }: ActionList): void {
  const node = valueOf(object, member);
  const written = writtenItems(node);
  refuseCode(change, node, written);
  refuseMissing(items, written);
  if (items.length === 0) change.removeMember(object, member);
  else if (isArrayNode(node) && isOnlyAddedTo(items)) changeInPlace(change, node, items);
  else {
    const values = items.map((item) => itemValue(change, written, item));
    const value: Value = values.length === 1 ? (values[0] ?? "") : { items: values };
    const indent = indentAt(change.source.text, node?.start ?? 0);
    if (node === null) change.addMember(object, member, value);
    else change.replace(node, valueText(change.style, value, indent));
  }
}

function writtenItems(node: Node | null): readonly Node[] {
  if (isArrayNode(node)) return node.elements.filter((item) => item !== null);
  return node === null ? [] : [node];
}

function refuseMissing(items: readonly ActionItem[], written: readonly Node[]): void {
  const missing = items.find((item) => typeof item === "object" && item.keep >= written.length);
  if (missing === undefined) return;
  refuse(`there is no such action to keep; there are ${written.length}`);
}

function refuseCode({ source }: Change, node: Node | null, written: readonly Node[]): void {
  const code =
    written.find(({ type }) => type === "SpreadElement") ??
    (node !== null && nameOf(node) !== null ? node : undefined);
  if (code === undefined) return;
  refuse(`the actions are ${describe(source, code)}`, { line: lineOf(source, code.start) });
}

/** Whether what is kept is in its order, and all that is new comes behind it. */
function isOnlyAddedTo(items: readonly ActionItem[]): boolean {
  const kept = items.flatMap((item) => (typeof item === "object" ? [item.keep] : []));
  const isOrdered = kept.every((place, at) => at === 0 || place > (kept[at - 1] ?? 0));
  const isBehind = items.slice(0, kept.length).every((item) => typeof item === "object");
  return kept.length > 0 && isOrdered && isBehind;
}

function changeInPlace(change: Change, list: ArrayNode, items: readonly ActionItem[]): void {
  const kept = items.flatMap((item) => (typeof item === "object" ? [item.keep] : []));
  const added = items.flatMap((item) => (typeof item === "string" ? [item] : []));
  const goes = list.elements.filter((node, at) => node !== null && !kept.includes(at));
  // What is removed at the end and what is added there would meet.
  if (goes.length > 0 && added.length > 0) {
    const written = list.elements.filter((node) => node !== null);
    const values = items.map((item) => itemValue(change, written, item));
    const indent = indentAt(change.source.text, list.start);
    change.replace(list, valueText(change.style, { items: values }, indent));
    return;
  }
  for (const node of goes) if (node !== null) change.remove(node, list);
  change.addItems(
    list,
    added.map((name) => change.quoted(name)),
  );
}

/** An action of a list as it will be written. */
function itemValue(change: Change, written: readonly Node[], item: ActionItem): Value {
  if (typeof item === "string") return change.quoted(item);
  const node = written[item.keep];
  return node === undefined
    ? refuse("there is no such action to keep")
    : reindentAt(change.source, node);
}
