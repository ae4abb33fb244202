/**
 * The server as one compiled program: kills per minute are what a kill test is worth. It is the same code, with its
 * packages; only SQLite stays outside.
 */
import { join } from "node:path";
import { compile, withPackages } from "../fixtures/compiled.ts";

export interface CompiledServer {
  /** The program to start with Node. */
  readonly program: string;
  /** For `SAGACHART_MACHINES`. */
  readonly machines: string;
  readonly remove: () => void;
}

const MACHINES = "machines";

/** Compiles `server-process.ts` and sagas of `machines/`. */
export async function compileServer(sagas: readonly string[]): Promise<CompiledServer> {
  const entries = sagas.map((name) => [
    `${MACHINES}/${name}/index`,
    join(MACHINES, name, "index.ts"),
  ]);
  const { folder, remove } = await compile("server", {
    entryPoints: { server: "test/crash/server-process.ts", ...Object.fromEntries(entries) },
    // Sagas and server share one copy of what both import.
    splitting: true,
    ...withPackages,
  });
  return { program: join(folder, "server.mjs"), machines: join(folder, MACHINES), remove };
}
