/**
 * The server as one compiled program, so that it starts in a fraction of the time that TypeScript needs: kills per
 * minute are what a kill test is worth. It is the same code, with its packages; only SQLite stays outside.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { onTestFinished } from "vitest";

export interface CompiledServer {
  /** The program to start with Node. */
  readonly program: string;
  /** For `SAGACHART_MACHINES`. */
  readonly machines: string;
}

const MACHINES = "machines";

// Packages that are no ES modules ask for `require`.
const banner =
  'import { createRequire as madeRequire } from "node:module"; const require = madeRequire(import.meta.url);';

/** Compiles `scripts/start.ts` and all sagas of `machines/`, until the test has ended. */
export async function compileServer(): Promise<CompiledServer> {
  // Three levels below the package's root, as `src/store/sqlite/` is: the program looks for its migrations from there.
  const cache = resolve("node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "server-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));

  const names = readdirSync(MACHINES).filter((name) =>
    existsSync(join(MACHINES, name, "index.ts")),
  );
  const sagas = names.map((name) => [`machines/${name}/index`, join(MACHINES, name, "index.ts")]);
  await build({
    entryPoints: { start: "scripts/start.ts", ...Object.fromEntries(sagas) },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // Sagas and server share one copy of what both import.
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["better-sqlite3"],
    banner: { js: banner },
    logLevel: "error",
  });
  return { program: join(folder, "start.mjs"), machines: join(folder, MACHINES) };
}
