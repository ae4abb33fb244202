/**
 * The change of a text: replacements that are collected first and made at once, so that every place is that of
 * the text as it was. What is not replaced stays as it is, to the last space.
 */
import { SagaError } from "../errors.ts";
import {
  commaAfter,
  endOfItem,
  indentAt,
  isBroken,
  isFirstOnLine,
  itemsOf,
  rangeOfItem,
} from "./position.ts";
import type { Range } from "./position.ts";
import type { ChartSource } from "./source.ts";
import { LINE_LENGTH_MAX, keyText, memberText, quoted, styleOf, valueText } from "./style.ts";
import type { Style, Value } from "./style.ts";
import { keyOf, lineOf, stringOf, valueOf } from "./syntax.ts";
import type { ArrayNode, Node, ObjectNode } from "./syntax.ts";

export interface TextEdit extends Range {
  readonly text: string;
}

/** @throws {SagaError} SAGA_EDIT_REFUSED always: what cannot be edited is never guessed. */
export function refuse(reason: string, details: Readonly<Record<string, unknown>> = {}): never {
  throw new SagaError("SAGA_EDIT_REFUSED", reason, { details });
}

/** Members in the order that charts are written in; one that is added finds its place by it. */
const MEMBER_ORDER = [
  "types",
  "actors",
  "actions",
  "guards",
  "delays",
  "id",
  "context",
  "description",
  "tags",
  "type",
  "history",
  "target",
  "entry",
  "exit",
  "initial",
  "invoke",
  "always",
  "on",
  "after",
  "states",
  "onDone",
  "output",
  "meta",
];

export class Change {
  readonly source: ChartSource;
  readonly style: Style;
  readonly #edits: TextEdit[] = [];
  readonly #removed: Range[] = [];
  /** Items that are gone, so that a list knows when it is empty. */
  readonly #gone = new Set<Node>();

  constructor(source: ChartSource) {
    this.source = source;
    this.style = styleOf(source);
  }

  /** In order of place; what lies within something that is removed is left out. */
  edits(): readonly TextEdit[] {
    const isWithin = (edit: TextEdit): boolean =>
      this.#removed.some((range) => range !== edit && holds(range, edit));
    // What stands in a constant is found once for each place that names it.
    const distinct = new Map(
      this.#edits.map((edit, at) => [edit.start === edit.end ? at : JSON.stringify(edit), edit]),
    );
    const edits = [...distinct.values()]
      .filter((edit) => !isWithin(edit))
      .toSorted((a, b) => a.start - b.start || a.end - b.end);
    edits.forEach((edit, at) => {
      const before = edits[at - 1];
      if (before === undefined || before.end <= edit.start) return;
      refuse("two parts of the edit want the same place of the text; edit it in code", {
        line: lineOf(this.source, edit.start),
      });
    });
    return edits;
  }

  replace({ start, end }: Range, text: string): void {
    this.#edits.push({ start, end, text });
  }

  insert(offset: number, text: string): void {
    this.#edits.push({ start: offset, end: offset, text });
  }

