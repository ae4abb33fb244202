/** The same saga by other means: engines that keep each step, and what one writes by hand. */
import type { Bench, Row, Verdict } from "./harness/bench.ts";
import { installPeers, runPeer, versionOf } from "./harness/peers.ts";
import type { Peer } from "./harness/peers.ts";
import { measureLimit, recordOrders } from "./harness/recorded-orders.ts";
import type { Batches } from "./harness/recorder.ts";
import { alternate, row, rowAgainst, toRatio } from "./harness/rounds.ts";
import type { Measured, Samples } from "./harness/rounds.ts";
import type { TargetName } from "./harness/targets.ts";
import { judge, notMeasured } from "./harness/targets.ts";

const CONCURRENCY = 100;
const SMOKE_SAGAS = 10;
const OURS = "Sagachart";
const LIMIT = "limit";
const LIMIT_SAGAS = 1_000;

const all: readonly Peer[] = [
  { name: OURS, program: "sagachart", count: 4_000, runsOn: "ours" },
  { name: "XState + Drizzle by hand", program: "xstate-drizzle", count: 500, runsOn: "ours" },
  {
    name: "the same, its statement prepared",
    program: "xstate-drizzle",
    count: 500,
    runsOn: "ours",
    options: { prepared: true },
  },
  {
    name: "OpenWorkflow, SQLite",
    program: "openworkflow",
    packageName: "openworkflow",
    count: 250,
    runsOn: "newer",
  },
  {
    name: "@effect/workflow, SQLite",
    program: "effect-workflow",
    packageName: "@effect/workflow",
    count: 80,
    runsOn: "installed",
  },
  {
    name: "DBOS, Postgres",
    program: "dbos",
    packageName: "@dbos-inc/dbos-sdk",
    count: 400,
    runsOn: "newer",
    needs: "BENCH_DATABASE_URL",
  },
  {
    name: "a queue in Postgres by hand",
    program: "postgres-queue",
    packageName: "pg",
    count: 400,
    runsOn: "newer",
    needs: "BENCH_DATABASE_URL",
  },
  {
    name: "BullMQ, Redis",
    program: "bullmq",
    packageName: "bullmq",
    count: 1_000,
    runsOn: "newer",
    needs: "BENCH_REDIS_URL",
  },
  {
    name: "Restate",
    program: "restate",
    packageName: "@restatedev/restate-server",
    count: 400,
    runsOn: "newer",
    needs: "BENCH_RESTATE",
  },
];

/** The targets on peers. */
const targets = {
  "OpenWorkflow, SQLite": "openworkflow",
  "XState + Drizzle by hand": "byHand",
  "@effect/workflow, SQLite": "effect",
} as const satisfies Record<string, TargetName>;

export const peersBench: Bench = {
  name: "peers",
  summary: "the same saga by OpenWorkflow, @effect/workflow, XState + Drizzle by hand, and others",
  story:
    "Four steps that do nothing, the result of each durable before the next begins, 100 sagas at a time; every turn is a process of its own " +
    "with a new file, and warms up by a tenth of its sagas before the clock runs. Each peer is set up as its documentation advises, with every " +
    "commit forced to the disk. The limit is that of the bench of this name: the rows that Sagachart writes for these sagas, by raw statements, and XState, " +
    "with nothing around them.",

  async run({ rounds, isSmoke, folder, tell }) {
    const peers = all.filter(
      ({ runsOn, needs }) =>
        // Nothing is installed to see whether all of it runs.
        (runsOn === "ours" || !isSmoke) && (needs === undefined || process.env[needs]),
    );
    if (!isSmoke) installPeers(tell);
    const limitSagas = isSmoke ? SMOKE_SAGAS : LIMIT_SAGAS;
    const batches = await recordOrders(folder, limitSagas);
    const settings: Record<string, string> = {};
    const takeTurn = async (peer: Peer): Promise<Measured> => {
      const count = isSmoke ? SMOKE_SAGAS : peer.count;
      const turn = { count, concurrency: CONCURRENCY, within: folder };
      const { settings: own, ...measured } = await runPeer(peer, turn);
      settings[[peer.name, versionOf(peer)].filter(Boolean).join(" ")] = own;
      return measured;
    };
    const contestants = {
      [LIMIT]: () => measureSagas(folder, batches, limitSagas),
      ...Object.fromEntries(peers.map((peer) => [peer.name, () => takeTurn(peer)])),
    };
    const samples = await alternate({ rounds, isSmoke, isWarming: false }, contestants);
    const missing = all.filter((peer) => !peers.includes(peer));
    return {
      rows: [...peers.flatMap((peer) => toRows(peer, samples)), ...toLimits(peers, samples)],
      verdicts: Object.entries(targets).map((entry) => toVerdict(entry, peers, samples)),
      settings,
      notes: missing.map(({ name, needs }) => {
        const isUnset = needs !== undefined && !process.env[needs];
        return `${name}: not measured${isUnset ? `: ${needs} is not set` : " in a smoke test"}.`;
      }),
    };
  },
};

async function measureSagas(folder: string, batches: Batches, sagas: number): Promise<Measured> {
  const { rowsMs, xstateMs } = await measureLimit(folder, batches, sagas);
  return { sagas: (sagas * 1_000) / (rowsMs + xstateMs) };
}

function toRows({ name }: Peer, samples: Samples): readonly Row[] {
  const of = (measured: "sagas" | "p50" | "p99" | "rss", unit: string): Row =>
    row(`${name}: ${measured === "rss" ? "RSS" : measured}`, unit, samples.of(name, measured));
  const sagas = of("sagas", "/s");
  return [
    name === OURS ? sagas : rowAgainst(sagas, OURS, samples.of(OURS, "sagas")),
    of("p50", "ms"),
    of("p99", "ms"),
    of("rss", "MiB"),
  ];
}

/** What the rows of Sagachart allow against each peer that a target is about, whatever is around them. */
function toLimits(peers: readonly Peer[], samples: Samples): readonly Row[] {
  const limit = row("limit: the rows and XState, sagas", "/s", samples.of(LIMIT, "sagas"));
  return [
    rowAgainst(limit, OURS, samples.of(OURS, "sagas")),
    ...peers
      .filter(({ name }) => name in targets)
      .map(({ name }) => rowAgainst(limit, name, samples.of(name, "sagas"))),
  ];
}

function toVerdict(
  [name, target]: readonly [string, TargetName],
  peers: readonly Peer[],
  samples: Samples,
): Verdict {
  if (peers.every((peer) => peer.name !== name)) return notMeasured(target);
  return judge(target, toRatio("", samples.of(OURS, "sagas"), samples.of(name, "sagas")).values);
}
