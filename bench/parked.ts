/** Very many instances that wait, each with a timer: what one costs on disk, how soon a process serves, and how fast. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Bench, BenchOptions } from "./harness/bench.ts";
import { startChild } from "./harness/child.ts";
import type { Child } from "./harness/child.ts";
import { alternate, row, rowAgainst, toRatio } from "./harness/rounds.ts";
import type { Contestants, Measured } from "./harness/rounds.ts";
import { startServer } from "./harness/server.ts";
import { readSettings } from "./harness/settings.ts";
import { judge } from "./harness/targets.ts";
import type { LoadResult } from "./processes/load.ts";
import { fillTickets } from "./subjects/many-tickets.ts";
import { eventPath, jsonHeaders, noteBody, post, ticketId } from "./subjects/tickets.ts";

const SIZES = [1_000, 10_000, 1_000_000] as const;
const SMOKE_SIZES = [20, 50, 200] as const;
const QUARTER_MS = 90 * 86_400_000;
const CONNECTIONS = 10;
const TURN_SECONDS = 2;
/** Different instances that get an event in a turn. */
const RANDOM_INSTANCES = 5_000;

export const parkedBench: Bench = {
  name: "parked",
  summary:
    "1,000, 10,000 and 1,000,000 instances that wait with a timer: size, start, memory, events",
  story:
    "Each instance waits for an event or for its timer in ninety days. In each turn `sagachart start` is started as a process on the file; " +
    "the clock runs from the start of the process to the answer to a first event, over HTTP. Then 10 connections " +
    "send events to random instances for two seconds.",

  async run(options) {
    const load = startChild(new URL("processes/load.ts", import.meta.url));
    const [few, some, many] = options.isSmoke ? SMOKE_SIZES : SIZES;
    try {
      const contestants: Contestants = {
        few: await prepare(few, { options, load }),
        some: await prepare(some, { options, load }),
        many: await prepare(many, { options, load }),
      };
      const samples = await alternate({ ...options, isWarming: false }, contestants);
      const sizes = { few: few, some: some, many: many };
      const rows = Object.entries(sizes).flatMap(([name, count]) => {
        const of = (measured: string): readonly number[] => samples.of(name, measured);
        const title = `${count.toLocaleString("en-US")} parked`;
        return [
          row(`${title}: of the file, for each`, "bytes", of("bytes")),
          row(`${title}: start of the process to the first event served`, "ms", of("first")),
          row(`${title}: RSS after the first event`, "MiB", of("rss")),
          row(`${title}: RSS after the events`, "MiB", of("rss after")),
          row(`${title}: events to random ones`, "/s", of("events")),
          rowAgainst(
            row(`${title}: p50 of them`, "ms", of("p50")),
            "fewest",
            samples.of("few", "p50"),
          ),
          rowAgainst(
            row(`${title}: p99 of them`, "ms", of("p99")),
            "fewest",
            samples.of("few", "p99"),
          ),
        ];
      });
      const slower = toRatio("", samples.of("many", "p50"), samples.of("few", "p50")).values;
      return {
        rows,
        verdicts: [
          judge("parkedStart", samples.of("many", "first")),
          judge("parkedMemory", samples.of("many", "rss after")),
          judge("parkedBytes", samples.of("many", "bytes")),
          judge("parkedEvents", slower),
        ],
        settings: readSettings(pathOf(options, few)),
        notes: [],
      };
    } finally {
      await load.kill();
    }
  },
};

interface Turn {
  readonly options: BenchOptions;
  readonly load: Child;
}

async function prepare(count: number, turn: Turn): Promise<(round: number) => Promise<Measured>> {
  const { options } = turn;
  const path = pathOf(options, count);
  const begunAt = Date.now();
  await fillTickets(path, { count, dueAtMs: (index) => begunAt + QUARTER_MS + index });
  options.tell(`${count} parked in ${Math.round((Date.now() - begunAt) / 1_000)} s`);
  const bytes = statSync(path).size / count;
  return async (round) => ({ bytes, ...(await measure({ path, count, round }, turn)) });
}

function pathOf({ folder }: BenchOptions, count: number): string {
  return join(folder, `${count}.db`);
}

async function measure(
  { path, count, round }: { path: string; count: number; round: number },
  { load, options }: Turn,
): Promise<Measured> {
  const begunAt = performance.now();
  const server = await startServer(path);
  try {
    await post(`${server.url}${eventPath(ticketId(round))}`, noteBody);
    const first = performance.now() - begunAt;
    const rss = server.rssMib();
    const instances = Math.min(count, RANDOM_INSTANCES);
    const result = await load.call<LoadResult>("load", {
      url: server.url,
      // A prime number of steps apart, begun elsewhere in each round: all over the file, none twice.
      paths: Array.from({ length: instances }, (_, index) =>
        eventPath(ticketId((index * 7_919 + round * 104_729) % count)),
      ),
      body: noteBody,
      headers: jsonHeaders,
      connections: CONNECTIONS,
      seconds: options.isSmoke ? 0.2 : TURN_SECONDS,
    });
    if (result.failed > 0) throw new Error(`${result.failed} events were not taken`);
    const { requestsPerSecond: events, p50Ms: p50, p99Ms: p99 } = result;
    return { first, rss, "rss after": server.rssMib(), events, p50, p99 };
  } finally {
    await server.kill();
  }
}
