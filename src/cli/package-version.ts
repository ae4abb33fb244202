/** The version of this package, as its manifest says. */
import { readFileSync } from "node:fs";

// Two levels below the package root, in `src` and in `dist`.
const MANIFEST_URL = new URL("../../package.json", import.meta.url);

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(MANIFEST_URL, "utf8")) as { version: string };
  return version;
}
