/** What a run brought: as JSON, from which the page is made, and as text for the terminal. */
import type { Findings } from "./bench.ts";
import { machineLine } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { toTable, toVerdictTable } from "./table.ts";

export interface BenchReport extends Findings {
  readonly name: string;
  /** What the run was started by; absent if it is the report's own. */
  readonly command?: string;
  readonly story: string;
  readonly seconds: number;
  readonly rounds: number;
  readonly machine: Machine;
}

export interface Report {
  /** ISO 8601, UTC. */
  readonly begunAt: string;
  readonly command: string;
  readonly rounds: number;
  readonly machine: Machine;
  readonly benches: readonly BenchReport[];
}

/** A report in which the benches that ran again stand in place of what they brought before, and new ones at the end. */
export function withAnew(before: Report, { command, benches }: Report): Report {
  const anew = new Map(benches.map((bench) => [bench.name, { ...bench, command }]));
  const all = new Map([...before.benches.map((bench) => [bench.name, bench] as const), ...anew]);
  return { ...before, benches: [...all.values()] };
}

export function toText(report: BenchReport): string {
  const { name, story, seconds, rounds, machine, rows, verdicts, notes } = report;
  return [
    `# ${name}`,
    "",
    story,
    "",
    machineLine(machine),
    `${rounds} rounds in alternation, ${seconds} s; ${settingsLine(report)}`,
    "",
    toTable(rows),
    ...(verdicts.length > 0 ? ["", toVerdictTable(verdicts)] : []),
    ...notes.flatMap((note) => ["", note]),
    "",
    "",
  ].join("\n");
}

/** `synchronous=FULL, journal_mode=wal`: as read back. */
export function settingsLine({ settings }: Pick<Findings, "settings">): string {
  const parts = Object.entries(settings).map((entry) => entry.join("="));
  return parts.length === 0 ? "no settings" : parts.join(", ");
}
