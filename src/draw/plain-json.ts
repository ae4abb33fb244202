/** Plain JSON of what an author hung into a chart. Whatever JSON has no words for is left out. */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Deeper than any chart that a person reads. */
const DEPTH_MAX = 64;

/** What a `Replace` answers where it has nothing to say. */
export const asIs = Symbol("asIs");

/**
 * Says what stands in place of a value, by its key and by that of the object around it; undefined leaves it
 * out. The items of a list have the list's key.
 */
export type Replace = (
  value: unknown,
  key: string,
  around: string,
) => Json | undefined | typeof asIs;

/** `value` as JSON. Undefined if nothing is left. */
export function toPlainJson(value: unknown, replace: Replace = () => asIs): Json | undefined {
  return plain(value, { replace, key: "", around: "", above: [] });
}

interface Place {
  readonly replace: Replace;
  readonly key: string;
  readonly around: string;
  /** The objects around, to stop at one that is inside itself. */
  readonly above: readonly object[];
}

function plain(value: unknown, place: Place): Json | undefined {
  const replaced = place.replace(value, place.key, place.around);
  if (replaced !== asIs) return replaced;
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
      return value === null ? null : plainObject(value, place);
  }
}

function plainObject(value: object, place: Place): Json | undefined {
  if (place.above.includes(value) || place.above.length >= DEPTH_MAX) return undefined;
  const above = [...place.above, value];
  if (Array.isArray(value)) {
    return value.flatMap((item) => plain(item, { ...place, above }) ?? []);
  }
  if ("toJSON" in value && typeof value.toJSON === "function") return textOf(value);
  if (!isPlain(value)) return undefined;
  const members = Object.entries(value).flatMap(([key, member]) => {
    const json = plain(member, { ...place, key, around: place.key, above });
    return json === undefined ? [] : [[key, json] as const];
  });
  return Object.fromEntries(members);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

// A date, a URL: whatever knows its own JSON, if that is a text.
function textOf(value: object): string | undefined {
  try {
    const json: unknown = JSON.parse(JSON.stringify(value));
    return typeof json === "string" ? json : undefined;
  } catch {
    return undefined;
  }
}
