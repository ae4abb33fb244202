/** `sagachart list`: instances of a running server, newest start first. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { FoundInstance, SearchOptions, SearchPage } from "../../client/client.ts";
import type { Phase } from "../../saga/phase.ts";
import type { Cli } from "../cli.ts";
import { given } from "../given.ts";
import { foundText } from "../instance-text.ts";
import type { AnyClient } from "../remote.ts";
import { clientOf, headerOption, parsePair, parseCount, parsePhase, urlOption } from "../remote.ts";

/** Largest page that the server gives. */
const PAGE_MAX = 200;
const LIMIT_DEFAULT = 50;

export function listCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("list")
    .description("list instances, newest start first")
    .argument("[saga]", "of this saga only")
    .option("--phase <phase>", "in this phase; may be repeated", phasesOf)
    .option("--state <path>", "in this state, or in one inside it")
    .option("--tag <tag>", "in a state with this tag")
    .option("--attribute <name=value>", "started with it; may be repeated", parsePair)
    .option("--id <prefix>", "whose id begins so")
    .option("--started-after <time>", "started at or after it, ISO 8601")
    .option("--started-before <time>", "started before it, ISO 8601")
    .option("--limit <count>", "at most so many", parseCount, LIMIT_DEFAULT)
    .addOption(urlOption())
    .addOption(headerOption())
    .addHelpText(
      "after",
      `
Examples:
  $ sagachart list --phase stuck
  $ sagachart list order --state compensating --attribute customer=c-7
  $ sagachart list --json | jq -r '.items[].id'`,
    );
  command.action(async (saga, options) => {
    const { id: q, attribute: attributes, limit, phase, state, tag } = options;
    const { startedAfter, startedBefore } = options;
    const filter = given({ saga, q, attributes, phase, state, tag, startedAfter, startedBefore });
    const { items, hasMore } = await searchAll(cli, clientOf(cli, options), { filter, limit });
    cli.answer({ items, hasMore }, () => foundText(cli.shell, items));
    if (items.length === 0) cli.remark("no instance fits");
    else if (hasMore) cli.remark(`there are more; --limit ${limit * 4} shows more of them`);
  });
  return command;
}

/** Pages are as large as the server gives them; they may be short before the last one. */
async function searchAll(
  cli: Cli,
  client: AnyClient,
  { filter, limit }: { filter: SearchOptions; limit: number },
): Promise<{ items: readonly FoundInstance[]; hasMore: boolean }> {
  const items: FoundInstance[] = [];
  let cursor: string | undefined;
  do {
    const page: SearchPage = await client.search({
      ...filter,
      ...given({ cursor }),
      limit: Math.min(PAGE_MAX, Math.max(1, limit - items.length)),
      signal: cli.shell.signal,
    });
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && items.length < limit);
  return { items, hasMore: cursor !== undefined };
}

function phasesOf(value: string, before: readonly Phase[] | undefined): readonly Phase[] {
  return [...(before ?? []), parsePhase(value)];
}