  /** Another string in the place of a literal, in its quotes. */
  replaceString(node: Node, value: string): void {
    const mark = this.source.text[node.start];
    const text =
      mark === "`"
        ? `\`${value.replaceAll(/[\\`]|\$\{/g, String.raw`\$&`)}\``
        : quoted({ quote: mark === "'" ? "'" : '"' }, value);
    this.replace(node, text);
  }

  /** Takes an item off with its comments; a list that would be empty must be taken off itself. */
  remove(item: Node, list: ObjectNode | ArrayNode): void {
    this.#gone.add(item);
    const range = { ...rangeOfItem(this.source, item, list), text: "" };
    this.#removed.push(range);
    this.#edits.push(range);
    this.#mendLastComma(item, list);
  }

  isGone(item: Node): boolean {
    return this.#gone.has(item);
  }

  /** Marks an item as gone whose holder is taken off. */
  forget(item: Node): void {
    this.#gone.add(item);
  }

  /** Items of a list that stay. */
  left(list: ObjectNode | ArrayNode): readonly Node[] {
    return itemsOf(list).filter((item) => !this.#gone.has(item));
  }

  // Where a file has no last commas, the item that is last now loses the one it had.
  #mendLastComma(item: Node, list: ObjectNode | ArrayNode): void {
    const items = itemsOf(list);
    const before = items[items.indexOf(item) - 1];
    const isLast = items.at(-1) === item && commaAfter(this.source, item.end) === null;
    if (!isLast || before === undefined || !isFirstOnLine(this.source.text, item.start)) return;
    const comma = commaAfter(this.source, before.end);
    if (comma !== null) this.replace({ start: comma, end: comma + 1 }, "");
  }

  /** A new property of an object, at its place in the order of charts, or behind `after`. */
  addMember(object: ObjectNode, key: string, value: Value, after?: Node | "end"): void {
    this.#refuseHidden(object, key);
    const properties = this.left(object);
    const behind = after === "end" ? properties.at(-1) : (after ?? placeOf(properties, key));
    if (object.properties.length === 0) this.#fill(object, key, value);
    else if (isBroken(this.source.text, object)) this.#addLine(object, behind, key, value);
    else this.#addInLine(object, behind, [key, value]);
  }

  /** New items at the end of a list. */
  addItems(list: ArrayNode, values: readonly Value[]): void {
    if (values.length === 0) return;
    const { text } = this.source;
    const { eol } = this.style;
    const last = itemsOf(list).at(-1);
    if (last === undefined) {
      this.replace(list, valueText(this.style, { items: values }, indentAt(text, list.start)));
    } else if (isBroken(text, list) && isFirstOnLine(text, last.start)) {
      const indent = indentAt(text, last.start);
      const lines = values.map((value) => indent + valueText(this.style, value, indent));
      this.#insertBehind(last, list, (end) => lines.join(`,${eol}`) + end);
    } else {
      const indent = indentAt(text, list.start);
      const added = values.map((value) => `, ${valueText(this.style, value, indent)}`);
      this.insert(last.end, added.join(""));
    }
  }

  /** A property that is text already, at the end; `comment` follows it on its line. */
  addText(object: ObjectNode, member: (indent: string) => string, comment: string): void {
    const { text } = this.source;
    const { eol, unit, hasLastComma } = this.style;
    const last = object.properties.at(-1);
    if (last !== undefined && isBroken(text, object) && isFirstOnLine(text, last.start)) {
      const indent = indentAt(text, last.start);
      this.#insertBehind(last, object, (end) => indent + member(indent) + end + comment);
      return;
    }
    const outer = indentAt(text, object.start);
    const inner = outer + unit;
    const lines = object.properties.map(({ start, end }) => `${inner}${text.slice(start, end)},`);
    const added = inner + member(inner) + (hasLastComma ? "," : "") + comment;
    this.replace(object, `{${eol}${[...lines, added].join(eol)}${eol}${outer}}`);
  }

  // A spread may hold the property already, and what is written here would hide it, or be hidden.
  #refuseHidden({ properties }: ObjectNode, key: string): void {
    const spread = properties.find(({ type }) => type === "SpreadElement");
    if (spread === undefined) return;
    const source = this.source.text.slice(spread.start, spread.end);
    refuse(`"${key}" may stand in ${source} already`, { line: lineOf(this.source, spread.start) });
  }

  /** The first property of an object without any. */
  #fill(object: ObjectNode, key: string, value: Value): void {
    const { text } = this.source;
    const indent = indentAt(text, object.start);
    const hasComment = text.slice(object.start + 1, object.end - 1).trim() !== "";
    if (!hasComment) {
      const used = object.start - text.lastIndexOf("\n", object.start - 1) - 1 - indent.length;
      const entries: readonly (readonly [string, Value])[] = [[key, value]];
      this.replace(object, valueText(this.style, { entries }, indent, used));
      return;
    }
    const inner = indent + this.style.unit;
    const member = memberText(this.style, key, value, inner);
    const isOwnLine = isFirstOnLine(text, object.end - 1);
    const lead = isOwnLine ? this.style.unit : this.style.eol + inner;
    this.insert(object.end - 1, `${lead}${member},${this.style.eol}${indent}`);
  }

  #addLine(object: ObjectNode, behind: Node | undefined, key: string, value: Value): void {
    const { text } = this.source;
    const [first] = this.left(object);
    const beside = behind ?? first ?? object;
    const indent = isFirstOnLine(text, beside.start)
      ? indentAt(text, beside.start)
      : indentAt(text, object.start) + this.style.unit;
    const member = memberText(this.style, key, value, indent);
    if (behind !== undefined) this.#insertBehind(behind, object, (end) => indent + member + end);
    else this.insert(beside.start, `${member},${this.style.eol}${indent}`);
  }

  /** A line behind an item. The item gets the comma that it needs now, and the last line as the file has it. */
  #insertBehind(item: Node, list: ObjectNode | ArrayNode, line: (end: string) => string): void {
    const comma = commaAfter(this.source, item.end);
    const isLast = itemsOf(list).at(-1) === item;
    const hasComma = comma !== null && comma < list.end;
    if (!hasComma) this.insert(item.end, ",");
    const end = isLast && !hasComma && !this.style.hasLastComma ? "" : ",";
    this.insert(endOfItem(this.source, item), this.style.eol + line(end));
  }

  #addInLine(
    object: ObjectNode,
    behind: Node | undefined,
    [key, value]: readonly [string, Value],
  ): void {
    const { text } = this.source;
    const indent = indentAt(text, object.start);
    const member = memberText(this.style, key, value, indent);
    const lineEnd = text.indexOf("\n", object.end);
    const line = text.slice(text.lastIndexOf("\n", object.start) + 1, lineEnd);
    const isTooLong = line.trimEnd().length + member.length + 2 > LINE_LENGTH_MAX;
    const hasComment = /\/\/|\/\*/.test(text.slice(object.start, object.end));
    if ((isTooLong || member.includes("\n")) && !hasComment) {
      this.#openUp(object, behind, [key, value]);
    } else if (behind === undefined) {
      this.insert(this.left(object)[0]?.start ?? object.end - 1, `${member}, `);
    } else this.insert(behind.end, `, ${member}`);
  }

  /** An object of one line gets a line for each property, which stay as they are. */
  #openUp(
    object: ObjectNode,
    behind: Node | undefined,
    [key, value]: readonly [string, Value],
  ): void {
    const { text } = this.source;
    const indent = indentAt(text, object.start);
    const inner = indent + this.style.unit;
    const added = inner + memberText(this.style, key, value, inner);
    const lines = object.properties.map(
      (property) => inner + text.slice(property.start, property.end),
    );
    lines.splice(behind === undefined ? 0 : object.properties.indexOf(behind) + 1, 0, added);
    const { eol, hasLastComma } = this.style;
    const last = hasLastComma ? "," : "";
    this.replace(object, `{${eol}${lines.join(`,${eol}`)}${last}${eol}${indent}}`);
  }

  /** Sets a property that holds a string; null takes it off. */
  setString(object: ObjectNode, key: string, value: string | null): void {
    const node = valueOf(object, key);
    if (node === null) {
      if (value !== null) this.addMember(object, key, this.quoted(value));
      return;
    }
    if (stringOf(node) === null) {
      refuse(`"${key}" is code`, { line: lineOf(this.source, node.start) });
    }
    if (value !== null) this.replaceString(node, value);
    else this.removeMember(object, key);
  }

  removeMember(object: ObjectNode, key: string): void {
    const property = object.properties.findLast((member) => keyOf(member) === key);
    if (property !== undefined) this.remove(property, object);
  }

  quoted(value: string): string {
    return quoted(this.style, value);
  }

  keyText(key: string): string {
    return keyText(this.style, key);
  }
}

/** The property behind which a new one stands; undefined: before all. */
function placeOf(properties: readonly Node[], key: string): Node | undefined {
  const rank = MEMBER_ORDER.indexOf(key);
  if (rank === -1) return properties.at(-1);
  return properties.findLast((property) => {
    const other = MEMBER_ORDER.indexOf(keyOf(property) ?? "");
    return other !== -1 && other < rank;
  });
}

/** Whether what is removed takes an edit along; one that is inserted at its border stays. */
function holds(range: Range, { start, end }: Range): boolean {
  const isAtBorder = start === end && (start === range.start || start === range.end);
  return start >= range.start && end <= range.end && !isAtBorder;
}

/** The text with all edits made. They do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let at = 0;
  let result = "";
  for (const edit of edits) {
    if (edit.start < at) throw new Error(`edits overlap at offset ${edit.start}`);
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}
