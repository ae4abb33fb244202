/** A context as rows, a path and a value each, and what differs between two. Pure. */

export interface ContextRow {
  /** Dotted. */
  readonly path: string;
  readonly text: string;
  readonly was: string;
  readonly change: "same" | "added" | "changed" | "removed";
}

/** Longer values are cut; the journal has them whole. */
const TEXT_LENGTH_MAX = 400;
/** More are not read by anybody. */
const ROWS_MAX = 300;

export function rowsOf(value: unknown): readonly ContextRow[] {
  return leaves(value).map(([path, text]) => ({ path, text, was: text, change: "same" }));
}

export function diffOf(before: unknown, after: unknown): readonly ContextRow[] {
  const were = new Map(leaves(before));
  const are = new Map(leaves(after));
  const kept = [...are].map(([path, text]): ContextRow => {
    const was = were.get(path);
    const change = was === undefined ? "added" : was === text ? "same" : "changed";
    return { path, text, was: was ?? "", change };
  });
  const gone = [...were]
    .filter(([path]) => !are.has(path))
    .map(([path, was]): ContextRow => ({ path, text: "", was, change: "removed" }));
  return [...kept, ...gone];
}

function leaves(value: unknown): readonly (readonly [string, string])[] {
  const found: [string, string][] = [];
  collect(value, "", found);
  return found;
}

function collect(value: unknown, path: string, found: [string, string][]): void {
  if (found.length >= ROWS_MAX) return;
  const members = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (members.length === 0) {
    if (path !== "") found.push([path, cut(JSON.stringify(value) ?? "undefined")]);
    return;
  }
  for (const [key, inside] of members) {
    collect(inside, path === "" ? key : `${path}.${key}`, found);
  }
}

function cut(text: string): string {
  return text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX)}…`;
}
