/**
 * The codec: how context, events and inputs become text and come back the same.
 *
 * Plain JSON loses `undefined`, `Date`, `Map`, `Set`, `BigInt`, `Error`, `NaN` and `-0`, each without a
 * word. Here they survive, marked by an object with the key `$t`, and so do references to actors, which are
 * addresses; whatever cannot survive (a function, an instance of a class, a key that is a symbol) is refused with its path.
 */
import { SagaError } from "../errors.ts";
import { addressOf, inertRef } from "./ref.ts";
import type { Address } from "./ref.ts";

const MARK = "$t";

/**
 * `toReader`: what an address of the writer is to whoever will read the text; by default the same.
 *
 * @throws {SagaError} SAGA_CONTEXT_NOT_SERIALIZABLE with the path of what cannot be kept.
 */
export function encode(value: unknown, toReader: Readdress = same): string {
  return toText(value, { foreign: null, toReader });
}

/**
 * Encodes a record of our own, which is plain data but for what `foreign` gives of it: to look at that alone is a third
 * of the way of most snapshots.
 *
 * @throws {SagaError} SAGA_CONTEXT_NOT_SERIALIZABLE with the path of what cannot be kept.
 */
export function encodeOwn(record: object, foreign: readonly unknown[]): string {
  return toText(record, { foreign, toReader: same });
}

/** `foreign`: the parts that may be anything; null: all of it may. */
function toText(
  value: unknown,
  { foreign, toReader }: { foreign: readonly unknown[] | null; toReader: Readdress },
): string {
  try {
    // Nearly all values are JSON already; this look is four times cheaper than a marked copy.
    if (foreign === null ? isJson(value, 0) : foreign.every((part) => isJson(part, 0))) {
      const text = JSON.stringify(value);
      if (!mayHaveMarks(text)) return text;
    }
    return JSON.stringify(toMarked(value, { path: "", above: [], toReader }));
  } catch (error) {
    if (error instanceof SagaError) throw error;
    // A field that is computed, or a proxy.
    throw notSerializable("", `not to be read (${String(error)})`);
  }
}

export type Readdress = (address: Address) => Address;

function same(address: Address): Address {
  return address;
}

/** Gives back what `encode` was given: new objects, equal to the old. */
export function decode(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return mayHaveMarks(text) ? fromMarked(value) : value;
}

/** Whether a key of it may be a mark, or look like one. */
function mayHaveMarks(text: string): boolean {
  return text.includes(`${MARK}"`);
}

/** The value as it will be after a restart: instances of classes refused, subclasses of Error made plain. */
export function normalize(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  // Nearly all values are JSON already; a copy of one costs a quarter of its way through a text.
  return isReadable(value) ? copyJson(value) : decode(encode(value));
}

/** Whether it is JSON. What throws on the way is left to `encode`, which says so. */
function isReadable(value: object): boolean {
  try {
    return isJson(value, 0);
  } catch {
    return false;
  }
}

function copyJson(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(copyJson);
  const copy: Record<string, unknown> = {};
  for (const key in value) copy[key] = copyJson((value as Fields)[key]);
  return copy;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * What an activity rejected with, as it can be kept: an error with its name, message, cause, errors and those of
 * its own fields that are plain data. What else libraries hang on their errors (requests, sockets) is left behind.
 */
export function normalizeError(thrown: unknown): unknown {
  return normalize(toStorable(thrown, { errors: ERRORS_MAX }));
}

/** `fetch` says what went wrong two causes deep, for each address that it tried; more is taken for a chain without end. */
const ERRORS_MAX = 32;

function toStorable(thrown: unknown, left: { errors: number }): unknown {
  if (!(thrown instanceof Error)) return isStorable(thrown) ? thrown : textOf(thrown);
  left.errors -= 1;
  const fields = Object.entries(thrown).filter(([, value]) => isStorable(value));
  const error = Object.assign(new Error(thrown.message), Object.fromEntries(fields));
  if (thrown.cause !== undefined && left.errors > 0) error.cause = toStorable(thrown.cause, left);
  if (thrown instanceof AggregateError) {
    const errors: unknown[] = [];
    for (const one of thrown.errors as unknown[]) {
      if (left.errors > 0) errors.push(toStorable(one, left));
    }
    hide(error, "errors", errors);
  }
  return hide(error, "name", thrown.name);
}

/** Sets a field as the language does on errors of its own: not enumerable. */
function hide(error: Error, name: string, value: unknown): Error {
  return Object.defineProperty(error, name, { value, writable: true, configurable: true });
}

// Not everything that can be thrown can be made a text.
function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return typeof thrown;
  }
}

