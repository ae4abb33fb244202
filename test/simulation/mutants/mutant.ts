/** Plants a mutant: the simulation as one program, compiled from sources with one bug in them. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin } from "esbuild";
import { compile } from "../../fixtures/compiled.ts";
import type { Mutant } from "./mutants.ts";

/** How often the text that a patch replaces is there; once, or the source has moved away. */
export function matches({ patches }: Mutant): readonly number[] {
  return patches.map(({ file, from }) => readSource(file).split(from).length - 1);
}

/** The program of the hunt with the mutant in it, and what removes it. */
export async function plant(
  mutant: Mutant,
): Promise<{ readonly program: string; readonly remove: () => void }> {
  const { folder, remove } = await compile("mutant", {
    entryPoints: { hunt: "test/simulation/mutants/hunt-process.ts" },
    packages: "external",
    plugins: [patched(mutant)],
  });
  return { program: join(folder, "hunt.mjs"), remove };
}

function patched({ patches }: Mutant): Plugin {
  const files = new Set(patches.map(({ file }) => resolve("src", file)));
  return {
    name: "mutant",
    setup(compilation) {
      compilation.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!files.has(path)) return undefined;
        const contents = patches
          .filter(({ file }) => resolve("src", file) === path)
          .reduce((text, { from, to }) => text.replace(from, () => to), readFileSync(path, "utf8"));
        return { contents, loader: "ts" };
      });
    },
  };
}

function readSource(file: string): string {
  return readFileSync(join("src", file), "utf8");
}
