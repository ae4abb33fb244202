/**
 * Moves a state into another parent, as it is written, at the indentation of its new place. Every target that
 * would lead elsewhere then is written anew; all others stay.
 */
import { addFirstChild, childrenObject, refuseTaken, writableState } from "./edit-states.ts";
import type { WritableState } from "./edit-states.ts";
import { refuse } from "./change.ts";
import type { Change, TextEdit } from "./change.ts";
import type { OperationOf } from "./operation.ts";
import { commaAfter, endOfItem, indentAt, isFirstOnLine, rangeOfItem } from "./position.ts";
import { reindent, templatesIn } from "./reindent.ts";
import { takeOff } from "./remove-state.ts";
import { byHand, mentionsIn } from "./rename-state.ts";
import type { Mention } from "./rename-state.ts";
import { pathText } from "./source.ts";
import type { Path } from "./source.ts";
import { quoted } from "./style.ts";
import { anchored, isSamePath, startsWith, writeTarget } from "./target.ts";

export function moveState(change: Change, operation: OperationOf<"moveState">): readonly string[] {
  const { path } = operation;
  const state = writableState(change, path);
  const parent = writableState(change, operation.parent);
  if (startsWith(parent.path, path)) refuse("a state cannot be moved into itself");
  if (isSamePath(parent.path, path.slice(0, -1))) refuse("it is there already");
  refuseTaken(parent, state.key);
  if (state.property?.shorthand === true) {
    refuse(`the key "${state.key}" names a constant too; move it in code`);
  }
  const rewritten = rewriteTargets(change, { from: path, to: [...parent.path, state.key] });
  const inside = (edit: TextEdit): boolean =>
    state.property !== null && edit.start >= state.property.start && edit.end <= state.property.end;
  for (const edit of rewritten.filter((one) => !inside(one))) change.replace(edit, edit.text);
  const moved = movedText(change, state, rewritten.filter(inside));
  const notes = takeOff(change, state);
  const states = childrenObject(change, parent);
  if (states !== null) change.addText(states, moved.member, moved.comment);
  else {
    addFirstChild(change, parent, {
      key: state.key,
      value: moved.value,
      isHistory: state.type === "history",
    });
  }
  const parts = rewritten.length === 0 ? [] : [`${rewritten.length} targets are written anew`];
  return [...parts, ...notes, ...byHand(change, state.key)];
}

interface Move {
  readonly from: Path;
  readonly to: Path;
}

function rewriteTargets(change: Change, move: Move): readonly TextEdit[] {
  const { mentions, unread } = mentionsIn(change);
  const moved = (path: Path): Path =>
    startsWith(path, move.from) ? [...move.to, ...path.slice(move.from.length)] : path;
  if (unread.length > 0) {
    // What is code may name it in a way that holds only where it is.
    refuse(`some targets are code, and may lead elsewhere after a move: ${unread[0] ?? ""}`);
  }
  return mentions
    .filter(({ kind }) => kind !== "initial")
    .flatMap((mention) => rewriteTarget(change, mention, moved));
}

/** A target as it is to be written where states are moved; nothing if it holds as it is. */
export function rewriteTarget(
  change: Change,
  { state, node, value }: Mention,
  moved: (path: Path) => Path,
): readonly TextEdit[] {
  const { source } = change;
  const found = anchored(source, state, value);
  if (found === null) return [];
  const want = moved([...found.anchor, ...found.keys]);
  const from = moved(state.path);
  const anchor = found.prefix.startsWith("#")
    ? moved(found.anchor)
    : found.prefix === "."
      ? from
      : from.slice(0, -1);
  if (isSamePath([...anchor, ...found.keys], want)) return [];
  const mark = source.text[node.start] === "'" ? "'" : '"';
  const text = quoted({ quote: mark }, writeTarget(source, from, want, { moved }));
  return [{ start: node.start, end: node.end, text }];
}

interface Moved {
  /** With the comments above it. */
  readonly member: (indent: string) => string;
  readonly value: (indent: string) => string;
  /** What follows it on its last line. */
  readonly comment: string;
}

export function movedText(change: Change, state: WritableState, edits: readonly TextEdit[]): Moved {
  const { source } = change;
  const { property, parent } = state;
  if (property === null || parent === null || parent.states === null) {
    return refuse(`"${pathText(state.path)}" cannot be moved`);
  }
  const isOwnLine = isFirstOnLine(source.text, property.start);
  const range = rangeOfItem(source, property, parent.states);
  const start = isOwnLine ? range.start : property.start;
  const comma = commaAfter(source, property.end);
  const behind = comma === null ? property.end : comma + 1;
  const from = indentAt(source.text, property.start);
  const text = (at: number): ((indent: string) => string) => {
    const sorted = edits.filter((edit) => edit.start >= at).toSorted((a, b) => a.start - b.start);
    return (to) => rebuilt(change, { start: at, end: property.end }, { edits: sorted, from, to });
  };
  return {
    member: (indent) => text(start)(indent).trimStart(),
    value: text(property.value.start),
    comment: source.text.slice(behind, endOfItem(source, property)),
  };
}

interface Rebuild {
  readonly edits: readonly TextEdit[];
  readonly from: string;
  readonly to: string;
}

/** The text of a range with edits made in it, at another indentation. */
function rebuilt(
  { source }: Change,
  { start, end }: { readonly start: number; readonly end: number },
  { edits, from, to }: Rebuild,
): string {
  const templates = templatesIn(source);
  const pieces: string[] = [];
  let at = start;
  for (const edit of [...edits, { start: end, end, text: "" }]) {
    const offset = at;
    const isText = (place: number): boolean =>
      templates.some((one) => offset + place > one.start && offset + place <= one.end);
    pieces.push(reindent(source.text.slice(offset, edit.start), { from, to }, isText), edit.text);
    at = edit.end;
  }
  return pieces.join("");
}
