/** `sagachart migrate-db`: brings a database file to the schema of this program. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { DatabaseFile } from "../../store/sqlite/inspect.ts";
import { openSqlite } from "../../store/sqlite/open.ts";
import type { Cli } from "../cli.ts";
import { exitCodes } from "../exit-codes.ts";
import { dbOption } from "../file-options.ts";

export function migrateCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("migrate-db")
    .description("bring the database file to the schema of this program, in one transaction")
    .option("--check", "only tell whether it is needed; exit code 3 if it is")
    .addOption(dbOption())
    .addHelpText(
      "after",
      `
A server does this by itself when it starts. No server may have the file meanwhile. Make a backup first:
there is no way back.

Examples:
  $ sagachart migrate-db --check
  $ sagachart backup before.db && sagachart migrate-db`,
    );
  command.action(async (options) => {
    const { dbPath } = cli.config({ SAGACHART_DB: options.db });
    const before = schemaOf(dbPath);
    const pending = before.known - before.applied;
    if (options.check === true) {
      cli.answer({ db: dbPath, ...before, pending }, () =>
        pending === 0
          ? `${dbPath} has schema ${before.applied}, as this program`
          : `${dbPath} has schema ${before.applied}, this program ${before.known}`,
      );
      if (pending > 0) cli.endWith(exitCodes.found);
      return;
    }
    // Also when nothing is pending: it says whether the file can be opened, and is not in use.
    await openSqlite(dbPath).close();
    cli.answer({ db: dbPath, from: before.applied, to: before.known }, () =>
      pending === 0
        ? `${dbPath} has schema ${before.known} already`
        : `${dbPath} went from schema ${before.applied} to ${before.known}`,
    );
  });
  return command;
}

function schemaOf(dbPath: string): { applied: number; known: number } {
  const file = new DatabaseFile(dbPath);
  try {
    return file.schema();
  } finally {
    file.close();
  }
}
