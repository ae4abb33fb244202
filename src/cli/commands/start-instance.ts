/** `sagachart start-instance`: starts an instance of a saga, and waits for it if asked to. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Cli } from "../cli.ts";
import { given } from "../given.ts";
import { instanceLine } from "../instance-text.ts";
import { readJson } from "../json-argument.ts";
import {
  clientOf,
  headerOption,
  parseCondition,
  parsePair,
  parseWhole,
  urlOption,
} from "../remote.ts";
import { waited, WAIT_MS } from "../waiting.ts";

export function startInstanceCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("start-instance")
    .description("start an instance of a saga")
    .argument("<saga>", "name of the saga")
    .option("--id <id>", "its id; left out, one is made up")
    .option("--input <json>", "its input: JSON, @file, or - for standard input", "{}")
    .option("--attribute <name=value>", "for search; may be repeated", parsePair)
    .option("--correlation-id <id>", "names the business transaction across services")
    .option("--key <key>", "idempotency key: the same start under it is made once")
    .option("--wait-for <condition>", "phase:…, state:…, tag:… or settled", parseCondition)
    .option("--timeout <ms>", "how long to wait", parseWhole, WAIT_MS)
    .addOption(urlOption())
    .addOption(headerOption())
    .addHelpText(
      "after",
      `
Examples:
  $ sagachart start-instance order --id o-1 --input @order.json
  $ echo '{"reference":"r-1"}' | sagachart start-instance order --input - --wait-for settled`,
    );
  command.action(async (saga, options) => {
    const client = clientOf(cli, options);
    const { id, attribute: attributes, correlationId, key: idempotencyKey } = options;
    const started = await client.start(saga, {
      ...given({ id, attributes, correlationId, idempotencyKey }),
      input: await readJson(cli.shell, "--input", options.input),
      signal: cli.shell.signal,
    });
    const instance = await waited(cli, client, started, options);
    cli.answer(instance, () => instanceLine(cli.shell, instance));
  });
  return command;
}
