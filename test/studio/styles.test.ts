/** The sheets of the Studio: those of all screens that were visited lie over each other. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const folder = "studio/styles";

/** Classes that have a rule of their own in a sheet, beside those that only stand inside other selectors. */
function classesOf(sheet: string): readonly string[] {
  const text = readFileSync(join(folder, sheet), "utf8");
  return [
    ...new Set([...text.matchAll(/^(\.[a-z][\w-]*)(?: \{|,)$/gm)].map(([, name = ""]) => name)),
  ];
}

test("no two sheets mean another thing by the same class", () => {
  const sheets = new Map<string, string[]>();
  for (const sheet of readdirSync(folder)) {
    for (const name of classesOf(sheet)) sheets.set(name, [...(sheets.get(name) ?? []), sheet]);
  }

  expect(sheets.size).toBeGreaterThan(100);
  expect([...sheets].filter(([, all]) => all.length > 1)).toEqual([]);
});
