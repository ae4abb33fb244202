/**
 * `npm run trust:nightly -- --hours N`: what takes longer than a test run may. Each part is told how long it has; one that
 * takes far longer is ended. One that fails does not stop the others, and fails the night. At the end: what each part
 * has looked at, how long, and its exit code.
 */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

interface Part {
  readonly name: string;
  /** Of the time of the night. */
  readonly share: number;
  /** It is given no less: some parts end by themselves, however long the night is. */
  readonly secondsMin: number;
  readonly command: (seconds: number) => string;
  /** Lines of its output that belong into the summary. */
  readonly figures: RegExp;
}

interface Done {
  readonly name: string;
  readonly seconds: number;
  /** Null: it was ended, since it took too long. */
  readonly exitCode: number | null;
  readonly figures: readonly string[];
}

/** Every so many operations of the disk fail, at 60 s as in a test run. */
const STRIDE_SECONDS = 50 * 60;
/** What all crash points of all paths of the trip saga need, and as long again: 300 s of CPU, on a machine that is busy. */
const WHOLE_SECONDS = 600;
/** Of a part that hangs nothing more is learnt; a short one on a busy machine takes five times as long. */
const PATIENCE_SECONDS = 600;
const TESTS = /^\s*Tests\s/;

const parts: readonly Part[] = [
  {
    name: "mutants",
    share: 0,
    secondsMin: 120,
    command: () => "npx vitest run test/simulation/mutants",
    figures: /mutants killed/,
  },
  {
    name: "crash points",
    share: 1,
    secondsMin: 300,
    // Those of one saga take longer than all others together.
    command: (seconds) =>
      `${seconds < WHOLE_SECONDS ? "" : "CRASHES=whole "}npx vitest run test/paths`,
    figures: /^\s*(Tests|crash (points|pairs)|\d+ parted)\s/,
  },
  {
    name: "disk",
    share: 0.2,
    secondsMin: 60,
    command: (seconds) => `DISK_STRIDE=${strideOf(seconds)} npx vitest run test/disk`,
    figures: /^(full|relaxed): |faults, and how often|processes died|openings, /,
  },
  {
    name: "edits",
    share: 0.05,
    secondsMin: 60,
    // An edit takes about a hundredth of a second.
    command: (seconds) =>
      `EDIT_SEED=${Date.now() % 1_000_000} EDIT_OPERATIONS=${seconds * 80} npx vitest run test/edit/random`,
    figures: /^\S+, seed \d+: .* edits/,
  },
  {
    name: "benches",
    share: 0,
    secondsMin: 180,
    command: () => "BENCH_SMOKE=1 npx vitest run test/bench",
    figures: TESTS,
  },
  {
    name: "kills",
    share: 0.3,
    secondsMin: 60,
    // A life takes about a second.
    command: (seconds) => `KILL_LIVES=${seconds} npx vitest run test/crash`,
    figures: /^seed \d+: .* kills|kills$/,
  },
  {
    name: "simulation",
    share: 0.5,
    secondsMin: 20,
    command: (seconds) => `npm run -s sim -- --seconds ${seconds}`,
    figures: /^from seed|seeds, |instances, /,
  },
];

const { values } = parseArgs({
  options: {
    hours: { type: "string", default: "1" },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const night = Number(values.hours) * 3_600;
const names = values.only?.split(",") ?? parts.map(({ name }) => name);
const chosen = parts.filter(({ name }) => names.includes(name));

if (values.help || !(night > 0) || chosen.length < names.length) {
  console.log(
    [
      "npm run trust:nightly -- [options]   the long versions of what shows that promises are kept",
      "  --hours N      for so long, about (default 1); crash points as long again, and parts that end by themselves",
      `  --only a,b     of: ${parts.map(({ name }) => name).join(",")}`,
    ].join("\n"),
  );
  if (!values.help) process.exitCode = 2;
} else {
  const done: Done[] = [];
  for (const part of chosen) done.push(await run(part));
  console.log(["", ...done.flatMap(linesOf)].join("\n"));
  const failed = done.filter(({ exitCode }) => exitCode !== 0).length;
  console.log(`\n${done.length - failed} of ${done.length} parts passed`);
  if (failed > 0) process.exitCode = 1;
}

async function run({ name, share, secondsMin, command, figures }: Part): Promise<Done> {
  const seconds = Math.max(secondsMin, Math.floor(share * night));
  console.log(`\n=== ${name}, for about ${seconds} s`);
  const begunAt = performance.now();
  // A group of its own, since it starts processes that must end with it.
  const child = spawn(command(seconds), {
    shell: true,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  const found: string[] = [];
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    process.stdout.write(chunk);
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    found.push(...lines.filter((line) => figures.test(line)).map((line) => line.trim()));
  });
  // Whoever ends the night ends what it has started.
  const stop = (): void => {
    endGroup(child.pid);
    process.exit(130);
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const limit = setTimeout(() => endGroup(child.pid), (2 * seconds + PATIENCE_SECONDS) * 1_000);
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(limit);
  process.off("SIGINT", stop).off("SIGTERM", stop);
  const took = Math.round((performance.now() - begunAt) / 1_000);
  return { name, seconds: took, exitCode, figures: found };
}

function endGroup(pid: number | undefined): void {
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
}

function linesOf({ name, seconds, exitCode, figures }: Done): readonly string[] {
  const how = exitCode === null ? "took too long and was ended" : `exit code ${exitCode}`;
  return [`${name}: ${how}, ${seconds} s`, ...figures.map((line) => `    ${line}`)];
}

function strideOf(seconds: number): number {
  return Math.max(1, Math.round(STRIDE_SECONDS / seconds));
}
