/** `sagachart draw`: the charts of sagas as pictures, or as text for other tools. */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { chartFormats, drawChart } from "../../draw/formats.ts";
import type { ChartFormat } from "../../draw/formats.ts";
import { SagaError } from "../../errors.ts";
import type { AnySaga } from "../../saga/define.ts";
import type { Cli } from "../cli.ts";
import { machinesOption } from "../file-options.ts";
import { startProgress } from "../progress.ts";
import { chosenSagas } from "../sagas.ts";

const formats = Object.keys(chartFormats) as readonly ChartFormat[];
const themes = ["auto", "light", "dark"] as const;

/** Ends of file names, by format. */
const ends: Readonly<Record<ChartFormat, string>> = {
  json: "json",
  mermaid: "mmd",
  model: "model.json",
  scxml: "scxml",
  svg: "svg",
};

export function drawCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("draw")
    .description("draw the charts of sagas")
    .argument("[sagas...]", "names of sagas; left out, all of them")
    .addOption(
      new Option("--format <format>", "what to draw").choices(formats).default("svg" as const),
    )
    .addOption(new Option("--theme <theme>", "of an SVG").choices(themes).default("auto" as const))
    .option("--out <folder>", "write a file for each saga there; left out, one saga goes to stdout")
    .addOption(machinesOption())
    .addHelpText(
      "after",
      `
svg is a picture; mermaid a diagram for Markdown; scxml the standard of the W3C; json is XState's
configuration; model is the list of states and edges that the picture is made of.

Examples:
  $ sagachart draw order > order.svg
  $ sagachart draw --format mermaid --out docs/charts`,
    );
  command.action(async (names, options) => {
    const { machinesPath } = cli.config({ SAGACHART_MACHINES: options.machines });
    const sagas = await chosenSagas(machinesPath, names);
    const draw = ({ machine, name }: AnySaga): Promise<string> =>
      drawChart(machine, options.format, { theme: options.theme, title: name });

    if (options.out !== undefined) {
      const files = await writeAll(cli, sagas, { ...options, out: options.out, draw });
      cli.answer({ files }, () => files.map(({ file }) => `wrote ${file}`).join("\n"));
      return;
    }
    const [saga, ...others] = sagas;
    if (saga === undefined) return;
    if (others.length > 0 && !cli.isJson) {
      throw new SagaError(
        "SAGA_COMMAND_INVALID",
        `${sagas.length} sagas do not go into one drawing; name one, or give --out a folder`,
      );
    }
    const drawings = await Promise.all(
      sagas.map(async (each) => ({
        saga: each.name,
        format: options.format,
        text: await draw(each),
      })),
    );
    cli.answer({ drawings }, () => drawings[0]?.text ?? "");
  });
  return command;
}

async function writeAll(
  cli: Cli,
  sagas: readonly AnySaga[],
  options: { out: string; format: ChartFormat; draw: (saga: AnySaga) => Promise<string> },
): Promise<readonly { saga: string; file: string }[]> {
  const folder = resolve(cli.shell.folder, options.out);
  await mkdir(folder, { recursive: true });
  const progress = startProgress(cli.shell, cli.isJson);
  const files: { saga: string; file: string }[] = [];
  for (const [index, saga] of sagas.entries()) {
    progress.tell(saga.name, index / sagas.length);
    const file = join(options.out, `${saga.name}.${ends[options.format]}`);
    await writeFile(resolve(cli.shell.folder, file), await options.draw(saga));
    files.push({ saga: saga.name, file });
  }
  progress.end();
  return files;
}
