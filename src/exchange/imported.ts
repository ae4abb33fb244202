/**
 * Imported charts: what all readers come to, whatever they read: XState's own configuration as plain JSON, in which
 * everything that decides or does something is a name, and what was lost on the way, line by line.
 */
import { SagaError } from "../errors.ts";

export type Config = Record<string, unknown>;

export const importFormats = ["xstate-json", "scxml", "mermaid", "typescript"] as const;

export type ImportFormat = (typeof importFormats)[number];

/** What an import does not keep as it was. */
export interface Loss {
  /** Counts from 1; null: it is about the whole. */
  readonly line: number | null;
  readonly what: string;
}

export interface ImportedChart {
  readonly format: Exclude<ImportFormat, "typescript">;
  /** A configuration that `createMachine` takes, with names for all that is a function. */
  readonly config: Config;
  readonly losses: readonly Loss[];
}

/** A chart of a thousand states is about half of it. */
export const IMPORT_LENGTH_MAX = 1_000_000;
const IMPORT_STATES_MAX = 2_000;
export const IMPORT_DEPTH_MAX = 40;

/** Losses in the order of their lines, each once. */
export class Losses {
  readonly #found = new Map<string, Loss>();

  add(line: number | null, what: string): void {
    this.#found.set(`${line} ${what}`, { line, what });
  }

  list(): readonly Loss[] {
    return [...this.#found.values()].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  }
}

/** @throws {SagaError} SAGA_IMPORT_INVALID */
export function invalid(what: string, line: number | null = null): SagaError {
  const where = line === null ? "" : `line ${line}: `;
  return new SagaError("SAGA_IMPORT_INVALID", `${where}${what}`, { details: { line } });
}

/** @throws {SagaError} SAGA_IMPORT_INVALID if a chart has more states, or states deeper inside, than can be. */
export function checkSize(config: Config): void {
  let count = 0;
  const visit = (state: Config, depth: number): void => {
    count += 1;
    if (depth > IMPORT_DEPTH_MAX) throw invalid(`states stand deeper than ${IMPORT_DEPTH_MAX}`);
    for (const child of Object.values(statesOf(state))) visit(child, depth + 1);
  };
  visit(config, 0);
  if (count > IMPORT_STATES_MAX) {
    throw invalid(`it has ${count} states, at most ${IMPORT_STATES_MAX} can be imported`);
  }
}

export function statesOf(state: Config): Readonly<Record<string, Config>> {
  const { states } = state;
  return isObject(states) ? (states as Record<string, Config>) : {};
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