function isStorable(value: unknown): boolean {
  try {
    encode(value);
    return true;
  } catch {
    return false;
  }
}

// Deeper values take the careful way, which knows a cycle when it sees one.
const QUICK_DEPTH_MAX = 32;

function isJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      return value === null || (depth < QUICK_DEPTH_MAX && isJsonObject(value, depth + 1));
    case "undefined":
    case "bigint":
    case "function":
    case "symbol":
      return false;
  }
}

function isJsonObject(value: object, depth: number): boolean {
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  if (Array.isArray(value)) {
    // `every` would pass over the holes of a sparse array.
    for (const part of value as unknown[]) if (!isJson(part, depth)) return false;
    return isOf(value, Array) && Object.keys(value).length === value.length;
  }
  if (!isPlain(value)) return false;
  // A plain object inherits no key, so this walks over its own without making lists of them.
  for (const key in value) {
    // An assignment would not make this one a key.
    if (key === "__proto__" || !isJson((value as Fields)[key], depth)) return false;
  }
  return true;
}

/** A client could otherwise exhaust the stack with a short text of brackets. */
const DEPTH_MAX = 256;

interface Place {
  readonly path: string;
  /** The objects around this one, to notice a cycle. */
  readonly above: readonly object[];
  readonly toReader: Readdress;
}

function toMarked(value: unknown, place: Place): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { [MARK]: "number", is: Object.is(value, -0) ? "-0" : String(value) };
    case "undefined":
      return { [MARK]: "undefined" };
    case "bigint":
      return { [MARK]: "bigint", is: String(value) };
    case "object":
      return value === null ? null : objectToMarked(value, place);
    case "function":
    case "symbol":
      throw notSerializable(place.path, `a ${typeof value}`);
  }
}

function objectToMarked(value: object, { path, above, toReader }: Place): unknown {
  if (above.includes(value)) throw notSerializable(path, "a cycle");
  if (above.length >= DEPTH_MAX) throw notSerializable("", `deeper than ${DEPTH_MAX} levels`);
  const inside = [...above, value];
  const child = (key: string | number, part: unknown): unknown =>
    toMarked(part, { path: `${path}/${key}`, above: inside, toReader });

  checkKeys(value, path);
  if (isOf(value, Array)) {
    return Array.from(value, (part, index) => child(index, part));
  }
  if (isOf(value, Date)) return { [MARK]: "date", is: dateToNumber(value) };
  if (isOf(value, Map)) {
    const entries = [...value].map(([key, part], index) => [
      child(`key ${index}`, key),
      child(`value ${index}`, part),
    ]);
    return { [MARK]: "map", is: entries };
  }
  if (isOf(value, Set)) {
    return { [MARK]: "set", is: [...value].map((part, index) => child(index, part)) };
  }
  if (value instanceof Error) {
    return errorToMarked(value, (facts) => child("error", facts));
  }
  if (!isPlain(value)) return refToMarked(value, { path, toReader });
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [escapeKey(key), child(key, part)]),
  );
}

function refToMarked(value: object, { path, toReader }: Omit<Place, "above">): object {
  const address = addressOf(value);
  if (address === null) throw notSerializable(path, describe(value));
  return { [MARK]: "ref", is: toReader(address) };
}

