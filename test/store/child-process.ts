/** Starts a fixture of this folder as a real process, which dies with its test. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { programOf } from "../fixtures/compiled.ts";

export function startProcess(fixture: string, path: string): ChildProcess {
  const program = programOf(fileURLToPath(new URL(fixture, import.meta.url)));
  const child = fork(program, [path], {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** As the power button does it: no handler runs. Ends when the process is gone and its output is read. */
export async function killProcess(child: ChildProcess): Promise<void> {
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}
