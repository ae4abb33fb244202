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
