/** Renames a state: its key, and every target, initial state and history in the file that names it. */
import { writableState, refuseTaken } from "./edit-states.ts";
import { refuse } from "./change.ts";
import type { Change } from "./change.ts";
import type { OperationOf } from "./operation.ts";
import type { SourceTransition } from "./read-transitions.ts";
import { findState, pathText, statesFrom } from "./source.ts";
import type { Path, SourceState } from "./source.ts";
import { isObjectNode, lineOf, stringOf, valueOf } from "./syntax.ts";
import type { Node } from "./syntax.ts";
import { anchored, isSamePath, joinTarget } from "./target.ts";

/** A string of the file that names a state. */
export interface Mention {
  readonly state: SourceState;
  readonly node: Node;
  readonly value: string;
  /** An initial state is a key of the state itself, and a history's target counts as a sibling's. */
  readonly kind: "target" | "initial" | "history";
}

export interface Mentions {
  readonly mentions: readonly Mention[];
  /** What is code, and may name states too. */
  readonly unread: readonly string[];
}

/** All strings that name states. */
export function mentionsIn({ source }: Change): Mentions {
  const all = statesFrom(source.root).flatMap((state) => [
    ...state.transitions.map((transition) => targetMentions(state, transition)),
    entryMention(state, "initial", "initial"),
    ...(state.type === "history" ? [entryMention(state, "target", "history")] : []),
  ]);
  return {
    mentions: all.flatMap(({ mentions }) => mentions),
    unread: all.flatMap(({ unread }) => unread),
  };
}

function targetMentions(state: SourceState, transition: SourceTransition): Mentions {
  const { targets, locks, kind, event } = transition;
  const code = locks.target ?? (targets.length === 0 ? locks.all : null);
  return {
    mentions: targets.map(({ node, value }) => ({ state, node, value, kind: "target" })),
    unread: code === null ? [] : [`${pathText(state.path)}, ${kind} ${event}: ${code}`],
  };
}

function entryMention(
  state: SourceState,
  member: "initial" | "target",
  kind: Mention["kind"],
): Mentions {
  const written = valueOf(state.object, member);
  if (written === null) return { mentions: [], unread: [] };
  const node = isObjectNode(written) ? valueOf(written, "target") : written;
  const value = stringOf(node);
  if (node === null || value === null) {
    return { mentions: [], unread: [`${pathText(state.path)}, ${member}: it is code`] };
  }
  return { mentions: [{ state, node, value, kind }], unread: [] };
}

export function renameState(
  change: Change,
  { path, to }: OperationOf<"renameState">,
): readonly string[] {
  const { source } = change;
  const state = writableState(change, path);
  const { property, parent, key } = state;
  if (property === null || parent === null) {
    return refuse("the root is named by the id of the machine");
  }
  const place = { line: lineOf(source, property.start) };
  if (property.shorthand) refuse(`the key "${key}" names a constant too; rename it in code`, place);
  if (property.computed) refuse(`the key of "${key}" is computed`, place);
  if (to === key) return [];
  refuseTaken(parent, to);
  change.replace(property.key, change.keyText(to));
  const { mentions, unread } = mentionsIn(change);
  const followed = mentions.filter((mention) => renameIn(change, mention, { path, to }));
  return [
    ...(followed.length === 0
      ? []
      : [counted(followed.length, "reference follows", "references follow")]),
    ...unread.map((text) => `not checked: ${text}`),
    ...byHand(change, key),
  ];
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Whether the mention names the state, or one below it by way of it. */
function renameIn(
  change: Change,
  mention: Mention,
  { path, to }: { path: Path; to: string },
): boolean {
  const { state, value, node, kind } = mention;
  const { source } = change;
  if (kind === "initial") {
    const isIt = isSamePath([...state.path, value], path);
    if (isIt) change.replaceString(node, to);
    return isIt;
  }
  const found = anchored(source, state, value);
  const at = path.length - 1 - (found?.anchor.length ?? 0);
  if (found === null || at < 0 || at >= found.keys.length) return false;
  if (!isSamePath([...found.anchor, ...found.keys.slice(0, at + 1)], path)) return false;
  if (findState(source, path) === null) return false;
  change.replaceString(node, joinTarget(found.prefix, found.keys.with(at, to)));
  return true;
}

/** Other code may name states too, by paths that nobody reads here. */
export function byHand({ source }: Change, key: string): readonly string[] {
  const name = key.replaceAll(/[$.*+?^{}()|[\]\\]/g, String.raw`\$&`);
  const pattern = new RegExp(
    String.raw`\b(?:stateIn|matches)\(\s*["'\`{][^)]*\b${name}\b[^)]*\)`,
    "g",
  );
  return [...source.text.matchAll(pattern)].map(
    (match) => `check by hand: ${match[0]} in line ${lineOf(source, match.index)}`,
  );
}
