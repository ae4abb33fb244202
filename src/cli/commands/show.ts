/** `sagachart show`: one instance, and what it went through. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { JournalEntry } from "../../client/client.ts";
import type { Cli } from "../cli.ts";
import { instanceText, journalText } from "../instance-text.ts";
import { clientOf, headerOption, urlOption } from "../remote.ts";

const PAGE_MAX = 1_000;
/** Longer journals are read page by page over HTTP. */
const ENTRIES_MAX = 10_000;

export function showCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("show")
    .description("show an instance: where it stands, and what it takes now")
    .argument("<saga>", "name of the saga")
    .argument("<id>", "id of the instance")
    .option("--journal", "and its committed events, oldest first")
    .addOption(urlOption())
    .addOption(headerOption())
    .addHelpText(
      "after",
      `
Examples:
  $ sagachart show order o-1
  $ sagachart show order o-1 --journal --json`,
    );
  command.action(async (saga, id, options) => {
    const client = clientOf(cli, options);
    const { signal } = cli.shell;
    const instance = await client.get(saga, id, { signal });
    if (options.journal !== true) {
      cli.answer(instance, () => instanceText(cli.shell, instance));
      return;
    }
    const journal: JournalEntry[] = [];
    for (let after: number | null = 0; after !== null && journal.length < ENTRIES_MAX;) {
      const page: Awaited<ReturnType<typeof client.journal>> = await client.journal(saga, id, {
        after,
        limit: PAGE_MAX,
        signal,
      });
      journal.push(...page.entries);
      after = page.next;
    }
    cli.answer(
      { ...instance, journal },
      () => `${instanceText(cli.shell, instance)}\n\n${journalText(cli.shell, journal)}`,
    );
  });
  return command;
}
