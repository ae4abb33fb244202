/** `sagachart retry`, `skip`, `cancel`, `suspend`, `resume`: what operators do, journaled with who and why. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Cli } from "../cli.ts";
import { given } from "../given.ts";
import { instanceLine } from "../instance-text.ts";
import { clientOf, headerOption, urlOption } from "../remote.ts";

type Operation = "retry" | "skip" | "cancel" | "suspend" | "resume" | "release";

const descriptions: Readonly<Record<Operation, string>> = {
  retry: "let a stuck instance try again (saga.retry)",
  skip: "let a stuck instance go on without it (saga.skip)",
  cancel: "ask an instance to turn back (saga.cancel)",
  suspend: "hold an instance still; no timer fires, no activity begins",
  release: "let an instance out of quarantine, if what brought it there is mended",
  resume: "let a suspended instance go on where it is",
};

export function operationCommands(cli: Cli): readonly CommandUnknownOpts[] {
  return (Object.keys(descriptions) as Operation[]).map((name) => operationCommand(cli, name));
}

function operationCommand(cli: Cli, operation: Operation): CommandUnknownOpts {
  const command = new Command(operation)
    .description(descriptions[operation])
    .argument("<saga>", "name of the saga")
    .argument("<id>", "id of the instance")
    .requiredOption("--reason <text>", "why, for the journal")
    .option("--by <name>", "who asks; left out, the user of this shell")
    .option("--key <key>", "idempotency key: the operation under it is done once")
    .addOption(urlOption())
    .addOption(headerOption())
    .addHelpText(
      "after",
      `
Example:
  $ sagachart ${operation} order o-1 --reason "asked for by the customer"`,
    );
  command.action(async (saga, id, options) => {
    const by = options.by ?? cli.shell.user ?? undefined;
    const request = { operation, reason: options.reason, ...given({ by }) };
    const key = given({ idempotencyKey: options.key });
    const { signal } = cli.shell;
    const instance = await clientOf(cli, options).operate(saga, id, request, { ...key, signal });
    cli.answer(instance, () => instanceLine(cli.shell, instance));
  });
  return command;
}
