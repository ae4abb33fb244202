/**
 * Variables of the environment: what their text means, and what it must be. A few lines in place of a library of
 * schemas, which would be a tenth of the start of a server.
 */

export interface Variable<Value> {
  /** What holds while it is not set. */
  readonly unset: Value;
  /** What it must be, in words. */
  readonly wanted: string;
  /** Undefined if the text is nothing of that. */
  readonly read: (text: string) => Value | undefined;
}

export function text(unset: string): Variable<string> {
  return { unset, wanted: "a text", read: (given) => given };
}

export function oneOf<const Name extends string, const Unset>(
  names: readonly Name[],
  unset: Unset,
): Variable<Name | Unset> {
  const read = (given: string): Name | undefined => names.find((name) => name === given);
  return { unset, wanted: `one of ${names.join(", ")}`, read };
}

export function integer(min: number, max: number, unset: number): Variable<number> {
  const wanted = `an integer from ${min} to ${max}`;
  return { unset, wanted, read: (given) => within(given, { min, max, form: /^\d{1,15}$/ }) };
}

export function number(min: number, max: number): Variable<number | null> {
  const wanted = `a number from ${min} to ${max}`;
  const form = /^\d{1,15}(\.\d+)?$/;
  return { unset: null, wanted, read: (given) => within(given, { min, max, form }) };
}

/** The address of something that speaks HTTP. */
export function httpUrl(): Variable<string | null> {
  return { unset: null, wanted: "an address such as http://localhost:3000", read: readHttpUrl };
}

function readHttpUrl(given: string): string | undefined {
  if (!URL.canParse(given)) return undefined;
  return /^https?:$/.test(new URL(given).protocol) ? given : undefined;
}

function within(
  given: string,
  { min, max, form }: { min: number; max: number; form: RegExp },
): number | undefined {
  const value = form.test(given) ? Number(given) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}
