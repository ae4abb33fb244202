/**
 * `sagachart dev`: the server while one writes sagas. After each change it tries the new sagas on the live
 * instances first; a change that would strand one is told and not taken, and the server goes on with the old.
 */
import { resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Config } from "../../config.ts";
import type { Cli } from "../cli.ts";
import { runToEnd, startServer } from "../dev/child.ts";
import type { ServerProcess } from "../dev/child.ts";
import { toShownLine } from "../dev/log-lines.ts";
import { watchFiles } from "../dev/watch.ts";
import { exitCodes } from "../exit-codes.ts";
import { dbOption, hostOption, machinesOption, portOption } from "../file-options.ts";
import { paint } from "../shell.ts";
import { caseText } from "./doctor.ts";
import type { Diagnosis } from "./doctor.ts";

export function devCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("dev")
    .description("start the server, and start it anew when a saga changes")
    .addOption(hostOption())
    .addOption(portOption())
    .addOption(dbOption())
    .addOption(machinesOption())
    .option("--watch <path>", "watch this too; may be repeated", collect)
    .addHelpText(
      "after",
      `
A change that an instance which has not ended could not go on with is refused, with the reason; the
server goes on with the sagas as they were. Sagas may be TypeScript. With --json the log comes as it is.

Examples:
  $ sagachart dev
  $ sagachart dev --port 8080 --watch src`,
    );
  command.action(async (options) => {
    const config = cli.config({
      HOST: options.host,
      PORT: options.port,
      SAGACHART_DB: options.db,
      SAGACHART_MACHINES: options.machines,
    });
    const watched = [config.machinesPath, ...(options.watch ?? [])];
    await new DevServer(cli, config).run(watched.map((path) => resolve(cli.shell.folder, path)));
  });
  return command;
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

class DevServer {
  readonly #cli: Cli;
  readonly #config: Config;
  /** The same one after each change, also if any free one was asked for. */
  #port: string;

  constructor(cli: Cli, config: Config) {
    this.#cli = cli;
    this.#config = config;
    this.#port = String(config.port);
  }

  async run(watched: readonly string[]): Promise<void> {
    const { shell } = this.#cli;
    const changes = await watchFiles(watched, shell.clock);
    let server: ServerProcess | null = null;
    try {
      server = await this.#tryStart();
      for (;;) {
        const paths = await changes.next(shell.signal);
        this.#tell("cyan", `changed: ${paths.map((path) => this.#short(path)).join(", ")}`);
        if (server !== null && !(await this.#isTakeable())) continue;
        await server?.stop();
        server = await this.#tryStart();
      }
    } catch (error) {
      if (!shell.signal.aborted) throw error;
      // Ctrl-C is how one ends it.
      this.#cli.endWith(exitCodes.done);
    } finally {
      await Promise.all([changes.close(), server?.stop()]);
    }
  }

  /** Null if it does not start: then the next change may mend it. */
  async #tryStart(): Promise<ServerProcess | null> {
    const { shell } = this.#cli;
    const { host, dbPath, machinesPath } = this.#config;
    const options = ["--host", host, "--port", this.#port, "--db", dbPath];
    try {
      const server = await startServer(shell, [...options, "--machines", machinesPath], (line) => {
        this.#showLog(line);
      });
      this.#port = new URL(server.url).port;
      this.#tell("green", `listens on ${server.url}, data in ${dbPath}`);
      return server;
    } catch (error) {
      this.#tell("red", error instanceof Error ? error.message : String(error));
      this.#tell("yellow", "waiting for a change");
      return null;
    }
  }

  /** Whether every live instance could go on with the sagas as they are now. */
  async #isTakeable(): Promise<boolean> {
    const { dbPath, machinesPath } = this.#config;
    const { output, errors } = await runToEnd(this.#cli.shell, [
      "doctor",
      "--json",
      "--skip-integrity",
      "--db",
      dbPath,
      "--against",
      machinesPath,
    ]);
    const diagnosis = toDiagnosis(output);
    if (diagnosis === null) {
      this.#tell("red", `the change cannot be tried: ${errors.trim()}`);
      return false;
    }
    const unfit = diagnosis.findings.filter(
      ({ subject, verdict }) => subject === "sagas" && verdict === "problem",
    );
    const stranded = (diagnosis.census?.cases ?? []).filter(({ isStranded }) => isStranded);
    for (const { text } of unfit) this.#tell("red", text);
    for (const found of stranded) this.#cli.shell.writeError(`${caseText(found)}\n`);
    if (unfit.length + stranded.length === 0) return true;
    this.#tell("yellow", "the change is not taken; the server goes on with the sagas as they were");
    return false;
  }

  #showLog(line: string): void {
    const { shell, isJson } = this.#cli;
    const shown = isJson ? line : toShownLine(shell, line);
    if (shown !== null) shell.write(`${shown}\n`);
  }

  #tell(style: "red" | "green" | "yellow" | "cyan", text: string): void {
    const { shell } = this.#cli;
    const hasColor = shell.hasColor && shell.isTerminal;
    shell.writeError(`${paint({ hasColor }, style, "sagachart")} ${text}\n`);
  }

  #short(path: string): string {
    const { folder } = this.#cli.shell;
    return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
  }
}

function toDiagnosis(output: string): Diagnosis | null {
  try {
    return JSON.parse(output) as Diagnosis;
  } catch {
    return null;
  }
}
