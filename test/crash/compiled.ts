/**
 * The server as one compiled program, so that it starts in a fraction of the time that TypeScript needs: kills per
 * minute are what a kill test is worth. It is the same code, with its packages; only SQLite stays outside.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
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

/** Compiles `server-process.ts` and sagas of `machines/`; they are there until the test has ended. */
export async function compileServer(sagas: readonly string[]): Promise<CompiledServer> {
  // Three levels below the package's root, as `src/store/sqlite/` is: the program looks for its migrations from there.
  const cache = resolve("node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "server-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));

  const entries = sagas.map((name) => [
    `${MACHINES}/${name}/index`,
    join(MACHINES, name, "index.ts"),
  ]);
  await build({
    entryPoints: { server: "test/crash/server-process.ts", ...Object.fromEntries(entries) },
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
  return { program: join(folder, "server.mjs"), machines: join(folder, MACHINES) };
}
