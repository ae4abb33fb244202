/** The commands that work with sagas in a folder: new, check, paths, draw. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { askPlan } from "../../src/cli/new/ask-plan.ts";
import type { Asker } from "../../src/cli/new/ask-plan.ts";
import { toPlan } from "../../src/scaffold/plan.ts";
import { json, sagachart } from "./shell-at-hand.ts";
import type { Run } from "./shell-at-hand.ts";

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sagachart-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const STEPS = ["--step", "reserve:release", "--step", "charge:refund", "--step", "ship"];
const machines = ["--machines", "test/cli/machines"];

test("new writes a saga into the machines folder of a project, with settings for its compiler", async () => {
  const folder = emptyFolder();

  const run = await sagachart(["new", "order", ...STEPS, "--json"], { folder });

  const files = ["chart", "activities", "index", "samples", "order.test"];
  expect(run.code).toBe(0);
  expect(json(run)).toEqual({
    saga: "order",
    pivot: "ship",
    files: [...files.map((name) => `machines/order/${name}.ts`), "tsconfig.json"],
    missingPackages: ["sagachart", "xstate", "zod", "vitest"],
  });
  expect(readFileSync(join(folder, "machines/order/chart.ts"), "utf8")).toContain(
    'from "sagachart"',
  );
});

test("new overwrites nothing: neither a saga nor settings", async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, "tsconfig.json"), "{}");
  await sagachart(["new", "order", ...STEPS], { folder });
  rmSync(join(folder, "machines/order/chart.ts"));

  const again = await sagachart(["new", "order", "--step", "other:undo"], { folder });

  expect(again.code).toBe(2);
  expect(again.err).toContain("machines/order/activities.ts is there already");
  expect(existsSync(join(folder, "machines/order/chart.ts"))).toBe(false);
  expect(readFileSync(join(folder, "tsconfig.json"), "utf8")).toBe("{}");
});

test("new without a name, and with a plan that cannot be, writes nothing and says why", async () => {
  const folder = emptyFolder();

  const nameless = await sagachart(["new", ...STEPS], { folder });
  const stepless = await sagachart(["new", "order"], { folder });
  const impossible = await sagachart(["new", "order", "--step", "a", "--human"], { folder });

  expect([nameless.code, stepless.code, impossible.code]).toEqual([2, 2, 2]);
  expect(nameless.err).toContain("needs a name");
  expect(stepless.err).toContain("at least one step");
  expect(impossible.err).toContain("after the pivot");
  expect(readdirSync(folder)).toEqual([]);
});

test("stages happen in the order of the command line, over all options", async () => {
  const folder = emptyFolder();
  const stages = ["--step", "a:b", "--wait-for", "PACKED", "--human", "--step", "c:d"];

  await sagachart(["new", "order", ...stages], { folder });

  const chart = readFileSync(join(folder, "machines/order/chart.ts"), "utf8");
  const states = [...chart.matchAll(/^ {4}(\w+): \{$/gm)].map(([, name]) => name);
  expect(states.slice(-5)).toEqual([
    "aing",
    "waitingForPacked",
    "awaitingApproval",
    "cing",
    "compensating",
  ]);
});

test("on a terminal new asks, and what is answered is a plan", async () => {
  const answers = ["order", "reserve", "release", "PACKED", "ship", ""];
  const choices = ["wait", "step", "enough", ""];
  const asker: Asker = {
    text: () => Promise.resolve(answers.shift() ?? ""),
    choose: () => Promise.resolve(choices.shift() as never),
    chooseSeveral: () => Promise.resolve([]),
  };

  const request = await askPlan(asker, undefined);

  expect(toPlan(request)).toEqual({
    name: "order",
    stages: [
      { kind: "step", step: { name: "reserve", undo: "release" } },
      { kind: "wait", event: "PACKED" },
      { kind: "step", step: { name: "ship", undo: null } },
    ],
    pivot: "ship",
  });
});

test("check tells what it looked at, and ends as done if nothing is wrong", async () => {
  const run = await sagachart(["check", "letter", ...machines]);
  const all = await sagachart(["check", ...machines, "--world", "clean", "--json"]);

  expect(run.code).toBe(0);
  expect(run.out).toContain('saga "letter" version 1: nothing found');
  expect(json(all)).toMatchObject({
    ok: true,
    reports: [{ saga: "letter", findings: [], worlds: [{ world: "clean" }] }],
  });
});

test("check writes SARIF beside its answer", async () => {
  const path = join(emptyFolder(), "check.sarif");

  await sagachart(["check", ...machines, "--sarif", path]);

  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ version: "2.1.0" });
});

test("paths lists the ways through a saga", async () => {
  const some = await sagachart(["paths", "letter", ...machines]);
  const all = await sagachart(["paths", "--all", ...machines, "--json"]);

  expect(some.out).toMatch(/^saga "letter": \d+ paths over \d+ edges/);
  const { sagas } = json(all) as { sagas: { saga: string; count: number; paths: unknown[] }[] };
  expect(sagas).toMatchObject([{ saga: "letter", cut: [] }]);
  expect(sagas[0]?.paths).toHaveLength(sagas[0]?.count ?? 0);
});

test("draw gives one saga on stdout in each format, and all of them into a folder", async () => {
  const folder = emptyFolder();
  const draw = (...args: string[]): Promise<Run> => sagachart(["draw", ...args, ...machines]);

  const svg = await draw("letter");
  const mermaid = await draw("letter", "--format", "mermaid", "--json");
  const all = await draw("--format", "scxml", "--out", folder, "--json");

  expect(svg.out).toMatch(/^<svg/);
  expect(json(mermaid)).toMatchObject({ drawings: [{ saga: "letter", format: "mermaid" }] });
  expect(json(all)).toEqual({ files: [{ saga: "letter", file: join(folder, "letter.scxml") }] });
  expect(readFileSync(join(folder, "letter.scxml"), "utf8")).toContain("<scxml");
});

test.each([
  ["an unknown saga", ["draw", "lettre", ...machines], 5, "there are: letter"],
  ["an unknown format", ["draw", "letter", "--format", "png"], 2, "Allowed choices are"],
  ["an unknown world", ["check", "--world", "perfect"], 2, "It is one of clean"],
  ["no folder", ["check", "--machines", "nowhere"], 7, "does not exist"],
])("%s is told with what there is", async (_, args, code, told) => {
  const run = await sagachart(args);

  expect([run.code, run.err.includes(told)]).toEqual([code, true]);
});
