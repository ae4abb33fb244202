/** A shell for tests: it keeps what a command writes, and gives what a test says. */
import { runCli } from "../../src/cli/program.ts";
import type { Shell } from "../../src/cli/shell.ts";
import { systemClock } from "../../src/clock.ts";

export interface Run {
  readonly code: number;
  /** What was written as the answer. */
  readonly out: string;
  /** What was written beside it. */
  readonly err: string;
}

/** Runs the command with these arguments, as a shell would, in this process. */
export async function sagachart(args: readonly string[], shell: Partial<Shell> = {}): Promise<Run> {
  const written = { out: "", err: "" };
  const code = await runCli(args, {
    write: (text) => (written.out += text),
    writeError: (text) => (written.err += text),
    hasColor: false,
    isTerminal: false,
    canAsk: false,
    environment: {},
    command: [],
    folder: process.cwd(),
    readInput: () => Promise.resolve(""),
    signal: new AbortController().signal,
    clock: systemClock,
    user: "tess",
    ...shell,
  });
  return { code, ...written };
}

/** The answer of a run with `--json`. */
export function json(run: Run): never {
  return JSON.parse(run.out) as never;
}
