/** Puts the files of a new saga where they belong; all of them, or none where one is there already. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { SagaError } from "../../errors.ts";
import { projectLayout, repositoryLayout } from "../../scaffold/layout.ts";
import type { Layout } from "../../scaffold/layout.ts";
import type { ScaffoldedFile } from "../../scaffold/scaffold.ts";

/** The layout that fits a working directory. */
export function layoutFor(folder: string, machinesPath: string, name: string): Layout {
  const isOwnFolder = resolve(folder, machinesPath) === join(folder, "machines");
  const isOwn = isOwnFolder && isOwnRepository(folder);
  return isOwn ? repositoryLayout(name) : projectLayout(machinesPath, name);
}

/** @throws {SagaError} SAGA_COMMAND_INVALID if one of them exists: nothing is overwritten. */
export function writeFiles(folder: string, files: readonly ScaffoldedFile[]): void {
  const taken = files.find(({ path }) => existsSync(resolve(folder, path)));
  if (taken !== undefined) {
    throw new SagaError(
      "SAGA_COMMAND_INVALID",
      `${taken.path} is there already and is not overwritten; use another name, or move it away`,
    );
  }
  for (const { path, text } of files) {
    const absolute = resolve(folder, path);
    mkdirSync(dirname(absolute), { recursive: true });
    // Fails if somebody else was faster.
    writeFileSync(absolute, text, { flag: "wx" });
  }
}

/** A compiler's settings for a project that has none: strict, and with imports that name `.ts` files. */
export function tsconfigFor(folder: string, machinesPath: string): readonly ScaffoldedFile[] {
  if (existsSync(join(folder, "tsconfig.json"))) return [];
  const settings = {
    compilerOptions: {
      target: "es2023",
      module: "preserve",
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      noEmit: true,
    },
    include: [machinesPath],
  };
  return [{ path: "tsconfig.json", text: `${JSON.stringify(settings, null, 2)}\n` }];
}

/** Packages that the files import and that the project does not have. */
export function missingPackages(folder: string): readonly string[] {
  const require = createRequire(join(folder, "package.json"));
  return ["sagachart/package.json", "xstate", "zod", "vitest/package.json"]
    .filter((name) => {
      try {
        require.resolve(name);
        return false;
      } catch {
        return true;
      }
    })
    .map((name) => name.replace("/package.json", ""));
}

function isOwnRepository(folder: string): boolean {
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest) || !existsSync(join(folder, "src", "index.ts"))) return false;
  return (JSON.parse(readFileSync(manifest, "utf8")) as { name?: string }).name === "sagachart";
}
