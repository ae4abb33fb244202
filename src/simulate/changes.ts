/** Changes: what is different between two contexts, by path. */
import { encode } from "../saga/codec.ts";

export interface Change {
  /** Keys from the outside in, joined by dots; empty: the whole. */
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
  readonly before: unknown;
  readonly after: unknown;
}

/** More than anybody reads of one step. */
const CHANGES_MAX = 200;

/** In the order of the later one, what was removed last. Beyond `CHANGES_MAX` they are cut off. */
export function changesBetween(before: unknown, after: unknown): readonly Change[] {
  const found: Change[] = [];
  walk(before, after, { path: "", found });
  return found.slice(0, CHANGES_MAX);
}

interface Place {
  readonly path: string;
  readonly found: Change[];
}

function walk(before: unknown, after: unknown, place: Place): void {
  // Contexts are immutable, and most of them stays the same object.
  if (before === after || place.found.length > CHANGES_MAX) return;
  if (isOpen(before) && isOpen(after) && Array.isArray(before) === Array.isArray(after)) {
    return walkInside(before, after, place);
  }
  if (isSame(before, after)) return;
  place.found.push({ path: place.path, kind: kindOf(before, after), before, after });
}

function isSame(before: unknown, after: unknown): boolean {
  return typeof before === typeof after && encode(before ?? null) === encode(after ?? null);
}

function kindOf(before: unknown, after: unknown): Change["kind"] {
  if (before === undefined) return "added";
  return after === undefined ? "removed" : "changed";
}

function walkInside(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  { path, found }: Place,
): void {
  const keys = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  for (const key of keys) {
    walk(before[key], after[key], { path: path === "" ? key : `${path}.${key}`, found });
  }
}

/** Whether there is something to look at inside. */
function isOpen(value: unknown): value is Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== "object") return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
