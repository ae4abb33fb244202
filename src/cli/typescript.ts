/**
 * Loads sagas that are TypeScript, wherever they are. Node 20 reads none by itself, and a build before each
 * start would stand between an edit and its effect.
 *
 * jiti takes the types off and leaves the packages that a saga imports to Node, so that a saga and the server have
 * one and the same sagachart; whether the project is of ES modules or of CommonJS makes no difference.
 */
import { pathToFileURL } from "node:url";
import type { Jiti } from "jiti";
import { loadSagas } from "../machines.ts";
import type { LoadModule } from "../machines.ts";
import { isSource } from "../package.ts";
import type { AnySaga } from "../saga/define.ts";

/** The sagas of a folder, in TypeScript or JavaScript. @throws {SagaError} as `loadSagas` does. */
export async function loadAnySagas(machinesPath: string): Promise<readonly AnySaga[]> {
  return loadSagas(machinesPath, typeScriptLoader());
}

/** One module, in TypeScript or JavaScript. */
export async function loadAnyModule(path: string): Promise<unknown> {
  const load = typeScriptLoader();
  return load === undefined ? import(pathToFileURL(path).href) : load(path);
}

/** Undefined where this process runs from source, and so reads TypeScript already. */
export function typeScriptLoader(): LoadModule | undefined {
  if (isSource) return undefined;
  let jiti: Promise<Jiti> | undefined;
  return async (path) => {
    try {
      if (!path.endsWith(".ts")) return await import(pathToFileURL(path).href);
    } catch (error) {
      if (!needsTypeScript(error)) throw error;
    }
    jiti ??= import("jiti").then(({ createJiti }) => createJiti(import.meta.url));
    return (await jiti).import(path);
  };
}

/** Whether JavaScript imports something that Node alone does not find or read. Nothing of it has run then. */
function needsTypeScript(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ERR_UNKNOWN_FILE_EXTENSION" || code === "ERR_MODULE_NOT_FOUND";
}
