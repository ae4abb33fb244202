/** A record with one more entry, or another value in it. V8 takes ten times as long for a spread with a computed key. */
export function withEntry<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
  value: Value,
): Record<string, Value> {
  const copy: Record<string, Value> = {};
  for (const name in record) copy[name] = record[name] as Value;
  copy[key] = value;
  return copy;
}

/** A record without one of its entries. */
export function withoutEntry<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Record<string, Value> {
  const copy: Record<string, Value> = {};
  for (const name in record) if (name !== key) copy[name] = record[name] as Value;
  return copy;
}
