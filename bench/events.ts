/**
 * Events over HTTP into instances that wait, each answered after its commit; beside a Fastify that parses the same
 * requests and answers at once.
 */
import { join } from "node:path";
import type { Bench, BenchOptions, Row } from "./harness/bench.ts";
import { startChild } from "./harness/child.ts";
import type { Child } from "./harness/child.ts";
import { inFlight } from "./harness/concurrency.ts";
import { measureCommits } from "./harness/fsync.ts";
import { alternate, row, rowAgainst, toRatio } from "./harness/rounds.ts";
import type { Contestants, Measured, Samples } from "./harness/rounds.ts";
import { readSettings } from "./harness/settings.ts";
import { judge } from "./harness/targets.ts";
import type { ServerLook } from "./processes/event-server.ts";
import type { LoadResult } from "./processes/load.ts";
import { eventPath, jsonHeaders, noteBody, openTicket, ticketId } from "./subjects/tickets.ts";

const CONNECTIONS = [1, 10, 100];
const INSTANCES = 1_000;
const TURN_SECONDS = 1.5;
const WARMING_SECONDS = 0.5;
const COMMITS = 500;

export const eventsBench: Bench = {
  name: "events",
  summary: "events over HTTP into waiting instances, 1, 10 and 100 connections",
  story:
    "Server, load (autocannon) and this bench are three processes. 1,000 instances wait; each connection sends one event after the " +
    "other to instances of its own, and each answer comes after the commit. The empty Fastify parses the same requests and answers at once. " +
    "The server is the product as it starts by default, with a log line for each transition. Processor time is that of all threads of the server's process.",

  async run(options) {
    const sagas = await startServer("serveSagas", { path: join(options.folder, "events.db") });
    const empty = await startServer("serveNothing");
    const load = startChild(new URL("processes/load.ts", import.meta.url));
    try {
      const instances = options.isSmoke ? 100 : INSTANCES;
      await inFlight(instances, 100, (index) => openTicket(sagas.url, index));
      const paths = Array.from({ length: instances }, (_, index) => eventPath(ticketId(index)));
      const samples = await alternate(options, {
        ...toContestants("sagas", { server: sagas, load, paths, options }),
        ...toContestants("empty", { server: empty, load, paths, options }),
        commit: () => measureCommits(options.folder, options.isSmoke ? 10 : COMMITS),
      });
      await sagas.child.kill();
      return {
        rows: [
          ...CONNECTIONS.flatMap((connections) => toRows(connections, samples)),
          row("one commit of one row by raw statements", "ms", samples.of("commit", "p50")),
        ],
        verdicts: toVerdicts(samples),
        settings: readSettings(join(options.folder, "events.db")),
        notes: [
          "Busy is the share of the time in which the event loop of a server was not idle: where it is far from 100 %, the load was the limit.",
        ],
      };
    } finally {
      await Promise.all([sagas.child.kill(), empty.child.kill(), load.kill()]);
    }
  },
};

interface Server {
  readonly child: Child;
  readonly url: string;
}

interface Turn {
  readonly server: Server;
  readonly load: Child;
  readonly paths: readonly string[];
  readonly options: BenchOptions;
}

async function startServer(method: string, argument?: object): Promise<Server> {
  const child = startChild(new URL("processes/event-server.ts", import.meta.url));
  return { child, url: await child.call<string>(method, argument) };
}

function toContestants(name: string, turn: Turn): Contestants {
  return Object.fromEntries(
    CONNECTIONS.map((connections) => [
      `${name}, ${connections}`,
      (round) => measure(connections, turn, round === 0),
    ]),
  );
}

async function measure(
  connections: number,
  { server: { child, url }, load, paths, options }: Turn,
  isWarming: boolean,
): Promise<Measured> {
  await child.call("look");
  const result = await load.call<LoadResult>("load", {
    url,
    paths,
    body: noteBody,
    headers: jsonHeaders,
    connections,
    seconds: options.isSmoke ? 0.2 : isWarming ? WARMING_SECONDS : TURN_SECONDS,
  });
  if (result.failed > 0) throw new Error(`${result.failed} requests to ${url} failed`);
  const { busyPercent, cpuMicroseconds } = await child.call<ServerLook>("look");
  return {
    "/s": result.requestsPerSecond,
    p50: result.p50Ms,
    p99: result.p99Ms,
    "p99.9": result.p999Ms,
    busy: busyPercent,
    cpu: cpuMicroseconds / result.requests,
  };
}

function toRows(connections: number, samples: Samples): readonly Row[] {
  const at = connections === 1 ? "1 connection" : `${connections} connections`;
  const of = (name: string, measured: string): readonly number[] =>
    samples.of(`${name}, ${connections}`, measured);
  const latency = (share: string): Row =>
    rowAgainst(row(`${at}: ${share}`, "ms", of("sagas", share)), "empty POST", of("empty", share));
  return [
    rowAgainst(row(`${at}: events`, "/s", of("sagas", "/s")), "empty POST", of("empty", "/s")),
    latency("p50"),
    latency("p99"),
    latency("p99.9"),
    row(`${at}: empty POST`, "/s", of("empty", "/s")),
    row(`${at}: empty POST, p99`, "ms", of("empty", "p99")),
    rowAgainst(
      row(`${at}: processor time of the server for each`, "µs", of("sagas", "cpu")),
      "empty POST",
      of("empty", "cpu"),
    ),
    row(`${at}: server busy`, "%", of("sagas", "busy")),
    row(`${at}: empty server busy`, "%", of("empty", "busy")),
  ];
}

function toVerdicts(samples: Samples) {
  const ratio = (measured: string): readonly number[] =>
    toRatio("", samples.of("sagas, 100", measured), samples.of("empty, 100", measured)).values;
  const alone = toRatio("", samples.of("sagas, 1", "p50"), samples.of("commit", "p50")).values;
  return [
    judge("events", ratio("/s")),
    judge("eventsP99", ratio("p99")),
    judge("aloneHttp", alone),
  ];
}
