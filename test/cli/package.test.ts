/** From nothing to a running saga, with the package as it is published: a fresh directory, npm, and four commands. */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { end } from "../crash/processes.ts";

/** Thousands of small files. */
const CLEANING_MS = 60_000;

const SQLITE = "node_modules/better-sqlite3/build/Release/better_sqlite3.node";

function run(folder: string, program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
}

/** The package as a file, of what is in this repository now. */
function packInto(folder: string): string {
  const staged = join(folder, "package");
  mkdirSync(staged);
  run(".", "node_modules/.bin/tsc", "-p", "src", "--outDir", join(staged, "dist"));
  for (const file of ["package.json", "CHANGELOG.md", "LICENSE", "README.md"]) {
    cpSync(file, join(staged, file));
  }
  cpSync("src/store/sqlite/migrations", join(staged, "src/store/sqlite/migrations"), {
    recursive: true,
  });
  run(staged, "npm", "pack", "--ignore-scripts", "--pack-destination", folder);
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
}

test(
  "npm init, npm install, sagachart new, sagachart dev, and an instance runs to its end",
  { timeout: 240_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "sagachart-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }), CLEANING_MS);
    const project = join(folder, "project");
    mkdirSync(project);
    const tarball = packInto(folder);

    run(project, "npm", "init", "-y");
    run(project, "npm", "install", "--ignore-scripts", "--prefer-offline", "--no-audit", tarball);
    // Compiled for this repository already; to do it again takes a minute and a half.
    mkdirSync(join(project, SQLITE, ".."), { recursive: true });
    cpSync(resolve(SQLITE), join(project, SQLITE));
    const steps = ["--step", "reserve:release", "--step", "charge:refund", "--step", "ship"];
    run(project, "npx", "sagachart", "new", "demo", ...steps, "--pivot", "charge");
    const checked = run(project, "npx", "sagachart", "check", "demo", "--world", "clean", "--json");

    const { type } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
      type?: string;
    };
    const bin = join(project, "node_modules/.bin/sagachart");
    const dev = spawn(bin, ["dev", "--port", "0"], {
      cwd: project,
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void end(dev, "SIGTERM"));
    dev.stdout.resume();
    const url = await new Promise<string>((found, failed) => {
      dev.once("exit", () => failed(new Error("dev ended")));
      createInterface({ input: dev.stderr }).on("line", (line) => {
        const [, address] = /listens on (\S+),/.exec(line) ?? [];
        if (address !== undefined) found(address);
      });
    });
    const answer = await fetch(`${url}/sagas/demo/instances?waitFor=settled`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id: "d-1", input: { reference: "r-1" } }),
    });
    const exitCode = await end(dev, "SIGINT");

    // What npm init writes is a package of CommonJS: no obstacle.
    expect(type).toBe("commonjs");
    expect(JSON.parse(checked)).toMatchObject({ ok: true });
    expect(await answer.json()).toMatchObject({
      phase: "completed",
      output: { status: "completed", shipId: "demo/d-1/ship/3" },
    });
    expect(exitCode).toBe(0);
  },
);
