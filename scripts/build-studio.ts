/**
 * Builds the Studio's web app where there is no build, or one that is older than its sources; `npm start` and the
 * browser tests do so by themselves.
 */
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "dist/studio/web/index.html");
/** What the web app is made of. */
const sources = ["studio", "src/draw", "src/saga/phase.ts", "package-lock.json"];

/** Two builds at a time would write into each other. */
const lock = join(root, "dist/.building-studio");
/** A build takes a second or two; a lock that is older was left by a process that was killed. */
const LOCK_MS_MAX = 60_000;

/** Resolves when there is a build of the present sources. Rejects with what the build says if it fails. */
export async function buildStudio(): Promise<void> {
  while (!isFresh()) {
    if (hasLocked()) return build().finally(() => rmSync(lock, { recursive: true, force: true }));
    await sleep(100);
  }
}

async function build(): Promise<void> {
  const vite = join(
    dirname(createRequire(import.meta.url).resolve("vite/package.json")),
    "bin/vite.js",
  );
  const options = ["build", "--config", join(root, "studio/vite.config.ts"), "--logLevel", "warn"];
  await promisify(execFile)(process.execPath, [vite, ...options], { cwd: root });
}

function hasLocked(): boolean {
  const lockedAtMs = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (lockedAtMs !== undefined && Date.now() - lockedAtMs > LOCK_MS_MAX) {
    rmSync(lock, { recursive: true, force: true });
  }
  try {
    mkdirSync(dirname(lock), { recursive: true });
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

function isFresh(): boolean {
  // While it is built the page is there before its files are.
  if (statSync(lock, { throwIfNoEntry: false }) !== undefined) return false;
  const builtAtMs = statSync(built, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return sources.every((source) => newestMs(join(root, source)) < builtAtMs);
}

function newestMs(path: string): number {
  const { mtimeMs, isDirectory } = facts(path);
  if (!isDirectory) return mtimeMs;
  const files = readdirSync(path, { recursive: true, encoding: "utf8" });
  return Math.max(mtimeMs, ...files.map((file) => facts(join(path, file)).mtimeMs));
}

function facts(path: string): { mtimeMs: number; isDirectory: boolean } {
  const stats = statSync(path, { throwIfNoEntry: false });
  return { mtimeMs: stats?.mtimeMs ?? 0, isDirectory: stats?.isDirectory() ?? false };
}
