/**
 * A small writer of TypeScript: values as trees, printed as a formatter would print them, so that what is
 * generated needs none. A value stands on one line if it fits there, else each of its parts has its own.
 */

/** An expression of one line, or a tree of them. */
export type Code = string | CodeObject | CodeArray | CodeWrap | CodeCall;

interface CodeObject {
  readonly kind: "object";
  readonly entries: readonly (readonly [key: string, value: Code])[];
  /** On several lines even if one would do. */
  readonly isOpen: boolean;
}

interface CodeArray {
  readonly kind: "array";
  readonly items: readonly Code[];
}

/** What stands around a value on its first and its last line: an arrow function, `assign( … )`. */
interface CodeWrap {
  readonly kind: "wrap";
  readonly before: string;
  readonly inner: Code;
  readonly after: string;
}

/** A call that has nothing but type arguments. */
interface CodeCall {
  readonly kind: "call";
  readonly callee: string;
  readonly types: readonly string[];
}

/** Width of a line, as the formatter of this project has it. */
export const LINE_LENGTH_MAX = 100;
const INDENT = "  ";

type Members = Readonly<Record<string, Code | undefined>>;

/** Members that are undefined are left out. */
export function object(members: Members): CodeObject {
  return { kind: "object", entries: entriesOf(members), isOpen: false };
}

/** An object whose members have a line each. */
export function openObject(members: Members): CodeObject {
  return { kind: "object", entries: entriesOf(members), isOpen: true };
}

export function array(items: readonly Code[]): CodeArray {
  return { kind: "array", items };
}

function wrap(before: string, inner: Code, after: string): CodeWrap {
  return { kind: "wrap", before, inner, after };
}

/** A function of one value: `({ context }) => ({ id: context.id })`. */
export function arrow(parameters: string, members: Members): CodeWrap {
  return wrap(`${parameters} => (`, object(members), ")");
}

export function typedCall(callee: string, types: readonly string[]): CodeCall {
  return { kind: "call", callee, types };
}

/** A value of plain data. */
export function data(value: unknown): Code {
  if (Array.isArray(value)) return array(value.map(data));
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "undefined";
  const entries = Object.entries(value).map(([key, part]) => [key, data(part)] as const);
  return object(Object.fromEntries(entries));
}

/** A string literal. */
export function text(value: string): string {
  return JSON.stringify(value);
}

/** The value, with what stands before and after it on its lines; nothing at the end. */
export function print(code: Code, place: Place = {}): string {
  const { depth = 0, before = "", after = "" } = place;
  const line = isBroken(code) ? null : `${INDENT.repeat(depth)}${before}${inline(code)}${after}`;
  if (line !== null && line.length <= LINE_LENGTH_MAX) return line;
  return broken(code, { depth, before, after });
}

export interface Place {
  /** Levels of indentation. */
  readonly depth?: number;
  readonly before?: string;
  readonly after?: string;
}

/** A type of alternatives: `type Step = "a" | "b";`. */
export function union(name: string, alternatives: readonly string[]): string {
  const line = `${name} = ${alternatives.join(" | ")};`;
  if (line.length <= LINE_LENGTH_MAX) return line;
  return [`${name} =`, ...alternatives.map((one) => `${INDENT}| ${one}`)].join("\n") + ";";
}

/** A comment of several lines, each paragraph wrapped. */
export function comment(...paragraphs: readonly string[]): string {
  const lines = paragraphs.flatMap((paragraph, index) => [
    ...(index === 0 ? [] : [" *"]),
    ...wrapped(paragraph).map((line) => ` * ${line}`),
  ]);
  return ["/**", ...lines, " */"].join("\n");
}

function wrapped(paragraph: string): readonly string[] {
  const lines: string[] = [];
  for (const word of paragraph.split(" ")) {
    const last = lines.at(-1);
    const joined = `${last ?? ""} ${word}`;
    if (last !== undefined && joined.length <= LINE_LENGTH_MAX - 3) {
      lines[lines.length - 1] = joined;
    } else lines.push(word);
  }
  return lines;
}

function entriesOf(members: Members): readonly (readonly [string, Code])[] {
  return Object.entries(members).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
}

/** Whether it cannot stand on one line, however short it is. */
function isBroken(code: Code): boolean {
  if (typeof code === "string") return false;
  switch (code.kind) {
    case "object":
      return code.isOpen || code.entries.some(([, value]) => isBroken(value));
    case "array":
      return isTable(code) || code.items.some(isBroken);
    case "wrap":
      return isBroken(code.inner);
    case "call":
      return false;
  }
}

/** Rows of several columns each: formatters give each row its line. */
function isTable({ items }: CodeArray): boolean {
  const widths = (kind: "object" | "array"): boolean =>
    items.every(
      (item) =>
        typeof item !== "string" &&
        item.kind === kind &&
        (item.kind === "object" ? item.entries.length : item.items.length) > 1,
    );
  return items.length > 1 && (widths("object") || widths("array"));
}

function inline(code: Code): string {
  if (typeof code === "string") return code;
  switch (code.kind) {
    case "object":
      if (code.entries.length === 0) return "{}";
      return `{ ${code.entries.map(([key, value]) => member(key, inline(value))).join(", ")} }`;
    case "array":
      return `[${code.items.map(inline).join(", ")}]`;
    case "wrap":
      return `${code.before}${inline(code.inner)}${code.after}`;
    case "call":
      return `${code.callee}<${code.types.join(", ")}>()`;
  }
}

function broken(code: Code, { depth, before, after }: Required<Place>): string {
  const indent = INDENT.repeat(depth);
  const inside = { depth: depth + 1, after: "," };
  // A single expression has no place to be broken at.
  if (typeof code === "string") return `${indent}${before}${code}${after}`;
  switch (code.kind) {
    case "object": {
      const lines = code.entries.map(([key, value]) => {
        // A member that is named like its value needs no value.
        if (value === key) return print(value, inside);
        return print(value, { ...inside, before: `${nameOf(key)}: ` });
      });
      return [`${indent}${before}{`, ...lines, `${indent}}${after}`].join("\n");
    }
    case "array": {
      const lines = code.items.map((item) => print(item, inside));
      return [`${indent}${before}[`, ...lines, `${indent}]${after}`].join("\n");
    }
    case "wrap":
      return print(code.inner, {
        depth,
        before: `${before}${code.before}`,
        after: `${code.after}${after}`,
      });
    case "call": {
      const types = code.types.map((type) => `${indent}${INDENT}${type}`).join(",\n");
      return `${indent}${before}${code.callee}<\n${types}\n${indent}>()${after}`;
    }
  }
}

function member(key: string, value: string): string {
  return key === value ? key : `${nameOf(key)}: ${value}`;
}

function nameOf(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : text(key);
}
