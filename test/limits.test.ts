/** The limits as the page tells them are the limits of the code, all of them and no others. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorStatus } from "../src/errors.ts";

const page = readFileSync("docs/reference/limits.md", "utf8");

/** Each limit that a module of `folder` exports, with its value. */
async function limitsIn(folder: string): Promise<[string, number][]> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const modules = files.filter((file) => file.endsWith(".ts")).map((file) => join(folder, file));
  const limits = modules.map(async (file): Promise<[string, number][]> => {
    const source = readFileSync(file, "utf8");
    const names = [...source.matchAll(/^export const ([A-Z_]+_(?:MAX|MIN|WARN))\b/gm)];
    if (names.length === 0) return [];
    const values = (await import(join("..", file))) as Record<string, number>;
    return names.map(([, name = ""]) => [name, values[name] as number]);
  });
  return (await Promise.all(limits)).flat();
}

test("limits.md lists each limit with its value, and no other", async () => {
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| ([\d,]+) \| \S/gm)];
  const listed = rows.map(([, name = "", value = ""]) => [name, Number(value.replaceAll(",", ""))]);

  const limits = [...(await limitsIn("src/saga")), ...(await limitsIn("src/runtime"))];

  expect(limits.length).toBeGreaterThan(20);
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(limits));
  expect(listed).toHaveLength(limits.length);
});

test("limits.md names no code that there is not", () => {
  const codes = new Set(page.match(/\bSAGA_\w+/g));

  expect([...codes].filter((code) => !Object.hasOwn(errorStatus, code))).toEqual([]);
});
