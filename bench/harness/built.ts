/**
 * The product and the bench's machines as JavaScript, as a user would run them: what starts a process must not
 * compile TypeScript first. Built once for each run of the benches.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
// Within the tree, so that packages are found from there.
const target = join(root, "node_modules/.cache/sagachart-bench");

let isBuilt = false;

export interface Built {
  /** The command `sagachart`. */
  readonly cliPath: string;
  readonly machinesPath: string;
}

/** The sources themselves, to be run by tsx. */
export const sources: Built = {
  cliPath: join(root, "src/cli/main.ts"),
  machinesPath: join(root, "bench/machines"),
};

export function build(): Built {
  if (!isBuilt) {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    writeFileSync(
      join(target, "package.json"),
      JSON.stringify({ type: "module", version: "0.0.0" }),
    );
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const project = join(root, "bench/tsconfig.built.json");
    execFileSync(process.execPath, [compiler, "-p", project, "--outDir", target], {
      stdio: "inherit",
    });
    const migrations = "src/store/sqlite/migrations";
    cpSync(join(root, migrations), join(target, migrations), { recursive: true });
    isBuilt = true;
  }
  return { cliPath: join(target, "src/cli/main.js"), machinesPath: join(target, "bench/machines") };
}
