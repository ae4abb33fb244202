/** `sagachart send`: sends an event to an instance. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Cli } from "../cli.ts";
import { given } from "../given.ts";
import { instanceLine } from "../instance-text.ts";
import { readJsonObject } from "../json-argument.ts";
import { clientOf, headerOption, parseCondition, parseWhole, urlOption } from "../remote.ts";
import { waited, WAIT_MS } from "../waiting.ts";

export function sendCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("send")
    .description("send an event to an instance")
    .argument("<saga>", "name of the saga")
    .argument("<id>", "id of the instance")
    .argument("<event>", "type of the event")
    .argument("[payload]", "its payload: a JSON object, @file, or - for standard input", "{}")
    .option("--key <key>", "idempotency key: the event under it is applied once")
    .option("--wait-for <condition>", "phase:…, state:…, tag:… or settled", parseCondition)
    .option("--timeout <ms>", "how long to wait", parseWhole, WAIT_MS)
    .addOption(urlOption())
    .addOption(headerOption())
    .addHelpText(
      "after",
      `
Examples:
  $ sagachart send order o-1 PACKED '{"parcelId":"p-1"}'
  $ sagachart send order o-1 saga.cancel '{"reason":"changed her mind"}' --wait-for settled`,
    );
  command.action(async (saga, id, type, ...[payload, options]) => {
    const client = clientOf(cli, options);
    const { signal } = cli.shell;
    const members = await readJsonObject(cli.shell, "the payload", payload);
    const key = given({ idempotencyKey: options.key });
    const sent = await client.send(saga, id, { ...members, type }, { ...key, signal });
    const instance = await waited(cli, client, sent, options);
    cli.answer(instance, () => instanceLine(cli.shell, instance));
  });
  return command;
}
