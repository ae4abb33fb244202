/** Where two machines differ, in words. */
import type { MachineFacts } from "./facts.ts";

/** Where two machines differ, in words; nothing if they do the same. */
export function differences(expected: MachineFacts, actual: MachineFacts): readonly string[] {
  const found: string[] = [];
  compare(expected, actual, { at: "", found });
  return found;
}

const DIFFERENCES_MAX = 10;

function compare(a: unknown, b: unknown, { at, found }: { at: string; found: string[] }): void {
  if (found.length >= DIFFERENCES_MAX || Object.is(a, b)) return;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    found.push(`${at}: expected ${shown(a)}, found ${shown(b)}`);
    return;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, other] = [a, b].map((value) => (value as Record<string, unknown>)[key]);
    compare(one, other, { at: at === "" ? key : `${at}.${key}`, found });
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
