/** `npm run bench -- [names] [options]`: runs benches and prints what they found. `--help` lists them. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, parseArgs } from "node:util";
import { benches } from "./benches.ts";
import type { Bench, BenchOptions } from "./harness/bench.ts";
import { describeMachine } from "./harness/machine.ts";
import { toText, withAnew } from "./harness/report.ts";
import type { BenchReport, Report } from "./harness/report.ts";

const ROUNDS = 5;
const SOAK_MINUTES = 1;

interface Arguments {
  readonly chosen: readonly Bench[];
  readonly rounds: number;
  readonly minutes: number;
  readonly isSmoke: boolean;
  readonly isJson: boolean;
  readonly outPath: string | null;
}

const given = readArguments();
if (given !== null) await runAll(given);

/** Null if there is nothing to run; what was wrong has been said. */
function readArguments(): Arguments | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: "string", default: String(ROUNDS) },
        minutes: { type: "string", default: String(SOAK_MINUTES) },
        json: { type: "boolean", default: false },
        out: { type: "string" },
        smoke: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help());
      return null;
    }
    return {
      chosen: choose(positionals),
      rounds: toNumber("rounds", values.rounds),
      minutes: toNumber("minutes", values.minutes),
      isSmoke: values.smoke,
      isJson: values.json,
      outPath: values.out ?? null,
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    return null;
  }
}

function choose(names: readonly string[]): readonly Bench[] {
  const unknown = names.filter((name) => benches.every((bench) => bench.name !== name));
  if (unknown.length > 0) {
    const known = benches.map(({ name }) => name).join(", ");
    throw new Error(`there is no bench "${unknown.join('", "')}"; there are ${known}`);
  }
  return benches.filter(({ name }) => names.length === 0 || names.includes(name));
}

function toNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} is "${text}"; give a number above 0`);
}

async function runAll({ chosen, isJson, outPath, ...options }: Arguments): Promise<void> {
  const begunAt = new Date().toISOString();
  const reports: BenchReport[] = [];
  for (const bench of chosen) {
    try {
      const report = await runOne(bench, options);
      reports.push(report);
      if (!isJson) process.stdout.write(toText(report));
    } catch (error) {
      // The others may still be of use: what this one was to show is listed as not measured.
      process.stderr.write(`${bench.name} failed: ${inspect(error)}\n`);
      process.exitCode = 1;
    }
  }
  const report: Report = {
    begunAt,
    command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
    rounds: options.rounds,
    machine: describeMachine(),
    benches: reports,
  };
  if (isJson) process.stdout.write(toJson(report));
  if (outPath === null) return;
  const isWhole = chosen.length === benches.length;
  writeFileSync(outPath, toJson(isWhole ? report : withinThatOf(outPath, report)));
}

/** In the report that is there already, if there is one. */
function withinThatOf(outPath: string, report: Report): Report {
  if (!existsSync(outPath)) return report;
  return withAnew(JSON.parse(readFileSync(outPath, "utf8")) as Report, report);
}

function toJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

async function runOne(
  bench: Bench,
  options: Omit<BenchOptions, "folder" | "tell">,
): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), `sagachart-bench-${bench.name}-`));
  const tell = (line: string): void => void process.stderr.write(`${bench.name}: ${line}\n`);
  const begunAt = performance.now();
  tell(bench.summary);
  try {
    const findings = await bench.run({ ...options, folder, tell });
    const seconds = Math.round((performance.now() - begunAt) / 1_000);
    const { name, story } = bench;
    return {
      name,
      story,
      seconds,
      rounds: options.rounds,
      machine: describeMachine(),
      ...findings,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function help(): string {
  const width = Math.max(...benches.map(({ name }) => name.length));
  const lines = benches.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "npm run bench -- [names] [--rounds 5] [--minutes 1] [--json] [--out <file>]",
    "",
    "Runs benches, by default all, and prints a table for each.",
    "",
    ...lines,
    "",
    "  --rounds   counted rounds, after one that warms up",
    "  --minutes  how long a bench without an end of its own goes on",
    "  --json     prints one report as JSON instead of tables",
    "  --out      writes the report to a file as well: `npm run bench:docs` makes the page of it. Benches that are named",
    "             take their places in a report that is there already",
    "  --smoke    tiny sizes, to see that all of it runs",
    "",
  ].join("\n");
}
