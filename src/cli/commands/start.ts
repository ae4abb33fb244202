/** `sagachart start`: the server, with the sagas of a folder. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { runProcess } from "../../main.ts";
import type { Cli } from "../cli.ts";
import { dbOption, hostOption, machinesOption, portOption } from "../file-options.ts";
import { typeScriptLoader } from "../typescript.ts";

export function startCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("start")
    .description("start the server, until SIGTERM or Ctrl-C")
    .addOption(hostOption())
    .addOption(portOption())
    .addOption(dbOption())
    .addOption(machinesOption())
    .addHelpText(
      "after",
      `
It writes one JSON object a line on stdout, and its address on stderr. One process owns a database file.

Example:
  $ sagachart start --port 8080 --db /var/lib/sagas.db`,
    );
  command.action(async (options) => {
    const config = cli.config({
      HOST: options.host,
      PORT: options.port,
      SAGACHART_DB: options.db,
      SAGACHART_MACHINES: options.machines,
    });
    await runProcess(config, async () => {}, typeScriptLoader());
    // Started by `dev`, it must not outlive it.
    process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  });
  return command;
}
