/** `sagachart backup`: a copy of the database file that can be kept, made while a server writes to it. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { backUp } from "../../store/sqlite/backup.ts";
import { DatabaseFile } from "../../store/sqlite/inspect.ts";
import type { Cancel } from "../../clock.ts";
import type { Cli } from "../cli.ts";
import { dbOption } from "../file-options.ts";
import { startProgress } from "../progress.ts";

/** Between two looks at how far the copy has come. */
const LOOK_MS = 100;

export function backupCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("backup")
    .description("copy the database file as it is now, also while a server writes to it")
    .argument("<target>", "path of the copy; there must be no file yet")
    .addOption(dbOption())
    .addHelpText(
      "after",
      `
The copy is compact, as of one moment, readable by nobody else, read back and synced before it gets its name. To
put it in the place of the file use "restore": what it does not know of would be done again.

Example:
  $ sagachart backup backups/$(date +%F).db`,
    );
  command.action(async (target, options) => {
    const { dbPath } = cli.config({ SAGACHART_DB: options.db });
    const { path, bytes: size } = factsOf(dbPath);
    const watch = watchCopy(cli, size);
    try {
      const { signal } = cli.shell;
      const { bytes } = await backUp(path, target, { signal, onStarted: watch.begin });
      watch.end();
      cli.answer({ db: path, target, bytes }, () => `${path} is in ${target}`);
    } finally {
      watch.end();
    }
  });
  return command;
}

/** Tells how far the copy has come, until it is ended. */
function watchCopy({ shell, isJson }: Cli, size: number) {
  const progress = startProgress(shell, isJson);
  let cancel: Cancel | null = null;
  return {
    begin(this: void, copiedBytes: () => number): void {
      const look = (): void => {
        const copied = Math.min(copiedBytes(), size);
        progress.tell(`${megabytes(copied)} of ${megabytes(size)} MB`, copied / size);
        cancel = shell.clock.schedule(LOOK_MS, look);
      };
      look();
    },
    end(): void {
      cancel?.();
      progress.end();
    },
  };
}

function factsOf(dbPath: string): { path: string; bytes: number } {
  const file = new DatabaseFile(dbPath);
  try {
    return { path: file.path, bytes: file.bytes() };
  } finally {
    file.close();
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
