/** `sagachart paths`: the ways through sagas that their path tests go. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { pathsOf } from "../../testing/paths.ts";
import type { Paths } from "../../testing/paths.ts";
import type { Cli } from "../cli.ts";
import { machinesOption } from "../file-options.ts";
import { given } from "../given.ts";
import { startProgress } from "../progress.ts";
import { parseCount } from "../remote.ts";
import { chosenSagas, samplesOf } from "../sagas.ts";

interface Found {
  readonly saga: string;
  readonly paths: Paths;
}

export function pathsCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("paths")
    .description("list the ways through sagas that path tests go")
    .argument("[sagas...]", "names of sagas; left out, all of them")
    .option("--all", "every path, and not only a few that go through all of the chart")
    .option("--limit <count>", "configurations from which paths go on", parseCount)
    .addOption(machinesOption())
    .addHelpText(
      "after",
      `
They come from the chart and from machines/<name>/samples.ts. Tests go them on the real runtime:
see \`describeSaga\` of sagachart/testing.

Examples:
  $ sagachart paths order
  $ sagachart paths --all --json | jq '.sagas[].paths[].name'`,
    );
  command.action(async (names, options) => {
    const { machinesPath } = cli.config({ SAGACHART_MACHINES: options.machines });
    const sagas = await chosenSagas(machinesPath, names);
    const progress = startProgress(cli.shell, cli.isJson);
    const found: Found[] = [];
    for (const [index, saga] of sagas.entries()) {
      cli.shell.signal.throwIfAborted();
      const { samples, settings } = await samplesOf(machinesPath, saga);
      progress.tell(`paths of ${saga.name}`, index / sagas.length);
      const { ignoreContext } = settings;
      const limits = given({ configurationsMax: options.limit, ignoreContext });
      found.push({ saga: saga.name, paths: pathsOf(saga, samples, limits) });
    }
    progress.end();
    const isAll = options.all === true;
    cli.answer({ sagas: found.map((one) => toJson(one, isAll)) }, () =>
      found.map((one) => toText(one, isAll)).join("\n\n"),
    );
  });
  return command;
}

function toJson({ saga, paths }: Found, isAll: boolean): object {
  const { configurations, edges, coverage, cut } = paths;
  const shown = isAll ? paths.paths : paths.telling;
  return { saga, configurations, edges, coverage, cut, count: paths.paths.length, paths: shown };
}

function toText({ saga, paths }: Found, isAll: boolean): string {
  const { configurations, edges, cut } = paths;
  const shown = isAll ? paths.paths : paths.telling;
  return [
    `saga "${saga}": ${paths.paths.length} paths over ${edges} edges between ${configurations} configurations`,
    ...cut.map((what) => `  left out: ${what}`),
    ...(isAll ? [] : [`  ${shown.length} that go through all of the chart:`]),
    ...shown.map(({ name }) => `  ${name}`),
  ].join("\n");
}
