/** From nothing to a running saga, with the package as it is published: a fresh directory, npm, and four commands. */
import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { buildStudio } from "../../scripts/build-studio.ts";
import { bundle } from "../../scripts/bundle.ts";
import { end } from "../crash/processes.ts";

/** Thousands of small files. */
const CLEANING_MS = 60_000;

const SQLITE = "node_modules/better-sqlite3/build/Release/better_sqlite3.node";

function run(folder: string, program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
}

/** The package as a file, of what is in this repository now. */
async function packInto(folder: string): Promise<string> {
  await buildStudio();
  const staged = join(folder, "package");
  mkdirSync(staged);
  run(".", "node_modules/.bin/tsc", "-p", "src", "--outDir", join(staged, "dist"));
  await bundle(join(staged, "dist"));
  for (const file of ["package.json", "CHANGELOG.md", "LICENSE", "README.md"]) {
    cpSync(file, join(staged, file));
  }
  cpSync("dist/studio/web", join(staged, "dist/studio/web"), { recursive: true });
  cpSync("src/store/sqlite/migrations", join(staged, "src/store/sqlite/migrations"), {
    recursive: true,
  });
  run(staged, "npm", "pack", "--ignore-scripts", "--pack-destination", folder);
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
}

/** What the Studio does in a project: a path that is simulated becomes a test, and a draft is loaded and typed. */
async function studioOf(url: string) {
  const ask = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${url}/studio/api/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as Record<string, unknown>;
  };
  const { registration } = await ask("drafts/demo", { operations: [] });
  const types = await ask("drafts/demo/types", { operations: [] });
  const { path } = await ask("simulations/demo", { path: { moves: [] }, act: { kind: "goOn" } });
  const { file } = await ask("simulations/demo/test", { path, write: true });
  return { test: String(file), registration, types };
}

/** The page of the Studio and what it loads first, as a browser asks for them. */
async function fetchStudio(url: string) {
  const page = await fetch(`${url}/studio/m/demo`);
  const html = await page.text();
  const paths = [...html.matchAll(/<script type="module"[^>]* src="([^"]+)"/g)];
  const answers = await Promise.all(
    paths.map(([, path = ""]) => fetch(url + path, { headers: { "accept-encoding": "br" } })),
  );
  return {
    page: page.status,
    scripts: answers.map(({ status }) => status),
    encodings: answers.map(({ headers }) => headers.get("content-encoding")),
  };
}

test(
  "npm init, npm install, sagachart new, sagachart dev: an instance runs to its end, and the Studio is there without a build",
  { timeout: 240_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "sagachart-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }), CLEANING_MS);
    const project = join(folder, "project");
    mkdirSync(project);
    const tarball = await packInto(folder);

    run(project, "npm", "init", "-y");
    const options = ["--omit=dev", "--ignore-scripts", "--prefer-offline", "--no-audit"];
    run(project, "npm", "install", ...options, tarball);
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
    const studio = await fetchStudio(url);
    const written = await studioOf(url);
    const exitCode = await end(dev, "SIGINT");
    // What is installed here is the test runner of this repository.
    symlinkSync(resolve("node_modules/vitest"), join(project, "node_modules/vitest"));
    const tested = run(project, "npx", "vitest", "run", written.test, "--reporter=json");

    // What npm init writes is a package of CommonJS: no obstacle.
    expect(type).toBe("commonjs");
    expect(JSON.parse(checked)).toMatchObject({ ok: true });
    expect(await answer.json()).toMatchObject({
      phase: "completed",
      output: { status: "completed", shipId: "demo/d-1/ship/3" },
    });
    expect(studio).toEqual({ page: 200, scripts: [200], encodings: ["br"] });
    const built = ["vite", "esbuild", "typescript", "preact"].filter((name) =>
      existsSync(join(project, "node_modules", name)),
    );
    expect(built).toEqual([]);
    expect(exitCode).toBe(0);
    expect(written).toEqual({
      test: "machines/demo/demo.simulated.test.ts",
      registration: { problem: null, findings: [] },
      types: { version: null, reason: "TypeScript is not installed", faults: [] },
    });
    expect(JSON.parse(tested)).toMatchObject({ success: true, numPassedTests: 1 });
  },
);