function errorToMarked(error: Error, mark: (facts: object) => unknown): object {
  const facts = Object.fromEntries(Object.entries(error));
  if (Object.hasOwn(error, "cause") || error.cause !== undefined) facts["cause"] = error.cause;
  const { name, message } = error;
  const marked = { [MARK]: "error", name, message, is: mark(facts) };
  const errors = errorsOf(error);
  return errors === null ? marked : { ...marked, errors: mark(errors) };
}

/** The errors that an AggregateError is made of. As a field that all may see they are one like any other. */
function errorsOf(error: Error): readonly unknown[] | null {
  const errors = Object.getOwnPropertyDescriptor(error, "errors");
  return errors !== undefined && !errors.enumerable && Array.isArray(errors.value)
    ? (errors.value as unknown[])
    : null;
}

// What JSON and the copies above would leave out without a word.
function checkKeys(value: object, path: string): void {
  const symbol = Object.getOwnPropertySymbols(value).find((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key),
  );
  if (symbol !== undefined) {
    throw notSerializable(path, `an object that has the key ${String(symbol)}`);
  }
  const type = [Array, Date, Map, Set].find((each) => isOf<object>(value, each));
  if (type === undefined) return;
  const key = Object.keys(value).find((name) => type !== Array || !/^\d+$/.test(name));
  if (key !== undefined) {
    const article = type === Array ? "an array" : `a ${type.name}`;
    throw notSerializable(path, `${article} with the key "${key}"`);
  }
}

function fromMarked(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(fromMarked);
  const marked = value as Record<string, unknown>;
  const mark = marked[MARK];
  if (typeof mark !== "string") {
    return Object.fromEntries(
      Object.entries(marked).map(([key, part]) => [unescapeKey(key), fromMarked(part)]),
    );
  }
  return revive(mark, marked);
}

function revive(mark: string, marked: Record<string, unknown>): unknown {
  const is = marked["is"];
  switch (mark) {
    case "undefined":
      return undefined;
    case "number":
      return is === "-0" ? -0 : Number(is);
    case "bigint":
      return BigInt(String(is));
    case "date":
      return new Date(is === null ? Number.NaN : Number(is));
    case "map":
      return new Map((is as [unknown, unknown][]).map(([k, v]) => [fromMarked(k), fromMarked(v)]));
    case "set":
      return new Set((is as unknown[]).map(fromMarked));
    case "error":
      return reviveError(marked);
    case "ref":
      return inertRef(is as Address);
    default:
      throw new SagaError("SAGA_SNAPSHOT_INVALID", `stored text has the unknown mark "${mark}"`);
  }
}

function reviveError(marked: Record<string, unknown>): Error {
  const error = new Error(String(marked["message"]));
  const facts = fromMarked(marked["is"]) as Record<string, unknown>;
  if (marked["errors"] !== undefined) hide(error, "errors", fromMarked(marked["errors"]));
  for (const [key, value] of Object.entries({ name: marked["name"], ...facts })) {
    // Name and cause are not enumerable on an error as the language makes it.
    const enumerable = key !== "cause" && key !== "name";
    Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
  }
  return error;
}

function dateToNumber(date: Date): number | null {
  const ms = date.getTime();
  return Number.isNaN(ms) ? null : ms;
}

// An instance of a subclass would come back as something less.
function isOf<Value extends object>(value: object, type: new () => Value): value is Value {
  return Object.getPrototypeOf(value) === type.prototype;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: object): string {
  if ("sessionId" in value && "send" in value) return "a reference to an actor";
  const { constructor } = value as { constructor?: unknown };
  const name = typeof constructor === "function" ? constructor.name : "";
  return `an instance of ${name || "a class"}`;
}

// A user's own key "$t" must not read as a mark.
function escapeKey(key: string): string {
  return /^\$+t$/.test(key) ? `$${key}` : key;
}

function unescapeKey(key: string): string {
  return /^\$\$+t$/.test(key) ? key.slice(1) : key;
}

function notSerializable(path: string, what: string): SagaError {
  return new SagaError(
    "SAGA_CONTEXT_NOT_SERIALIZABLE",
    `${path || "the value"} is ${what}, which cannot be stored; keep plain data instead`,
    { details: { path } },
  );
}
