/**
 * Lets this process load sagas that are TypeScript, wherever they are. Node 20 reads none by itself, and a
 * build before each start would stand between an edit and its effect.
 */
import { loadSagas } from "../machines.ts";
import type { AnySaga } from "../saga/define.ts";

/** The sagas of a folder, in TypeScript or JavaScript. @throws {SagaError} as `loadSagas` does. */
export async function loadAnySagas(machinesPath: string): Promise<readonly AnySaga[]> {
  await readTypeScript();
  return loadSagas(machinesPath);
}

export async function readTypeScript(): Promise<void> {
  // A process that runs from source reads it already.
  if (import.meta.url.endsWith(".ts")) return;
  const { register } = await import("tsx/esm/api");
  const { register: registerRequire } = await import("tsx/cjs/api");
  register();
  registerRequire();
}
