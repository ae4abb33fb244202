/** `sagachart backup`: a copy of the database file as of one moment, also while a server writes to it. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { DatabaseFile } from "../../store/sqlite/inspect.ts";
import type { Cli } from "../cli.ts";
import { dbOption } from "../file-options.ts";
import { startProgress } from "../progress.ts";

export function backupCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("backup")
    .description("copy the database file to a new file, also while a server uses it")
    .argument("<target>", "path of the copy; it must not exist")
    .addOption(dbOption())
    .addHelpText(
      "after",
      `
The copy is as the file was at one moment. It is read back before it gets its name, so a file of that
name is whole. To restore it, stop the server and run sagachart restore.

Example:
  $ sagachart backup backups/$(date +%F).db`,
    );
  command.action(async (target, options) => {
    const { dbPath } = cli.config({ SAGACHART_DB: options.db });
    const file = new DatabaseFile(dbPath);
    const progress = startProgress(cli.shell, cli.isJson);
    try {
      let copied = 0;
      await file.backUp(target, ({ pages, pagesLeft }) => {
        copied = pages;
        progress.tell(`${pages - pagesLeft} of ${pages} pages`, (pages - pagesLeft) / pages);
      });
      progress.end();
      cli.answer({ db: file.path, target, pages: copied }, () => `${file.path} is in ${target}`);
    } finally {
      progress.end();
      file.close();
    }
  });
  return command;
}
