/** Other runs of this command as processes: the server that `dev` starts anew, and the trial before it does. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Shell } from "../shell.ts";

export interface ServerProcess {
  readonly url: string;
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<unknown>;
  /** Asks it to stop in order, and waits. */
  stop(): Promise<void>;
}

/** Log lines, parsed if they are JSON. */
export type OnLine = (line: string) => void;

const LISTENS = /^sagachart listens on (\S+),/;

/** Starts the server; rejects with what it said if it ends before it listens. */
export async function startServer(
  shell: Shell,
  options: readonly string[],
  onLine: OnLine,
): Promise<ServerProcess> {
  const child = run(shell, ["start", ...options]);
  const ended = once(child, "exit");
  createInterface({ input: child.stdout }).on("line", onLine);
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      const [, found] = LISTENS.exec(line) ?? [];
      if (found === undefined) said.push(line);
      else resolve(found);
    });
    void ended.then(() => reject(new Error(said.join("\n") || "the server ended at once")));
  });
  return {
    url,
    ended,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

export interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs this command to its end. */
export async function runToEnd(shell: Shell, args: readonly string[]): Promise<Finished> {
  const child = run(shell, args);
  const parts = { output: "", errors: "" };
  child.stdout.on("data", (chunk: Buffer) => (parts.output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (parts.errors += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...parts };
}

function run(
  shell: Shell,
  args: readonly string[],
): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  const [program = process.execPath, ...own] = shell.command;
  return spawn(program, [...own, ...args], {
    cwd: shell.folder,
    env: { ...shell.environment },
    // Not of our group: Ctrl-C comes to us alone, and we stop it in order.
    detached: true,
    // The channel tells the child when we are gone, however that happened.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  }) as ReturnType<typeof run>;
}
