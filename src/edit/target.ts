/**
 * Targets as XState reads them: `x`, `x.y`, `.x`, `#id`, `#id.x` and the root's own `#machine.a.b`; what state
 * each names, and how a state is best named from another.
 */
import { findState, stateId, statesFrom } from "./source.ts";
import type { ChartSource, Path, SourceState } from "./source.ts";

/** A target taken apart: the state that it counts from, and the keys from there. */
export interface Anchored {
  /** What stands before the keys: `#id`, `.` or nothing. */
  readonly prefix: string;
  readonly anchor: Path;
  readonly keys: readonly string[];
}

/** Null: it names no state that the file writes. */
export function anchored(
  source: ChartSource,
  from: Pick<SourceState, "path">,
  target: string,
): Anchored | null {
  if (target.startsWith("#")) {
    const [id = "", ...keys] = splitKeys(target.slice(1));
    const anchor = statesFrom(source.root).find((state) => stateId(source, state) === id);
    return anchor === undefined ? null : { prefix: `#${id}`, anchor: anchor.path, keys };
  }
  if (target.startsWith(".")) {
    return { prefix: ".", anchor: from.path, keys: splitKeys(target.slice(1)) };
  }
  if (from.path.length === 0) return null;
  return { prefix: "", anchor: from.path.slice(0, -1), keys: splitKeys(target) };
}

/** The state that a target names, by its path; null if the file writes no such state. */
export function resolveTarget(
  source: ChartSource,
  from: Pick<SourceState, "path">,
  target: string,
): Path | null {
  const found = anchored(source, from, target);
  if (found === null) return null;
  const path = [...found.anchor, ...found.keys];
  return findState(source, path) === null ? null : path;
}

/** The keys of a target after its prefix. A dot in a key is written `\.`. */
function splitKeys(text: string): readonly string[] {
  const keys: string[] = [""];
  for (let at = 0; at < text.length; at += 1) {
    const isEscaped = text[at] === "\\" && text[at + 1] === ".";
    if (isEscaped) at += 1;
    if (text[at] === "." && !isEscaped) keys.push("");
    else keys[keys.length - 1] += text[at] ?? "";
  }
  return keys;
}

export function joinTarget(prefix: string, keys: readonly string[]): string {
  const joined = keys.map((key) => key.replaceAll(".", String.raw`\.`)).join(".");
  if (prefix === "." || prefix === "" || keys.length === 0) return prefix + joined;
  return `${prefix}.${joined}`;
}

/** What paths and ids are to be when the edit is done; a move changes the first, and nothing the second. */
export interface Aim {
  readonly moved: (path: Path) => Path;
}

const STILL: Aim = { moved: (path) => path };

/**
 * How the state at `to` is named from the state at `from`: by its key among siblings, with a dot below itself,
 * else by the nearest id above it. Both paths are those after the edit.
 */
export function writeTarget(
  source: ChartSource,
  from: Path,
  to: Path,
  { moved }: Aim = STILL,
): string {
  if (to.length > from.length && startsWith(to, from)) {
    return joinTarget(".", to.slice(from.length));
  }
  const above = from.slice(0, -1);
  if (from.length > 0 && to.length > above.length && startsWith(to, above)) {
    return joinTarget("", to.slice(above.length));
  }
  const named = statesFrom(source.root)
    .filter(({ explicitId, path }) => explicitId !== null && path.length > 0)
    .map(({ explicitId, path }) => ({ id: explicitId ?? "", path: moved(path) }))
    .filter(({ id, path }) => !id.includes(".") && startsWith(to, path))
    .toSorted((a, b) => b.path.length - a.path.length);
  const nearest = named[0] ?? { id: source.id, path: [] };
  return joinTarget(`#${nearest.id}`, to.slice(nearest.path.length));
}

export function startsWith(path: Path, beginning: Path): boolean {
  return beginning.every((key, at) => path[at] === key);
}

export function isSamePath(a: Path, b: Path): boolean {
  return a.length === b.length && startsWith(a, b);
}
