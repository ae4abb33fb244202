/** `sagachart check`: proves what sagas claim, or shows a shortest way to what they do not keep. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { check, renderReport, toGithubAnnotations, toSarif, worlds } from "../../check/check.ts";
import type { CheckReport, World } from "../../check/check.ts";
import type { Cli } from "../cli.ts";
import { exitCodes } from "../exit-codes.ts";
import { machinesOption } from "../file-options.ts";
import { given } from "../given.ts";
import { startProgress } from "../progress.ts";
import { parseCount } from "../remote.ts";
import { chosenSagas, samplesOf } from "../sagas.ts";

export function checkCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("check")
    .description("look at everything that can happen to sagas, and tell what they do not keep")
    .argument("[sagas...]", "names of sagas; left out, all of them")
    .addOption(
      new Option(
        "--world <world>",
        `only in this world: ${worlds.join(", ")}; may be repeated`,
      ).argParser(worldsOf),
    )
    .option("--limit <count>", "configurations to look at in one world", parseCount)
    .option("--sarif <path>", "write a SARIF file too")
    .option("--github", "answer as annotations of GitHub Actions")
    .addOption(machinesOption())
    .addHelpText(
      "after",
      `
The samples of a saga, examples of its input and of what its activities answer, are exported by
machines/<name>/samples.ts, and so are its check's other options, as \`checkOptions\`. The exit code is 3
if an error is found. Warnings, and what is waived with a reason, do not count.

Examples:
  $ sagachart check
  $ sagachart check order --world clean --json
  $ sagachart check --sarif check.sarif --github`,
    );
  command.action(async (names, options) => {
    const { machinesPath } = cli.config({ SAGACHART_MACHINES: options.machines });
    const reports: CheckReport[] = [];
    const sagas = await chosenSagas(machinesPath, names);
    const progress = startProgress(cli.shell, cli.isJson);
    for (const [index, saga] of sagas.entries()) {
      cli.shell.signal.throwIfAborted();
      const { samples, settings } = await samplesOf(machinesPath, saga);
      progress.tell(`checking ${saga.name}`, index / sagas.length);
      const limits = given({ worlds: options.world, configurationsMax: options.limit });
      reports.push(check(saga, { ...settings, ...limits, samples, clock: cli.shell.clock }));
    }
    progress.end();
    if (options.sarif !== undefined) {
      const sarif = toSarif(reports, { files: Object.fromEntries(reports.map(fileEntry)) });
      await writeFile(resolve(cli.shell.folder, options.sarif), JSON.stringify(sarif, null, 2));
    }
    const isGithub = options.github === true;
    cli.answer({ ok: reports.every(({ ok }) => ok), reports }, () =>
      isGithub ? annotations(reports) : reports.map(reportText).join("\n\n"),
    );
    if (!reports.every(({ ok }) => ok)) cli.endWith(exitCodes.found);
  });
  return command;
}

function worldsOf(value: string, before: readonly World[] | undefined): readonly World[] {
  const world = worlds.find((each) => each === value);
  if (world === undefined) throw new InvalidArgumentError(`It is one of ${worlds.join(", ")}.`);
  return [...(before ?? []), world];
}

function reportText(report: CheckReport): string {
  return renderReport(report).join("\n");
}

function annotations(reports: readonly CheckReport[]): string {
  return reports
    .flatMap((report) => toGithubAnnotations(report, { file: fileEntry(report)[1] }))
    .join("\n");
}

/** Where the chart of a saga is, by convention. */
function fileEntry({ saga }: CheckReport): readonly [saga: string, file: string] {
  return [saga, `machines/${saga}/chart.ts`];
}
