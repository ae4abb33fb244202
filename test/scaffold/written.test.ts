/** What is written is a saga: it compiles, lints, can be registered, keeps what it claims, and passes its own test. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { check } from "../../src/check/check.ts";
import type { Samples } from "../../src/check/check.ts";
import type { AnySaga } from "../../src/index.ts";
import { lint } from "../../src/saga/lint.ts";
import type { Layout } from "../../src/scaffold/layout.ts";
import { scaffold } from "../../src/scaffold/scaffold.ts";
import { shapes } from "./shapes.ts";

// Inside the repository, where packages are found; in a folder that git leaves alone.
mkdirSync("coverage", { recursive: true });
const folder = mkdtempSync(join("coverage", "written-"));

function layoutOf(name: string): Layout {
  const path = `${folder}/machines/${name}`;
  const from = (file: string): string => relative(path, file);
  const api = { sagachart: from("src/index.ts"), testing: from("src/testing/testing.ts") };
  return {
    folder: path,
    testPath: `${path}/${name}.test.ts`,
    sagachart: api.sagachart,
    samples: from("src/check/check.ts"),
    test: { folder: ".", ...api },
  };
}

async function load(name: string): Promise<{ saga: AnySaga; samples: Samples }> {
  const module = async (file: string): Promise<Record<string, unknown>> =>
    (await import(pathToFileURL(resolve(folder, "machines", name, file)).href)) as never;
  const [saga] = Object.values(await module("index.ts"));
  const { samples } = await module("samples.ts");
  return { saga: saga as AnySaga, samples: samples as Samples };
}

const EXTEND = "../../tsconfig.json";
const VITEST = `import { defineConfig } from "vitest/config";
export default defineConfig({ test: { include: ["machines/**/*.test.ts"] } });
`;

beforeAll(() => {
  for (const plan of shapes) {
    for (const { path, text } of scaffold(plan, layoutOf(plan.name))) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: EXTEND, include: ["machines"] }),
  );
  writeFileSync(join(folder, "vitest.config.ts"), VITEST);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("they compile in the strictest way", { timeout: 180_000 }, () => {
  expect(run("tsc", ["-p", folder])).toBe("");
});

test("they have nothing that the linter minds", { timeout: 180_000 }, () => {
  // The linter passes over what git leaves alone, so they go elsewhere.
  const elsewhere = mkdtempSync(join(tmpdir(), "sagachart-"));
  onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }));
  cpSync(join(folder, "machines"), elsewhere, { recursive: true });
  const config = join(elsewhere, "oxlint.json");
  const categories = { correctness: "error", suspicious: "error" };
  const plugins = ["typescript", "unicorn", "oxc", "import", "promise", "vitest"];
  writeFileSync(config, JSON.stringify({ plugins, categories }));

  const said = run("oxlint", ["--deny-warnings", "-c", config, elsewhere]);

  expect(said).toContain("0 warnings and 0 errors");
  expect(said).toContain(`on ${shapes.length * 5} files`);
});

test("their own tests pass", { timeout: 180_000 }, () => {
  const said = run("vitest", ["run", "--root", folder, "--maxWorkers", "1"]);

  expect(said).toMatch(new RegExp(`Test Files.* ${shapes.length} passed`));
});

test.each(shapes.map(({ name }) => name))(
  "the lint of sagas has nothing against %s",
  async (name) => {
    const { saga } = await load(name);

    expect(lint(saga)).toEqual([]);
  },
);

// The worlds in which a call may have had its effect; the zombie world takes minutes where steps run side by side.
test.each(shapes.map(({ name }) => name))(
  "the checker finds nothing in %s, and meets all that is drawn",
  { timeout: 120_000 },
  async (name) => {
    const { saga, samples } = await load(name);

    const { findings, coverage, worlds } = check(saga, { samples, worlds: ["clean", "lossy"] });

    expect(findings).toEqual([]);
    expect(coverage.states.missing).toEqual([]);
    expect(coverage.transitions.missing).toEqual([]);
    expect(worlds.flatMap(({ cutOff }) => cutOff)).toEqual([]);
  },
);

/** What a program of this repository says. */
function run(program: string, args: readonly string[]): string {
  try {
    return execFileSync(`node_modules/.bin/${program}`, args, {
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
      stdio: "pipe",
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}
