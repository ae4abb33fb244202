/**
 * Rendering of values: what lives in a context, an event or a chart becomes plain JSON, for people and
 * programs to read. It goes one way only; what must come back the same is the codec's business.
 */
import { types } from "node:util";
import { addressOf } from "../saga/ref.ts";

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Deeper than any stored value. */
const DEPTH_MAX = 256;

/**
 * A date becomes its ISO text, a map the list of its entries, a set a list, a bigint its digits, an error its
 * name, message and fields without its stack, a reference to an actor its address, and `NaN` and infinity null. What is not data is left out:
 * functions, symbols, instances of classes, and an object inside itself.
 */
export function toJson(value: unknown): Json {
  return render(value, new Set()) ?? null;
}

/** Milliseconds since the Unix epoch as ISO 8601 in UTC. */
export function toIso(ms: number): string {
  // oxlint-disable-next-line eslint/no-restricted-globals -- it writes a time that it was given and asks for none
  return new Date(ms).toISOString();
}

function render(value: unknown, above: Set<object>): Json | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : null;
    case "bigint":
      return String(value);
    case "undefined":
    case "function":
    case "symbol":
      return undefined;
    case "object":
      return value === null ? null : renderInside(value, above);
  }
}

function renderInside(value: object, above: Set<object>): Json | undefined {
  if (above.has(value) || above.size >= DEPTH_MAX) return undefined;
  above.add(value);
  const rendered = renderObject(value, above);
  above.delete(value);
  return rendered;
}

function renderObject(value: object, above: Set<object>): Json | undefined {
  // First what nearly all values are.
  if (isPlain(value)) return renderFields(value, above);
  if (Array.isArray(value)) return renderList(value, above);
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (types.isMap(value)) return [...value].map((entry) => renderList(entry, above));
  if (types.isSet(value)) return renderList([...value], above);
  if (value instanceof Error) {
    const { name, message } = value;
    return renderFields({ name, message, ...Object.fromEntries(fieldsOf(value)) }, above);
  }
  const address = addressOf(value);
  return address === null ? undefined : { actor: renderFields(address, above) };
}

// As in JSON, a place in a list stays where it is, even if nothing can stand there.
function renderList(list: readonly unknown[], above: Set<object>): Json {
  return Array.from(list, (item) => render(item, above) ?? null);
}

function renderFields(value: object, above: Set<object>): Json {
  const fields: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    const rendered = render((value as Readonly<Record<string, unknown>>)[key], above);
    if (rendered === undefined) continue;
    if (key !== "__proto__") fields[key] = rendered;
    // An assignment would not make it a key like any other.
    else Object.defineProperty(fields, key, { value: rendered, enumerable: true });
  }
  return fields;
}

// Some libraries make the stack a field like any other; it is nobody's business outside.
function fieldsOf(error: Error): [string, unknown][] {
  return Object.entries(error).filter(([name]) => name !== "stack");
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
