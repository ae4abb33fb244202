/**
 * `npm run trust:nightly -- --hours N`: what takes longer than a test run may. Each line of `parts` is a command that
 * is told, by `$PART_SECONDS`, how long it has; one that fails does not stop the others, and fails the night.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

interface Part {
  readonly name: string;
  /** Its share of the time; 0: it ends by itself. */
  readonly share: number;
  readonly command: string;
}

const parts: readonly Part[] = [
  { name: "mutants", share: 0, command: "npx vitest run test/simulation/mutants" },
  { name: "crash points", share: 0, command: "CRASHES=whole npx vitest run test/paths" },
  { name: "disk", share: 0, command: "DISK_STRIDE=1 npx vitest run test/disk" },
  { name: "benches", share: 0, command: "BENCH_SMOKE=1 npx vitest run test/bench" },
  { name: "kills", share: 0, command: "KILL_LIVES=1000 npx vitest run test/crash" },
  { name: "simulation", share: 1, command: "npm run -s sim -- --seconds $PART_SECONDS" },
];

const { values } = parseArgs({
  options: {
    hours: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(
    "npm run trust:nightly -- [--hours N]   default 1; mutants and crash points come first",
  );
} else {
  const endsAt = Date.now() + Number(values.hours) * 3_600_000;
  const failed = parts.filter(({ name, share, command }) => {
    const seconds = Math.max(1, Math.floor((share * (endsAt - Date.now())) / 1_000));
    console.log(`\n=== ${name}${share > 0 ? `, for ${seconds} s` : ""}`);
    const env = { ...process.env, PART_SECONDS: String(seconds) };
    return spawnSync(command, { shell: true, stdio: "inherit", env }).status !== 0;
  });
  console.log(`\n${parts.length - failed.length} of ${parts.length} parts passed`);
  if (failed.length > 0) process.exitCode = 1;
}
