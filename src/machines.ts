/**
 * The machines folder: one folder a saga, whose `index.ts` (or `index.js`) exports what `defineSaga` gave.
 */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { SagaError } from "./errors.ts";
import type { AnySaga } from "./saga/define.ts";

const ENTRIES = ["index.ts", "index.js", "index.mjs"];

/** Loads a module by its absolute path. */
export type LoadModule = (path: string) => Promise<unknown>;

/** Loads what this process can load by itself: TypeScript only if it was started to. */
async function importModule(path: string): Promise<unknown> {
  return import(pathToFileURL(path).href);
}

/** @throws {SagaError} SAGA_CONFIG_INVALID if the folder is missing, a file does not load, or there is no saga in it. */
export async function loadSagas(
  machinesPath: string,
  load: LoadModule = importModule,
): Promise<readonly AnySaga[]> {
  const root = resolve(machinesPath);
  if (!existsSync(root)) throw invalid(`the machines folder ${root} does not exist`);

  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const entries = folders
    .map(({ name }) =>
      ENTRIES.map((entry) => join(root, name, entry)).find((path) => existsSync(path)),
    )
    .filter((path) => path !== undefined);
  const sagas = (await Promise.all(entries.map((path) => sagasOf(path, load)))).flat();
  if (sagas.length === 0) throw invalid(`no folder in ${root} exports a saga from its index.ts`);
  return sagas;
}

async function sagasOf(path: string, load: LoadModule): Promise<readonly AnySaga[]> {
  try {
    return Object.values((await load(path)) as object).filter(isSaga);
  } catch (cause) {
    throw invalid(
      `${path} does not load: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
}

// By its parts and not by a class: the folder may use another copy of this package.
function isSaga(value: unknown): value is AnySaga {
  if (value === null || typeof value !== "object") return false;
  const { name, version, machine, activities } = value as Partial<AnySaga>;
  return (
    typeof name === "string" &&
    typeof version === "number" &&
    typeof machine === "object" &&
    typeof activities === "object"
  );
}

function invalid(message: string, cause?: unknown): SagaError {
  return new SagaError("SAGA_CONFIG_INVALID", message, { cause });
}
