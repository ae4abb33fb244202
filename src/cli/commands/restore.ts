/** `sagachart restore`: puts a backup in the place of the database file, and holds everything in it still. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { restoreSqlite } from "../../store/sqlite/restore.ts";
import type { Restored } from "../../store/sqlite/restore.ts";
import type { Cli } from "../cli.ts";
import { dbOption } from "../file-options.ts";
import { printable } from "../table.ts";

export function restoreCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("restore")
    .description("put a backup in the place of the database file, with all instances suspended")
    .argument("<backup>", "path of the backup")
    .addOption(dbOption())
    .addHelpText(
      "after",
      `
Stop the server first. The backup is verified; what lies in its place is put aside. Nothing in it goes on by
itself, since what was done after the backup is not known to it: instances are suspended and schedules paused.
Start the server, look at them, and resume them. Activities that are listed are performed again then, under
the same idempotency keys.

Example:
  $ sagachart restore backups/2026-11-26.db`,
    );
  command.action((backup, options) => {
    const { dbPath } = cli.config({ SAGACHART_DB: options.db });
    const { user, clock } = cli.shell;
    const suspension = { by: user, reason: `restored from ${backup}`, atMs: clock.now() };
    const restored = restoreSqlite(backup, dbPath, suspension);
    cli.answer({ db: dbPath, backup, ...restored }, () => restoredText(dbPath, restored));
  });
  return command;
}

function restoredText(db: string, { aside, suspended, paused, again }: Restored): string {
  return [
    `${db} is restored: ${suspended} instances are suspended, ${paused} schedules paused`,
    ...(aside === null ? [] : [`what was there is ${aside}`]),
    ...(again.length === 0 ? [] : ["performed again when their instances are resumed:"]),
    ...again.map(({ saga, instanceId, idempotencyKey }) =>
      printable(`  ${saga}/${instanceId}  ${idempotencyKey}`),
    ),
  ].join("\n");
}
