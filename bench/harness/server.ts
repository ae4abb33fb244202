/** `sagachart start` as a process of its own: how long it takes to serve, and what memory it has. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { cliPath, execArgv, servedPath } from "./built.ts";

export interface Server {
  readonly url: string;
  rssMib(): number;
  kill(): Promise<void>;
}

const ERRORS_LENGTH_MAX = 4_000;
const KIB_OF_MIB = 1_024;

/** Resolves when it says that it listens. */
export async function startServer(path: string): Promise<Server> {
  const child = spawn(process.execPath, [...execArgv, cliPath, "start"], {
    env: {
      ...process.env,
      HOST: "127.0.0.1",
      PORT: "0",
      SAGACHART_DB: path,
      SAGACHART_MACHINES: servedPath,
      NODE_ENV: "production",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const url = await listening(child);
  return {
    url,
    rssMib: () => readRssMib(child),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function listening(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error("the server has no standard error");
  let errors = "";
  const lines = createInterface({ input: child.stderr });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${errors}`)));
    lines.on("line", (line) => {
      errors = `${errors}${line}\n`.slice(-ERRORS_LENGTH_MAX);
      const url = /listens on (http:\S+),/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}

/** Resident memory, of Linux's own account; not a number elsewhere. */
function readRssMib({ pid }: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / KIB_OF_MIB;
  } catch {
    return Number.NaN;
  }
}
