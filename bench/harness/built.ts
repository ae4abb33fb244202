/**
 * The benches as JavaScript, with the modules that they look into, and beside them the package as it is published. Run
 * by tsx, each function that a function makes is given its name by code of its own, which takes a third of the time
 * of what is measured.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../scripts/bundle.ts";

// Within the tree, so that packages are found from there.
const CACHE = "node_modules/.cache/sagachart-bench";

/** Where this runs from: the sources, or what was built of them. */
const own = fileURLToPath(new URL("../..", import.meta.url));
/** `.ts` if the sources themselves run, by tsx; else `.js`. */
export const ending = extname(fileURLToPath(import.meta.url));
/** The folder of the package. */
export const root = ending === ".ts" ? own : join(own, "../../..");

/** The command `sagachart`: that of the package, where it was built. */
export const cliPath = join(own, ending === ".ts" ? "src/cli/main.ts" : "dist/cli/main.js");
/** Sagas for that command, which have its sagachart. */
export const servedPath = join(own, ending === ".ts" ? "bench/machines" : "served");
/** The same sagas for a bench that has the server in its own process. */
export const machinesPath = join(own, "bench/machines");
/** Programs of peers that run on what this package has anyway. */
export const ownPeers = join(own, "bench/peers");

/** What Node needs to run a file of this tree. */
export const execArgv: readonly string[] = ending === ".ts" ? ["--import", "tsx"] : [];

/** Builds all of it anew; gives the program of the benches. */
export async function build(): Promise<string> {
  const target = join(root, CACHE);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  cpSync(join(root, "package.json"), join(target, "package.json"));
  await bundle(join(target, "dist"));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const project = join(root, "bench/tsconfig.built.json");
  execFileSync(process.execPath, [compiler, "-p", project, "--outDir", target], {
    stdio: "inherit",
  });
  const migrations = "src/store/sqlite/migrations";
  cpSync(join(root, migrations), join(target, migrations), { recursive: true });
  copyPeers(join(root, "bench/peers"), join(target, "bench/peers"));
  copyMachines(join(target, "bench/machines"), join(target, "served"));
  return join(target, "bench/main.js");
}

/** Builds the web app of the Studio to where the server of this tree looks for it. */
export function buildWeb(): void {
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const config = join(root, "studio/vite.config.ts");
  execFileSync(process.execPath, [vite, "build", "--config", config, "--logLevel", "warn"], {
    cwd: root,
    stdio: "inherit",
  });
  const web = "dist/studio/web";
  if (own !== root) cpSync(join(root, web), join(own, web), { recursive: true });
}

/** The compiler leaves them alone; what they import of ours is JavaScript now. */
function copyPeers(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from).filter((name) => name.endsWith(".mjs"))) {
    const text = readFileSync(join(from, file), "utf8");
    writeFileSync(join(to, file), text.replaceAll(/(from "\.\.\/[^"]+)\.ts"/g, '$1.js"'));
  }
}

/** They import the package by its name, as those of a user do. */
function copyMachines(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    mkdirSync(join(to, name), { recursive: true });
    const text = readFileSync(join(from, name, "index.js"), "utf8");
    writeFileSync(join(to, name, "index.js"), text.replace("../../../src/index.js", "sagachart"));
  }
}
