/** The disk shim, compiled by the tests that need it, and how a process is started on it. */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { programOf } from "../fixtures/compiled.ts";

/** Why these tests cannot run here; null if they can. In CI they must: there a missing compiler fails them. */
export function whyNoShim(): string | null {
  if (process.platform !== "linux") return "the disk shim needs Linux";
  if (process.env["CI"] !== undefined) return null;
  try {
    execFileSync("gcc", ["--version"], { stdio: "ignore" });
    return null;
  } catch {
    return "the disk shim needs gcc";
  }
}

let compiled: string | null = null;

/** Compiles the shim, once for each test file. */
function shimPath(): string {
  if (compiled !== null) return compiled;
  const path = join(mkdtempSync(join(tmpdir(), "sagachart-shim-")), "disk-shim.so");
  const source = fileURLToPath(new URL("disk-shim.c", import.meta.url));
  const flags = ["-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC"];
  execFileSync("gcc", [...flags, "-o", path, source, "-ldl", "-lpthread"], { stdio: "inherit" });
  compiled = path;
  return path;
}

/** What a process needs in its environment to have its files in `folder` watched. */
export function shimEnvironment(folder: string, tracePath?: string): Record<string, string> {
  return {
    LD_PRELOAD: shimPath(),
    DISK_FOLDER: `${folder}/`,
    ...(tracePath !== undefined && { DISK_TRACE: tracePath }),
  };
}

/** Runs a program of this folder on the shim; it is killed with its test. */
export function startOnShim(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcess {
  const path = programOf(fileURLToPath(new URL(program, import.meta.url)));
  const child = spawn(process.execPath, [path, ...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}
