/** Real processes for the crash tests: started, listened to, and killed. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface Started {
  readonly process: ChildProcess;
  readonly url: string;
}

/** Starts a script, or a compiled program, and waits for the first line of JSON that has a `url`. */
export async function startScript(
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const loader = script.endsWith(".ts") ? ["--import", "tsx"] : [];
  const child = spawn(process.execPath, [...loader, script], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4_000)));
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${script} ended with ${code}: ${errors}`)));
    lines.on("line", (line) => {
      const found = urlIn(line);
      if (found !== null) resolve(found);
    });
  });
  // Nobody reads on, but a full pipe would stop the process.
  child.stdout.resume();
  return { process: child, url };
}

/** Sends a signal and waits for the end. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
  return child.exitCode;
}

function urlIn(line: string): string | null {
  try {
    const parsed = JSON.parse(line) as { url?: unknown };
    return typeof parsed.url === "string" ? parsed.url : null;
  } catch {
    return null;
  }
}
