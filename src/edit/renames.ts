/**
 * What operations make of the paths of states: which state of the chart before stands where after them. An instance
 * that stands in one of them is to stand in the other.
 */
import type { Operation } from "./operation.ts";
import { pathText } from "./source.ts";
import type { Path } from "./source.ts";

export interface Rename {
  /** Dotted path of a state before; what is inside it moves along, if nothing else is said of it. */
  readonly from: string;
  readonly to: string;
}

interface Followed {
  /** Null: it was not there before. */
  readonly from: Path | null;
  readonly to: Path;
}

/** `before`: renames that came before these operations, such as those of earlier edits. */
export function renamesOf(
  operations: readonly Operation[],
  before: readonly Rename[] = [],
): readonly Rename[] {
  let followed: readonly Followed[] = before.map(({ from, to }) => ({
    from: from.split("."),
    to: to.split("."),
  }));
  for (const operation of operations) followed = after(followed, operation);
  const renames = followed.flatMap(({ from, to }) =>
    from === null ? [] : [{ from: pathText(from), to: pathText(to) }],
  );
  return renames.filter(
    (one) => one.from !== one.to || pathAfter(without(renames, one), one.from) !== one.to,
  );
}

function without(renames: readonly Rename[], one: Rename): readonly Rename[] {
  return renames.filter((other) => other !== one);
}

/** Where the state of a path is after renames. */
export function pathAfter(renames: readonly Rename[], path: string): string {
  const [nearest] = renames
    .filter(({ from }) => path === from || path.startsWith(`${from}.`))
    .toSorted((a, b) => b.from.length - a.from.length);
  return nearest === undefined ? path : nearest.to + path.slice(nearest.from.length);
}

function after(followed: readonly Followed[], operation: Operation): readonly Followed[] {
  if (operation.op === "addState") {
    return [...followed, { from: null, to: [...operation.parent, operation.key] }];
  }
  if (operation.op === "duplicateState") {
    return [...followed, { from: null, to: [...operation.path.slice(0, -1), operation.to] }];
  }
  if (operation.op === "removeState") {
    return followed.filter(({ to }) => !isWithin(to, operation.path));
  }
  if (operation.op === "renameState") {
    return moved(followed, operation.path, [...operation.path.slice(0, -1), operation.to]);
  }
  if (operation.op !== "moveState") return followed;
  return moved(followed, operation.path, [...operation.parent, operation.path.at(-1) ?? ""]);
}

function moved(followed: readonly Followed[], from: Path, to: Path): readonly Followed[] {
  const isKnown = followed.some((one) => pathText(one.to) === pathText(from));
  const all = isKnown ? followed : [...followed, { from: originOf(followed, from), to: from }];
  return all.map((one) =>
    isWithin(one.to, from) ? { ...one, to: [...to, ...one.to.slice(from.length)] } : one,
  );
}

/** Where a state was before; null: nowhere. */
function originOf(followed: readonly Followed[], path: Path): Path | null {
  const [around] = followed
    .filter(({ to }) => isWithin(path, to))
    .toSorted((a, b) => b.to.length - a.to.length);
  if (around === undefined) return path;
  return around.from === null ? null : [...around.from, ...path.slice(around.to.length)];
}

function isWithin(path: Path, around: Path): boolean {
  return around.every((key, at) => path[at] === key);
}
