/**
 * The shell: all that a command has of the world it was started in. A test gives its own and reads what was
 * written.
 */
import { styleText } from "node:util";
import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";

export interface Shell {
  /** Writes answers. */
  readonly write: (text: string) => void;
  /** Writes what is not the answer: progress, remarks, errors. */
  readonly writeError: (text: string) => void;
  /** Whether answers go to a terminal that shows colours. */
  readonly hasColor: boolean;
  /** Whether errors and progress go to a terminal. */
  readonly isTerminal: boolean;
  /** Whether somebody is there to be asked. */
  readonly canAsk: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How this command is started once more: the program and its first arguments. */
  readonly command: readonly string[];
  /** Working directory. */
  readonly folder: string;
  /** All of standard input. */
  readonly readInput: () => Promise<string>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Name of who started the command; null if nobody knows. */
  readonly user: string | null;
}

/** What is needed of a stream to tell whether somebody sees it. */
interface Stream {
  readonly isTTY?: boolean;
}

/** The shell of a process. `NO_COLOR` (no-color.org) and dumb terminals have no colours. */
export function processShell(
  environment: Shell["environment"],
  rest: Pick<Shell, "signal" | "user">,
): Shell {
  const { stdin, stdout, stderr } = process;
  const noColor = Boolean(environment["NO_COLOR"]) || environment["TERM"] === "dumb";
  return {
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    hasColor: isTerminal(stdout) && !noColor,
    isTerminal: isTerminal(stderr),
    canAsk: isTerminal(stdin) && isTerminal(stdout),
    environment,
    command: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
    folder: process.cwd(),
    readInput: async () => {
      const parts: Buffer[] = [];
      for await (const part of stdin) parts.push(part as Buffer);
      return Buffer.concat(parts).toString("utf8");
    },
    clock: systemClock,
    ...rest,
  };
}

function isTerminal({ isTTY }: Stream): boolean {
  return isTTY === true;
}

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** The text in a style, if there are colours. */
export function paint(shell: Pick<Shell, "hasColor">, style: Style, text: string): string {
  // Whether there are colours was decided above, for the shell and not for this process.
  return shell.hasColor ? styleText(style, text, { validateStream: false }) : text;
}
