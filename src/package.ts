/**
 * This package on disk. Found by its own name: when it is built, modules are joined to a few files, and where one of
 * them stands tells nothing.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Whether it runs from its sources, and so reads TypeScript already. */
export const isSource = import.meta.url.endsWith(".ts");

/** A file of the package, by its path from the manifest. */
export function packagePath(path: string): string {
  return join(dirname(createRequire(import.meta.url).resolve("sagachart/package.json")), path);
}

/** What a thread or a process of its own is started with, such as `workshop/program`. The build keeps it a file. */
export function programPath(name: string): string {
  return packagePath(isSource ? `src/${name}.ts` : `dist/${name}.js`);
}

/** As the manifest says. */
export function packageVersion(): string {
  const manifest = readFileSync(packagePath("package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
