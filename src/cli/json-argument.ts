/** JSON on the command line: as it is, from a file (`@order.json`), or from standard input (`-`). */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { SagaError } from "../errors.ts";
import type { Shell } from "./shell.ts";

/** @throws {SagaError} SAGA_COMMAND_INVALID if it is no JSON, or the file cannot be read. */
export async function readJson(shell: Shell, name: string, argument: string): Promise<unknown> {
  const text = await textOf(shell, name, argument);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SagaError(
      "SAGA_COMMAND_INVALID",
      `${name} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** @throws {SagaError} SAGA_COMMAND_INVALID if it is no JSON object. */
export async function readJsonObject(
  shell: Shell,
  name: string,
  argument: string,
): Promise<Readonly<Record<string, unknown>>> {
  const value = await readJson(shell, name, argument);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new SagaError("SAGA_COMMAND_INVALID", `${name} is no JSON object`);
}

async function textOf(shell: Shell, name: string, argument: string): Promise<string> {
  if (argument === "-") return shell.readInput();
  if (!argument.startsWith("@")) return argument;
  const path = resolve(shell.folder, argument.slice(1));
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new SagaError("SAGA_COMMAND_INVALID", `the file ${path} of ${name} cannot be read`, {
      cause,
    });
  }
}
