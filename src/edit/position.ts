/** Places in a text: lines, indentation, commas, and what belongs to an item of a list. */
import type { ArrayNode, Node, ObjectNode, Syntax } from "./syntax.ts";

export interface Range {
  readonly start: number;
  readonly end: number;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** The white space that the line of an offset begins with. */
export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset)))?.[0] ?? "";
}

/** Whether nothing but white space stands before it on its line. */
export function isFirstOnLine(text: string, offset: number): boolean {
  return text.slice(lineStart(text, offset), offset).trim() === "";
}

/** Whether it has more than one line. */
export function isBroken(text: string, { start, end }: Range): boolean {
  return text.slice(start, end).includes("\n");
}

/** Offset of the comma that follows, past comments; null: something else does. */
export function commaAfter({ text, comments }: Syntax, offset: number): number | null {
  for (let at = offset; at < text.length; at += 1) {
    const comment = comments.find(({ start, end }) => start <= at && at < end);
    if (comment !== undefined) at = comment.end - 1;
    else if (text[at] === ",") return at;
    else if (text[at]?.trim() !== "") return null;
  }
  return null;
}

/** The end of a comment that follows on the same line, or the offset itself. */
function endOfLineComment({ text, comments }: Syntax, offset: number): number {
  const comment = comments.find(
    ({ start, end }) =>
      start >= offset &&
      /^[ \t]*$/.test(text.slice(offset, start)) &&
      !text.slice(start, end).includes("\n"),
  );
  // One in the middle of a line belongs to what follows it.
  const isLast = comment !== undefined && /^[ \t]*\r?(\n|$)/.test(text.slice(comment.end));
  return isLast ? comment.end : offset;
}

/** The end of an item with its comma and its comment. */
export function endOfItem(syntax: Syntax, item: Node): number {
  const comma = commaAfter(syntax, item.end);
  return endOfLineComment(syntax, comma === null ? item.end : comma + 1);
}

export function itemsOf(list: ObjectNode | ArrayNode): readonly Node[] {
  return "properties" in list ? list.properties : list.elements.filter((node) => node !== null);
}

/** What goes when an item goes: its lines with the comments above it, its comma, and its comment. */
export function rangeOfItem(syntax: Syntax, item: Node, list: ObjectNode | ArrayNode): Range {
  const { text } = syntax;
  const items = itemsOf(list);
  const before = items[items.indexOf(item) - 1];
  const floor = before === undefined ? list.start + 1 : endOfItem(syntax, before);
  const end = endOfItem(syntax, item);
  const isOwnLine = isFirstOnLine(text, item.start) && lineStart(text, item.start) >= floor;
  if (isOwnLine) return wholeLines(text, startWithComments(syntax, item.start, floor), end);
  if (items.length === 1) return { start: list.start + 1, end: list.end - 1 };
  // Of `{ a, b }` the comma before `b` goes with it; one after it stays, where the file has such.
  if (before !== undefined && item === items.at(-1)) return { start: before.end, end: item.end };
  return { start: item.start, end: end + (/^ */.exec(text.slice(end))?.[0].length ?? 0) };
}

/** Comments on lines of their own right above belong to it. */
function startWithComments({ text, comments }: Syntax, offset: number, floor: number): number {
  let start = offset;
  for (const comment of comments.toReversed()) {
    const isAbove = comment.end <= lineStart(text, start) && comment.start >= floor;
    if (!isAbove || !isFirstOnLine(text, comment.start)) continue;
    if (!/^[ \t]*\r?\n[ \t]*$/.test(text.slice(comment.end, start))) break;
    start = comment.start;
  }
  return lineStart(text, start);
}

function wholeLines(text: string, start: number, end: number): Range {
  const rest = /^[ \t]*\r?\n/.exec(text.slice(end));
  const after = end + (rest?.[0].length ?? 0);
  // Of two empty lines around it, one is enough.
  const isAfterEmpty = /\n[ \t]*\r?\n$/.test(text.slice(0, start));
  const empty = isAfterEmpty ? /^[ \t]*\r?\n/.exec(text.slice(after)) : null;
  return { start, end: after + (empty?.[0].length ?? 0) };
}
