/**
 * The commands, each loaded when it is asked for: what `new` or `check` needs would be half of the time in which the
 * server starts.
 */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Cli } from "./cli.ts";

/** A module of commands. */
interface Part {
  readonly names: readonly string[];
  readonly load: (cli: Cli) => Promise<readonly CommandUnknownOpts[]>;
}

/** Commands under the title that help gives them. */
type Group<Commands> = readonly [title: string, commands: readonly Commands[]];

/** The command of that name; all of them, if there is none. */
export async function loadCommands(
  cli: Cli,
  name: string | undefined,
): Promise<{ readonly groups: readonly Group<CommandUnknownOpts>[]; readonly isWhole: boolean }> {
  const isAsked = ({ names }: Part): boolean => name !== undefined && names.includes(name);
  const isWhole = !groups.some(([, parts]) => parts.some(isAsked));
  const loaded = groups.map(async ([title, parts]): Promise<Group<CommandUnknownOpts>> => {
    const chosen = parts.filter((part) => isWhole || isAsked(part));
    return [title, (await Promise.all(chosen.map(({ load }) => load(cli)))).flat()];
  });
  return { groups: await Promise.all(loaded), isWhole };
}

const groups: readonly Group<Part>[] = [
  [
    "Write sagas:",
    [
      one("new", async (cli) => (await import("./commands/new.ts")).newCommand(cli)),
      one("check", async (cli) => (await import("./commands/check.ts")).checkCommand(cli)),
      one("paths", async (cli) => (await import("./commands/paths.ts")).pathsCommand(cli)),
      one("draw", async (cli) => (await import("./commands/draw.ts")).drawCommand(cli)),
    ],
  ],
  [
    "Run them:",
    [
      one("dev", async (cli) => (await import("./commands/dev.ts")).devCommand(cli)),
      one("start", async (cli) => (await import("./commands/start.ts")).startCommand(cli)),
    ],
  ],
  [
    "Operate instances of a running server:",
    [
      one("list", async (cli) => (await import("./commands/list.ts")).listCommand(cli)),
      one("show", async (cli) => (await import("./commands/show.ts")).showCommand(cli)),
      one("start-instance", async (cli) =>
        (await import("./commands/start-instance.ts")).startInstanceCommand(cli),
      ),
      one("send", async (cli) => (await import("./commands/send.ts")).sendCommand(cli)),
      {
        names: ["retry", "skip", "cancel", "suspend", "release", "resume"],
        load: async (cli) => (await import("./commands/operations.ts")).operationCommands(cli),
      },
      one("tail", async (cli) => (await import("./commands/tail.ts")).tailCommand(cli)),
    ],
  ],
  [
    "Care for the database file:",
    [
      one("doctor", async (cli) => (await import("./commands/doctor.ts")).doctorCommand(cli)),
      one("verify", async (cli) => (await import("./commands/verify.ts")).verifyCommand(cli)),
      one("backup", async (cli) => (await import("./commands/backup.ts")).backupCommand(cli)),
      one("restore", async (cli) => (await import("./commands/restore.ts")).restoreCommand(cli)),
      one("migrate-db", async (cli) =>
        (await import("./commands/migrate-db.ts")).migrateCommand(cli),
      ),
    ],
  ],
];

function one(name: string, load: (cli: Cli) => Promise<CommandUnknownOpts>): Part {
  return { names: [name], load: async (cli) => [await load(cli)] };
}
