/** `sagachart verify`: looks at the whole database file, down to each row, each journal, and what each journal leads to. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { foldAll } from "../../doctor/folds.ts";
import type { Folds } from "../../doctor/folds.ts";
import type { AnySaga } from "../../saga/define.ts";
import { DatabaseFile } from "../../store/sqlite/inspect.ts";
import type { Finding, Verification } from "../../store/sqlite/verify.ts";
import type { Cli } from "../cli.ts";
import { exitCodes } from "../exit-codes.ts";
import { dbOption } from "../file-options.ts";
import { startProgress } from "../progress.ts";
import type { Progress } from "../progress.ts";
import { parseCount } from "../remote.ts";
import { printable } from "../table.ts";
import { loadAnySagas } from "../typescript.ts";

/** A nightly job that hangs is noticed too late. */
const FOLD_SECONDS = 600;

export function verifyCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("verify")
    .description("look whether all of the database file is as it was written")
    .addOption(dbOption())
    .option("--machines <path>", "fold each journal through its chart in this folder")
    .option("--seconds <count>", `fold journals for at most so long; ${FOLD_SECONDS}`, parseCount)
    .addHelpText(
      "after",
      `
It reads pages and indexes, the checksum of each row, each journal from its first entry to the last, and rows
that belong to nobody. With --machines each journal is also computed again through its chart, and must lead to the
snapshot that is stored. It changes nothing, and works while a server has the file. The exit code is 3 if it finds
something, 9 if the time for folds did not suffice.

Examples:
  $ sagachart verify --db backups/2026-11-26.db
  $ sagachart verify --machines machines --seconds 3600`,
    );
  command.action(async ({ db, machines, seconds = FOLD_SECONDS }) => {
    const { dbPath } = cli.config({ SAGACHART_DB: db });
    // First, as a folder that does not load should not be told after minutes.
    const sagas = machines === undefined ? null : await loadAnySagas(machines);
    const file = new DatabaseFile(dbPath);
    const progress = startProgress(cli.shell, cli.isJson);
    try {
      const found = file.verify((done, total) =>
        progress.tell(`${done} of ${total} instances`, total === 0 ? 1 : done / total),
      );
      const folds = sagas === null ? null : await fold(cli, { file, sagas, seconds, progress });
      progress.end();
      cli.answer({ db: file.path, ...found, folds }, () => textOf(found, folds));
      if (folds?.isComplete === false) cli.endWith(exitCodes.late);
      if (found.findings.length > 0 || (folds?.different ?? 0) > 0) cli.endWith(exitCodes.found);
    } finally {
      progress.end();
      file.close();
    }
  });
  return command;
}

interface Folding {
  readonly file: DatabaseFile;
  readonly sagas: readonly AnySaga[];
  readonly seconds: number;
  readonly progress: Progress;
}

async function fold(
  { shell }: Cli,
  { file, sagas, seconds, progress }: Folding,
): Promise<Folds | null> {
  const store = file.read();
  const { clock, signal } = shell;
  if (store === null) return null;
  const endsAt = clock.monotonic() + seconds * 1_000;
  return foldAll(store, sagas, {
    clock,
    signal,
    isOver: () => clock.monotonic() >= endsAt,
    onProgress: (count) => progress.tell(`${count} journals folded`),
  });
}

function textOf({ instances, entries, findings }: Verification, folds: Folds | null): string {
  return [
    ...findings.map(findingText),
    ...(folds?.differences ?? []).map(({ instance, text }) =>
      findingText({ kind: "fold", instance, text }),
    ),
    `${instances} instances with ${entries} journal entries: ${findings.length || "no"} damages`,
    ...(folds === null ? [] : [foldsText(folds)]),
  ].join("\n");
}

function foldsText({ equal, different, skipped, isComplete }: Folds): string {
  const left = Object.entries(skipped).map(([why, count]) => `${count} not folded (${why})`);
  const end = isComplete ? [] : ["the others not, as the time was over"];
  return [
    `${equal} journals lead to their snapshots`,
    `${different || "none"} elsewhere`,
    ...left,
    ...end,
  ].join(", ");
}

function findingText({ kind, instance, text }: Omit<Finding, "kind"> & { kind: string }): string {
  const where = instance === null ? "" : `${instance.saga}/${instance.instanceId}: `;
  return printable(`${kind.padEnd(8)} ${where}${text}`);
}
