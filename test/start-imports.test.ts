/** What a start loads: the way from `sagachart start` along all imports that are made at once. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

// Imports of types are gone by then, and `import()` waits until somebody asks.
const IMPORT = /^(?:import|export) (?!type )(?:[^;]*? from )?"([^"]+)";/gm;

function loadedBy(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, name = ""] of readFileSync(path, "utf8").matchAll(IMPORT)) {
    if (name.startsWith(".")) loadedBy(join(dirname(path), name), found);
    else found.add(name);
  }
  return found;
}

const loaded = [
  ...loadedBy("src/cli/main.ts"),
  ...loadedBy("src/cli/commands/start.ts"),
  // Sagas import it.
  ...loadedBy("src/index.ts"),
];

test("the way that is followed is the real one", () => {
  expect(loaded).toEqual(
    expect.arrayContaining(["fastify", "better-sqlite3", "src/runtime/mover.ts", "src/index.ts"]),
  );
  expect(loaded.filter((path) => path.startsWith("src/") && !existsSync(path))).toEqual([]);
});

test.each([
  ["schemas of requests to the Studio", "zod"],
  ["the parser of charts", "@babel/parser"],
  ["differences of drafts", "diff"],
  ["the layout engine", "elkjs"],
  ["sagas in TypeScript", "jiti"],
  ["SCXML", "saxes"],
  ["paths of tests", "@xstate/graph"],
])("%s: a start does not load %s", (_, name) => {
  expect(loaded.filter((path) => path === name || path.startsWith(`${name}/`))).toEqual([]);
});

test.each([
  "src/draw/model.ts",
  "src/http/contract/openapi.ts",
  "src/http/contract/docs-page.ts",
  "src/check/check.ts",
  "src/edit/apply.ts",
  "src/studio/layout-desk.ts",
])("a start does not load %s, which only a later request needs", (path) => {
  expect(existsSync(path)).toBe(true);
  expect(loaded).not.toContain(path);
});
