/** The command line `sagachart`: all commands, and what they have in common. */
import { Command, CommanderError } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { packageVersion } from "../package.ts";
import { loadCommands } from "./commands.ts";
import { Cli } from "./cli.ts";
import { exitCodes } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Shell } from "./shell.ts";

/** Runs the command with these arguments, those behind its name, and resolves with how it ended. */
export async function runCli(args: readonly string[], shell: Shell): Promise<ExitCode> {
  const cli = new Cli(shell);
  try {
    const program = await buildProgram(cli, args);
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    // Of these commander itself has told what there is to tell.
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    }
    cli.fail(error);
  }
  return cli.exitCode;
}

/** With the command that the arguments name; with all of them if they name none. */
export async function buildProgram(
  cli: Cli,
  args: readonly string[] = [],
): Promise<CommandUnknownOpts> {
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

  const { groups, isWhole } = await loadCommands(
    cli,
    args.find((word) => !word.startsWith("-")),
  );
  for (const [group, commands] of groups) {
    for (const command of commands) {
      program.addCommand(command.copyInheritedSettings(program).helpGroup(group));
    }
  }
  if (isWhole) {
    const { addCompletion } = await import("./completion.ts");
    addCompletion(program, cli);
  }
  return program;
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
