/** The command line `sagachart`: all commands, and what they have in common. */
import { Command, CommanderError } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { backupCommand } from "./commands/backup.ts";
import { checkCommand } from "./commands/check.ts";
import { devCommand } from "./commands/dev.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { drawCommand } from "./commands/draw.ts";
import { listCommand } from "./commands/list.ts";
import { migrateCommand } from "./commands/migrate-db.ts";
import { newCommand } from "./commands/new.ts";
import { operationCommands } from "./commands/operations.ts";
import { pathsCommand } from "./commands/paths.ts";
import { restoreCommand } from "./commands/restore.ts";
import { sendCommand } from "./commands/send.ts";
import { showCommand } from "./commands/show.ts";
import { startInstanceCommand } from "./commands/start-instance.ts";
import { startCommand } from "./commands/start.ts";
import { tailCommand } from "./commands/tail.ts";
import { verifyCommand } from "./commands/verify.ts";
import { Cli } from "./cli.ts";
import { addCompletion } from "./completion.ts";
import { exitCodes } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Shell } from "./shell.ts";
import { packageVersion } from "./package-version.ts";

/** Runs the command with these arguments, those behind its name, and resolves with how it ended. */
export async function runCli(args: readonly string[], shell: Shell): Promise<ExitCode> {
  const cli = new Cli(shell);
  try {
    await buildProgram(cli).parseAsync(args, { from: "user" });
  } catch (error) {
    // Of these commander itself has told what there is to tell.
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    }
    cli.fail(error);
  }
  return cli.exitCode;
}

export function buildProgram(cli: Cli): CommandUnknownOpts {
  const { shell } = cli;
  const program = new Command("sagachart")
    .description("Durable sagas that are XState statecharts: write, check, run and operate them.")
    .version(packageVersion(), "-V, --version", "print the version")
    .option("--json", "answer as JSON, errors too")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: shell.write,
      writeErr: shell.writeError,
      getOutHasColors: () => shell.hasColor,
      getErrHasColors: () => false,
    })
    .helpCommand("help [command]", "tell about a command")
    .showSuggestionAfterError()
    .showHelpAfterError("(--help tells more)")
    .exitOverride()
    .hook("preAction", (_, action) => {
      if ((action.optsWithGlobals() as { json?: true }).json === true) cli.answerAsJson();
    })
    .addHelpText("after", EXAMPLES);

  for (const [group, commands] of groupsOf(cli)) {
    for (const command of commands) {
      program.addCommand(command.copyInheritedSettings(program).helpGroup(group));
    }
  }
  addCompletion(program, cli);
  return program;
}

function groupsOf(cli: Cli): readonly (readonly [string, readonly CommandUnknownOpts[]])[] {
  return [
    ["Write sagas:", [newCommand(cli), checkCommand(cli), pathsCommand(cli), drawCommand(cli)]],
    ["Run them:", [devCommand(cli), startCommand(cli)]],
    [
      "Operate instances of a running server:",
      [
        listCommand(cli),
        showCommand(cli),
        startInstanceCommand(cli),
        sendCommand(cli),
        ...operationCommands(cli),
        tailCommand(cli),
      ],
    ],
    [
      "Care for the database file:",
      [
        doctorCommand(cli),
        verifyCommand(cli),
        backupCommand(cli),
        restoreCommand(cli),
        migrateCommand(cli),
      ],
    ],
  ];
}

const EXAMPLES = `
Examples:
  $ sagachart new order --step reserve:release --step charge:refund --step ship
  $ sagachart dev
  $ sagachart start-instance order --input '{"reference":"r-1"}' --wait-for settled
  $ sagachart list --phase stuck
  $ sagachart retry order o-1 --reason "the bank is back"
  $ sagachart doctor --against machines

Settings come from the environment and from options, which go first.`;
