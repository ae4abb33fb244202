/** The version of this package, as its manifest says. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export function packageVersion(): string {
  // By the package's own name, wherever in it this module was compiled to.
  const path = createRequire(import.meta.url).resolve("sagachart/package.json");
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
  return version;
}
