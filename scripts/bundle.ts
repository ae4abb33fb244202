/**
 * The package's JavaScript: our modules joined to a few files, since to find and open five hundred took a fifth of the processor
 * time of a start. Packages stay outside, so that a saga has the XState of the server. What two programs share is one
 * file that both import, so there is one `SagaError`, and what is imported on demand stays a file that a start
 * does not open.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Started by their paths, in threads and processes of their own (`src/package.ts`). */
const programs = ["workshop/program", "draft/draft-program", "draft/type-program"];

/** Writes to `folder` what stands in `dist` of the package, but for the types. */
export async function bundle(folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [...published(), ...programs.map((name) => `src/${name}.ts`)],
    outbase: "src",
    outdir: folder,
    chunkNames: "parts/[name]-[hash]",
    bundle: true,
    splitting: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });
}

/** The sources of what the manifest names. */
function published(): readonly string[] {
  const manifest = readFileSync(join(root, "package.json"), "utf8");
  const names = [...manifest.matchAll(/"(?:\.\/)?dist\/([\w/-]+)\.js"/g)].map(([, name]) => name);
  return [...new Set(names)].map((name) => `src/${name}.ts`);
}
