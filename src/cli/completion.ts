/**
 * Completion for bash, zsh and fish: `sagachart complete <shell>` writes the script, which asks the command
 * itself what could come next. Names of sagas are the folders there are.
 */
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import tab from "@bomb.sh/tab/commander";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Cli } from "./cli.ts";

export function addCompletion(program: CommandUnknownOpts, cli: Cli): void {
  const completion = tab(program as never as Parameters<typeof tab>[0]);
  for (const { arguments: known } of completion.commands.values()) {
    for (const [name, argument] of known) {
      if (name !== "saga" && name !== "sagas") continue;
      argument.handler = (complete) => {
        for (const saga of folders(cli)) complete(saga, "saga");
      };
    }
  }
}

function folders(cli: Cli): readonly string[] {
  try {
    const path = resolve(cli.shell.folder, cli.config().machinesPath);
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    // There is nothing to suggest where there are no sagas, and no place to complain.
    return [];
  }
}
