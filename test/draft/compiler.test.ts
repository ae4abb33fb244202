import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { compilerAt } from "../../src/draft/compiler.ts";

/** A project of its own, with a link to a TypeScript, or a package that only says its version. */
function projectWith(typescript: string | null): string {
  const folder = mkdtempSync(join(tmpdir(), "sagachart-types-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const place = join(folder, "node_modules", "typescript");
  mkdirSync(join(place, ".."), { recursive: true });
  if (typescript === null) return folder;
  if (typescript.startsWith("node_modules")) symlinkSync(resolve(typescript), place);
  else {
    mkdirSync(place);
    writeFileSync(join(place, "package.json"), JSON.stringify({ version: typescript }));
  }
  return folder;
}

// The second is there for the tools of this repository.
test.each([
  ["7", "node_modules/typescript"],
  ["5", "node_modules/oazapfts/node_modules/typescript"],
])("TypeScript %s says what is wrong, and where", async (major, path) => {
  const folder = projectWith(path);
  const file = join(folder, "chart.ts");
  const text = '// Ünïcödé 😀\nexport const chart: { guard: "paid" } = { guard: "payd" };\n';
  const settings = join(folder, "tsconfig.json");
  const compilerOptions = {
    strict: true,
    lib: ["es2022"],
    types: [],
    module: "preserve",
    noEmit: true,
  };
  writeFileSync(
    settings,
    JSON.stringify({ compilerOptions: { ...compilerOptions, allowImportingTsExtensions: true } }),
  );
  const other = join(folder, "index.ts");
  writeFileSync(
    other,
    'import { chart } from "./chart.ts";\nexport const n: number = chart.guard;\n',
  );

  const compiler = await compilerAt(folder);

  if (typeof compiler === "string") throw new Error(compiler);
  expect(compiler.version.startsWith(`${major}.`)).toBe(true);
  const found = compiler.diagnose({ settings, files: [file, other], draft: { file, text } });
  expect(found.map(({ file: where, start, code }) => [where, start, code])).toEqual([
    [file, text.lastIndexOf("guard:"), expect.any(Number)],
    [other, 49, 2322],
  ]);
  expect(found[0]?.message).toContain('"payd"');
});

test.each([
  [null, "TypeScript is not installed"],
  ["4.9.5", "TypeScript 4.9.5 is installed, and 5 is needed"],
  ["8.0.0", "TypeScript 8.0.0 has no library that is known here"],
])("with TypeScript %s in the project nothing is looked at", async (version, reason) => {
  expect(await compilerAt(projectWith(version))).toBe(reason);
});
