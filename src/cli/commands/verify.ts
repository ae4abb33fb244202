/** `sagachart verify`: looks at the whole database file, down to each row and each journal. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { DatabaseFile } from "../../store/sqlite/inspect.ts";
import type { Finding } from "../../store/sqlite/verify.ts";
import type { Cli } from "../cli.ts";
import { exitCodes } from "../exit-codes.ts";
import { dbOption } from "../file-options.ts";
import { startProgress } from "../progress.ts";
import { printable } from "../table.ts";

export function verifyCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("verify")
    .description("look whether all of the database file is as it was written")
    .addOption(dbOption())
    .addHelpText(
      "after",
      `
It reads pages and indexes, the checksum of each row, each journal from its first entry to the last, and rows
that belong to nobody. It changes nothing, and works while a server has the file. The exit code is 3 if it
finds something.

Example:
  $ sagachart verify --db backups/2026-11-26.db`,
    );
  command.action((options) => {
    const { dbPath } = cli.config({ SAGACHART_DB: options.db });
    const file = new DatabaseFile(dbPath);
    const progress = startProgress(cli.shell, cli.isJson);
    try {
      const found = file.verify((done, total) =>
        progress.tell(`${done} of ${total} instances`, total === 0 ? 1 : done / total),
      );
      progress.end();
      const { instances, entries, findings } = found;
      cli.answer({ db: file.path, ...found }, () =>
        [
          ...findings.map(findingText),
          `${instances} instances with ${entries} journal entries: ${findings.length || "no"} damages`,
        ].join("\n"),
      );
      if (findings.length > 0) cli.endWith(exitCodes.found);
    } finally {
      progress.end();
      file.close();
    }
  });
  return command;
}

function findingText({ kind, instance, text }: Finding): string {
  const where = instance === null ? "" : `${instance.saga}/${instance.instanceId}: `;
  return printable(`${kind.padEnd(8)} ${where}${text}`);
}
