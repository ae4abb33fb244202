/** The benches in tiny sizes: all of them run, report what the page shows, and are asked for by name. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { benches } from "../../bench/benches.ts";
import { toPage } from "../../bench/harness/page.ts";
import { pagePath, reportPath } from "../../bench/harness/paths.ts";
import type { Report } from "../../bench/harness/report.ts";

function bench(...words: string[]): { code: number | null; output: string; errors: string } {
  const child = spawnSync(process.execPath, ["--import", "tsx", "bench/main.ts", ...words], {
    encoding: "utf8",
  });
  return { code: child.status, output: child.stdout, errors: child.stderr };
}

function smoke(): Report {
  const folder = mkdtempSync(join(tmpdir(), "sagachart-bench-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const out = join(folder, "report.json");
  const names = benches.map(({ name }) => name);
  const { code, errors } = bench(
    ...names,
    "--smoke",
    "--rounds",
    "1",
    "--minutes",
    "0.02",
    "--out",
    out,
  );
  expect({ code, errors: code === 0 ? "" : errors }).toEqual({ code: 0, errors: "" });
  return JSON.parse(readFileSync(out, "utf8")) as Report;
}

// A minute and more, for what nobody ships: at night.
test.skipIf(process.env["BENCH_SMOKE"] !== "1")(
  "each bench runs, and measures a number in each round for each of its measures",
  { timeout: 400_000 },
  () => {
    const report = smoke();

    expect(report.benches.map(({ name }) => name)).toEqual(benches.map(({ name }) => name));
    for (const { rows, settings } of report.benches) {
      expect(rows.length).toBeGreaterThan(0);
      const levels = Object.entries(settings).filter(([setting]) => setting === "synchronous");
      expect(levels.every(([, level]) => level === "FULL")).toBe(true);
    }
    const rows = report.benches.flatMap((each) => each.rows);
    const wrong = rows.filter(
      ({ values }) => values.length === 0 || !values.every(Number.isFinite),
    );
    expect(wrong).toEqual([]);
    const page = toPage(report);
    for (const { name } of report.benches) expect(page).toContain(`\n## ${name}\n`);
    // A target that no bench gives a verdict on would stand there as "not measured" for ever.
    const open = page.split("\n").filter((line) => line.includes("| not measured |"));
    expect(open.map((line) => line.split(" | ")[0])).toEqual([
      "| sagas/s at concurrency 100 against OpenWorkflow, SQLite",
      "| sagas/s at concurrency 100 against @effect/workflow, SQLite",
    ]);
  },
);

test("a bench that is not there is refused, with the list of those that are", () => {
  const { code, output, errors } = bench("sagas");

  expect({ code, output }).toEqual({ code: 1, output: "" });
  expect(errors).toContain(
    `there is no bench "sagas"; there are ${benches.map(({ name }) => name).join(", ")}`,
  );
});

test("--help tells of each bench in a line", () => {
  const { code, output } = bench("--help");

  expect(code).toBe(0);
  for (const { name, summary } of benches) {
    expect(output).toMatch(new RegExp(`^ {2}${name} +${summary.slice(0, 10)}`, "m"));
  }
});

test.runIf(existsSync(reportPath))(
  "the page of figures is what its generator makes of the report of the last run",
  () => {
    const report = JSON.parse(readFileSync(reportPath, "utf8")) as Report;

    expect(readFileSync(pagePath, "utf8")).toBe(toPage(report));
  },
);
