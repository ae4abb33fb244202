/**
 * One run of the command: where commands write their answers, as text or as JSON, and how it ends. Every error
 * comes out here, once, as one line on stderr or as one object.
 */
import { SagaHttpError } from "../client/http-error.ts";
import { loadConfig } from "../config.ts";
import type { Config } from "../config.ts";
import { SagaError } from "../errors.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { paint } from "./shell.ts";
import type { Shell } from "./shell.ts";

export class Cli {
  readonly shell: Shell;
  #isJson = false;
  #exitCode: ExitCode = exitCodes.done;

  constructor(shell: Shell) {
    this.shell = shell;
  }

  get isJson(): boolean {
    return this.#isJson;
  }

  get exitCode(): ExitCode {
    return this.#exitCode;
  }

  answerAsJson(): void {
    this.#isJson = true;
  }

  /** The configuration, with what the command line says instead of the environment. */
  config(overrides: Readonly<Record<string, string | undefined>> = {}): Config {
    const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
    return loadConfig({ ...this.shell.environment, ...Object.fromEntries(given) });
  }

  /** The answer: `value` for programs, `text` for people. */
  answer(value: unknown, text: () => string): void {
    this.shell.write(this.#isJson ? `${JSON.stringify(value)}\n` : withNewline(text()));
  }

  /** A remark for people, beside the answer. */
  remark(text: string): void {
    if (!this.#isJson) this.shell.writeError(withNewline(text));
  }

  /** Ends with this code, unless something goes wrong later. */
  endWith(code: ExitCode): void {
    this.#exitCode = code;
  }

  fail(error: unknown): void {
    this.#exitCode = this.shell.signal.aborted ? exitCodes.interrupted : exitCodeOf(error);
    if (this.shell.signal.aborted) return;
    const { code, message, details } = factsOf(error);
    if (this.#isJson) {
      this.shell.writeError(`${JSON.stringify({ error: { code, message, details } })}\n`);
      return;
    }
    const { hasColor, isTerminal } = this.shell;
    const label = paint({ hasColor: hasColor && isTerminal }, "red", code ?? "error");
    this.shell.writeError(withNewline(`${label}: ${message}`));
    for (const line of detailLines(details)) this.shell.writeError(`  ${line}\n`);
  }
}

function withNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function factsOf(error: unknown): {
  code: string | null;
  message: string;
  details: Readonly<Record<string, unknown>>;
} {
  if (error instanceof SagaError || error instanceof SagaHttpError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return { code: null, message, details: {} };
}

/** What helps to mend it: what an instance takes now, where an input is wrong. */
function detailLines(details: Readonly<Record<string, unknown>>): readonly string[] {
  const { accepts, issues } = details as {
    accepts?: readonly { type: string }[];
    issues?: readonly { path?: string; message: string }[];
  };
  const taken = Array.isArray(accepts)
    ? [`takes now: ${accepts.map(({ type }) => type).join(", ") || "nothing"}`]
    : [];
  const wrong = Array.isArray(issues)
    ? issues.map(({ path = "", message }) => `${path || "(all)"}: ${message}`)
    : [];
  return [...taken, ...wrong];
}
