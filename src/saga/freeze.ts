/**
 * Freezing, for development: an assign that changes its context instead of returning a new one would change the
 * live snapshot, and after a restart the instance would be another one. Frozen, it throws at once.
 */

// What is frozen stays so, and a context keeps most of its parts from event to event.
const frozen = new WeakSet<object>();

/** Freezes a context with all that is in it; `Map`, `Set` and `Date` refuse their own methods that change them. */
export function freezeContext(context: unknown): void {
  freeze(context, "");
}

/** Says where the context is frozen, if that is why `error` was thrown; else null. */
export function explainFrozen(error: unknown, context: unknown): string | null {
  if (!(error instanceof TypeError) || !isObject(context) || !frozen.has(context)) return null;
  const refused = readRefusal(error.message);
  if (refused === null) return null;
  const places = findPlaces(context, refused).slice(0, PLACES_MAX);
  const where = places.length === 0 ? "" : ` at ${places.join(" or ")}`;
  return `the context is frozen${where}: let assign return new values and change none`;
}

/** Places that an explanation names; more would be no help. */
const PLACES_MAX = 3;

function freeze(value: unknown, path: string): void {
  if (!isObject(value) || frozen.has(value) || !isData(value)) return;
  frozen.add(value);
  for (const [key, part] of partsOf(value)) freeze(part, `${path}/${key}`);
  for (const method of changingMethodsOf(value)) {
    Object.defineProperty(value, method, {
      value: () => {
        throw new TypeError(
          `the context is frozen at ${path === "" ? "/" : path}: let assign return a new ${value.constructor.name} and not call ${method}`,
        );
      },
    });
  }
  Object.freeze(value);
}

/** What else a context may hold is a reference to an actor, which is not the author's to change. */
function isData(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null || Array.isArray(value)) return true;
  return [Map, Set, Date, Error].some((type) => value instanceof type);
}

function partsOf(value: object): readonly (readonly [string, unknown])[] {
  if (value instanceof Map) {
    return [...value].flatMap(([key, part], index) => [
      [`key ${index}`, key] as const,
      [`value ${index}`, part] as const,
    ]);
  }
  if (value instanceof Set) return [...value].map((part, index) => [String(index), part]);
  // An error's cause is not enumerable.
  return Object.getOwnPropertyNames(value).map((key) => [key, Reflect.get(value, key) as unknown]);
}

function changingMethodsOf(value: object): readonly string[] {
  if (value instanceof Map) return ["set", "delete", "clear"];
  if (value instanceof Set) return ["add", "delete", "clear"];
  if (value instanceof Date) {
    return Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith("set"));
  }
  return [];
}

interface Refusal {
  readonly key: string;
  /** The property was to be added; otherwise it was there. */
  readonly isNew: boolean;
}

// V8's words, since the error itself does not say what it was about.
function readRefusal(message: string): Refusal | null {
  const [, changed] =
    /^Cannot (?:assign to read only|delete) property '(.+?)' of/.exec(message) ?? [];
  if (changed !== undefined) return { key: changed, isNew: false };
  const [, added] = /^Cannot add property (.+), object is not extensible/.exec(message) ?? [];
  return added === undefined ? null : { key: added, isNew: true };
}

function findPlaces(value: object, refused: Refusal, path = ""): readonly string[] {
  const inside = partsOf(value).flatMap(([key, part]) =>
    isObject(part) && isData(part) ? findPlaces(part, refused, `${path}/${key}`) : [],
  );
  return mayBeMeant(value, refused) ? [`${path}/${refused.key}`, ...inside] : inside;
}

function mayBeMeant(value: object, { key, isNew }: Refusal): boolean {
  if (!isNew) return Object.hasOwn(value, key);
  if (Array.isArray(value)) return key === String(value.length);
  return !/^\d+$/.test(key) && !Object.hasOwn(value, key);
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === "object";
}
