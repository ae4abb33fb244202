/** `sagachart tail`: committed events as they come, of all instances, of a saga, or of one. */
import { Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { StreamedEntry } from "../../client/client.ts";
import { follow } from "../../client/event-stream.ts";
import type { Call } from "../../client/transport.ts";
import type { Cli } from "../cli.ts";
import { exitCodes } from "../exit-codes.ts";
import { phaseText } from "../instance-text.ts";
import {
  headerOption,
  parseCount,
  parsePhase,
  parseWhole,
  transportOf,
  urlOption,
} from "../remote.ts";
import { paint } from "../shell.ts";
import type { Shell } from "../shell.ts";
import { printable } from "../table.ts";

export function tailCommand(cli: Cli): CommandUnknownOpts {
  const command = new Command("tail")
    .description("follow committed events as they come, until Ctrl-C")
    .argument("[saga]", "of this saga only")
    .argument("[id]", "of this instance only")
    .option("--phase <phase>", "only events that led to this phase", parsePhase)
    .option("--after <position>", "begin behind this position; 0: with the first", parseWhole)
    .option("--limit <count>", "end after so many", parseCount)
    .addOption(urlOption())
    .addOption(headerOption())
    .addHelpText(
      "after",
      `
With --json, one object a line. A lost connection is taken up again where it was.

Examples:
  $ sagachart tail
  $ sagachart tail order o-1 --after 0
  $ sagachart tail --phase stuck --json | jq -r .instanceId`,
    );
  command.action(async (saga, id, options) => {
    const { shell } = cli;
    const call = callOf(saga, id, options.phase);
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    const after = options.after === undefined ? undefined : String(options.after);
    // Ends the connection, which else stays open until the server has something to say.
    const enough = new AbortController();
    const signal = AbortSignal.any([shell.signal, enough.signal]);
    const messages = follow(transportOf(cli, options), { ...call, signal }, after);
    try {
      for await (const { id: position, event, data } of messages) {
        if (event !== "transition") continue;
        const entry = { position, ...(JSON.parse(data) as Omit<StreamedEntry, "position">) };
        cli.answer(entry, () => lineOf(shell, entry));
        left -= 1;
        if (left <= 0) enough.abort();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      // Ctrl-C is how one ends it.
      cli.endWith(exitCodes.done);
    }
  });
  return command;
}

function callOf(saga: string | undefined, id: string | undefined, phase: string | undefined): Call {
  const query = { ...(phase !== undefined && { phase }) };
  if (saga === undefined || id === undefined) {
    return { method: "GET", path: "/stream", query: { ...query, ...(saga && { saga }) } };
  }
  const path = `/sagas/${encodeURIComponent(saga)}/instances/${encodeURIComponent(id)}/stream`;
  return { method: "GET", path, query };
}

function lineOf(shell: Shell, entry: StreamedEntry): string {
  const { at, saga, instanceId, event, stateAfter, phase, verdict } = entry;
  const name = printable(`${saga}/${instanceId}`);
  const remark = verdict === "applied" ? "" : `  ${verdict}`;
  return `${paint(shell, "dim", at)}  ${name}  ${printable(event.type)}  ${stateAfter}  ${phaseText(shell, phase)}${remark}`;
}
