import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadSagas } from "../src/machines.ts";
import { databasePath } from "./fixtures/world.ts";

/** A machines folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const root = join(dirname(databasePath()), "machines");
  mkdirSync(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const saga = (name: string): string =>
  `export const saga = { name: "${name}", version: 1, machine: {}, activities: {} }; export const other = 1;`;

test("five sagas are in the machines folder of this repository", async () => {
  const sagas = await loadSagas("machines");

  expect(sagas.map(({ name }) => name)).toEqual([
    "onboarding",
    "order",
    "payout",
    "subscription",
    "trip",
  ]);
});

test("each folder with an index gives its sagas, and files beside them are left alone", async () => {
  const root = folderWith({
    "a/index.mjs": saga("a"),
    "b/index.js": saga("b"),
    "notes/readme.md": "no saga here",
    "loose.mjs": "throw new Error('is not loaded')",
  });

  expect((await loadSagas(root)).map(({ name }) => name)).toEqual(["a", "b"]);
});

test.each([
  ["a folder that is missing", "/nowhere/machines", "does not exist"],
  ["a folder without sagas", folderOf({ "a/index.mjs": "export const a = 1;" }), "exports a saga"],
  ["a file that throws", folderOf({ "a/index.mjs": "throw new Error('boom');" }), "boom"],
] as const)("%s is refused and named", async (_, root, reason) => {
  const path = typeof root === "string" ? root : root();

  await expect(loadSagas(path)).rejects.toMatchObject({
    code: "SAGA_CONFIG_INVALID",
    message: expect.stringMatching(new RegExp(`${path}.*${reason}`)) as string,
  });
});

function folderOf(files: Readonly<Record<string, string>>): () => string {
  return () => folderWith(files);
}
