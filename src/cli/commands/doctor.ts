/** `sagachart doctor`: whether the settings, the database file, the sagas and the live instances fit together. */
import { existsSync } from "node:fs";
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { takeCensus } from "../../doctor/census.ts";
import type { Case, Census } from "../../doctor/census.ts";
import { SagaError } from "../../errors.ts";
import type { AnySaga } from "../../saga/define.ts";
import { assertDurable } from "../../saga/lint.ts";
import { DatabaseFile } from "../../store/sqlite/inspect.ts";
import type { Cli } from "../cli.ts";
import { exitCodes } from "../exit-codes.ts";
import { dbOption } from "../file-options.ts";
import { startProgress } from "../progress.ts";
import { paint } from "../shell.ts";
import type { Shell } from "../shell.ts";
import { printable } from "../table.ts";
import { loadAnySagas } from "../typescript.ts";

const DAY_MS = 86_400_000;

/** One thing that was looked at. */
interface Finding {
  readonly subject: "settings" | "sagas" | "schema" | "integrity" | "owner" | "instances";
  readonly verdict: "ok" | "note" | "problem";
  readonly text: string;
}

/** The answer, as `--json` gives it. */
export interface Diagnosis {
  readonly verdict: "ok" | "problem";
  readonly findings: readonly Finding[];
  /** Null: instances could not be read. */
  readonly census: Census | null;
}

export function doctorCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("doctor")
    .description("look whether settings, database, sagas and live instances fit together")
    .option(
      "--against <path>",
      "compare the instances with the sagas in this folder (SAGACHART_MACHINES; else machines)",
    )
    .option("--skip-integrity", "do not read the whole file for damages")
    .addOption(dbOption())
    .addHelpText(
      "after",
      `
It changes nothing, and works while a server has the file. Before a deploy, compare the live instances
with the new sagas: it tells which of them could not be read, or would wait for ever, and what to do.
The exit code is 3 if it finds a problem.

Examples:
  $ sagachart doctor
  $ sagachart doctor --against ../release/machines --json`,
    );
  command.action(async (options) => {
    const config = cli.config({ SAGACHART_DB: options.db, SAGACHART_MACHINES: options.against });
    const findings: Finding[] = [
      ok("settings", `database ${config.dbPath}`),
      ok("settings", retentionText(config.retentionMs)),
    ];
    const sagas = await examineSagas(config.machinesPath, findings);
    const file = openFile(config.dbPath, findings);
    const progress = startProgress(cli.shell, cli.isJson);
    let census: Census | null = null;
    try {
      if (file !== null) {
        if (options.skipIntegrity !== true) examineIntegrity(file, findings);
        const store = file.read();
        if (store !== null && sagas !== null) {
          census = await takeCensus(store, sagas, {
            signal: cli.shell.signal,
            onProgress: (count) => progress.tell(`${count} instances`),
          });
          findings.push(...instanceFindings(census));
        }
      }
    } finally {
      progress.end();
      file?.close();
    }
    const isWell = findings.every(({ verdict }) => verdict !== "problem");
    const diagnosis: Diagnosis = { verdict: isWell ? "ok" : "problem", findings, census };
    cli.answer(diagnosis, () => diagnosisText(cli.shell, diagnosis));
    if (!isWell) cli.endWith(exitCodes.found);
  });
  return command;
}

function retentionText(retentionMs: number | null): string {
  if (retentionMs === null) return "ended instances are kept for ever";
  const days = (retentionMs / DAY_MS).toLocaleString("en-US");
  return `ended instances are deleted ${days} days after their end`;
}

function ok(subject: Finding["subject"], text: string): Finding {
  return { subject, verdict: "ok", text };
}

function problem(subject: Finding["subject"], text: string): Finding {
  return { subject, verdict: "problem", text };
}

async function examineSagas(
  machinesPath: string,
  findings: Finding[],
): Promise<readonly AnySaga[] | null> {
  try {
    const sagas = await loadAnySagas(machinesPath);
    for (const saga of sagas) assertDurable(saga);
    const names = sagas.map(({ name, version }) => `${name} ${version}`).join(", ");
    findings.push(ok("sagas", `${names} in ${machinesPath}`));
    return sagas;
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    findings.push(problem("sagas", error.message));
    return null;
  }
}

function openFile(dbPath: string, findings: Finding[]): DatabaseFile | null {
  if (!existsSync(dbPath)) {
    const text = "there is no database yet; the start of a server makes it";
    findings.push({ subject: "schema", verdict: "note", text });
    return null;
  }
  let file: DatabaseFile;
  try {
    file = new DatabaseFile(dbPath);
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    findings.push(problem("schema", error.message));
    return null;
  }
  const { applied, known } = file.schema();
  const isCurrent = applied === known;
  const remedy = "; sagachart migrate-db, or the next start of the server, brings it there";
  const text = `schema ${applied}${isCurrent ? "" : `, this program has ${known}${remedy}`}`;
  findings.push({ subject: "schema", verdict: isCurrent ? "ok" : "problem", text });
  findings.push(
    ok("owner", file.isOwned() ? "a server has the file open" : "no server has it open"),
  );
  return file;
}

function examineIntegrity(file: DatabaseFile, findings: Finding[]): void {
  const damages = file.damages();
  if (damages.length === 0) findings.push(ok("integrity", "SQLite finds no damage"));
  else findings.push(problem("integrity", `${damages.join("; ")}; restore a backup`));
}

function instanceFindings({ instances, cases }: Census): readonly Finding[] {
  const total = (isStranded: boolean): number =>
    cases
      .filter((one) => one.isStranded === isStranded)
      .reduce((sum, one) => sum + one.instances, 0);
  const stranded = total(true);
  const waiting = total(false);
  return [
    stranded === 0
      ? ok("instances", `${instances} that have not ended can go on with these sagas`)
      : problem("instances", `${stranded} times something keeps an instance from going on`),
    ...(waiting === 0 ? [] : [problem("instances", `${waiting} wait for a person`)]),
  ];
}

function diagnosisText(shell: Shell, { findings, census }: Diagnosis): string {
  const marks = {
    ok: paint(shell, "green", "ok      "),
    note: paint(shell, "yellow", "note    "),
    problem: paint(shell, "red", "problem "),
  };
  const lines = findings.map(({ subject, verdict, text }) => {
    return `${marks[verdict]} ${subject.padEnd(9)}  ${printable(text)}`;
  });
  return [...lines, ...(census?.cases ?? []).map(caseText)].join("\n");
}

/** Several lines about instances that have the same thing wrong with them. */
export function caseText(found: Case): string {
  const { saga, version, state, message, remedy, instances, ids } = found;
  const more = instances > ids.length ? ", …" : "";
  return [
    "",
    printable(`${saga} version ${version} in "${state}": ${message}`),
    printable(`  ${instances}: ${ids.join(", ")}${more}`),
    `  ${remedy}`,
  ].join("\n");
}
