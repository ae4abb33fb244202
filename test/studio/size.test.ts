/** What the web app weighs, and what it does not contain. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { buildStudio } from "../../scripts/build-studio.ts";

beforeAll(buildStudio, 60_000);

const folder = "dist/studio/web/assets";
/** All screens together. */
const SCRIPT_BYTES_MAX = 80 * 1024;
const SHEET_BYTES_MAX = 12 * 1024;

function gzipBytes(ending: string): number {
  const files = readdirSync(folder).filter((name) => name.endsWith(ending));
  return files.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
}

test("the scripts of all screens are at most 80 KB, the sheets 12 KB, compressed", () => {
  expect(gzipBytes(".js")).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
  expect(gzipBytes(".css")).toBeLessThanOrEqual(SHEET_BYTES_MAX);
});

test("no script evaluates text", () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".js"))) {
    expect(readFileSync(join(folder, name), "utf8")).not.toMatch(/\beval\(|new Function\(/);
  }
});
