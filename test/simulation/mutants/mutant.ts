/** Plants a mutant: a copy of the sources that the simulation needs, with one bug in it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Mutant } from "./mutants.ts";

/** What `test/simulation/` imports, by folders and files of the repository. */
const needed = [
  "package.json",
  "tsconfig.json",
  "src",
  "machines/calls",
  "machines/order",
  "test/crash/seeded.ts",
  "test/fixtures/desk.ts",
  "test/simulation",
];

/** How often the text that a patch replaces is there; once, or the source has moved away. */
export function matches({ patches }: Mutant): readonly number[] {
  return patches.map(({ file, from }) => readSource(file).split(from).length - 1);
}

/** A folder with the mutant, and what removes it. */
export function plant(mutant: Mutant): { readonly root: string; readonly remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), "sagachart-mutant-"));
  for (const path of needed) cpSync(path, join(root, path), { recursive: true });
  symlinkSync(resolve("node_modules"), join(root, "node_modules"));
  const changed = new Map<string, string>();
  for (const { file, from, to } of mutant.patches) {
    const text = changed.get(file) ?? readSource(file);
    changed.set(
      file,
      text.replace(from, () => to),
    );
  }
  for (const [file, text] of changed) writeFileSync(join(root, "src", file), text);
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

function readSource(file: string): string {
  return readFileSync(join("src", file), "utf8");
}
