/**
 * A herd: timers that came due while nothing ran, and requests that are answered while they are delivered.
 * `npx tsx bench/herd.ts --help`
 */
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { setup } from "xstate";
import { systemClock } from "../src/clock.ts";
import { buildServer, createRuntime, defineSaga, openSqlite } from "../src/index.ts";
import type { Clock } from "../src/index.ts";

const { values } = parseArgs({
  options: {
    timers: { type: "string", default: "100000" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(
    "npx tsx bench/herd.ts [--timers 100000]\n" +
      "Lets so many timers come due while nothing runs, and prints how requests fare while they are delivered.\n",
  );
  process.exit(0);
}

const timers = Number(values.timers);
const HOUR_MS = 3_600_000;
/** Instances that are started at a time. */
const STARTS = 1_000;
/** Between two requests. */
const PAUSE_MS = 5;

const saga = defineSaga({
  name: "parked",
  version: 1,
  machine: setup({
    types: { input: {} as { waitMs: number }, context: {} as { waitMs: number } },
    delays: { wait: ({ context }) => context.waitMs },
  }).createMachine({
    id: "parked",
    context: ({ input }) => input,
    initial: "waiting",
    states: {
      waiting: { tags: "forward", after: { wait: "over" } },
      over: { type: "final", tags: "completed" },
    },
  }),
  activities: {},
});

/** Starts instances an hour ago, all of whose timers were due meanwhile. */
async function park(path: string): Promise<void> {
  const anHourAgo: Clock = { ...systemClock, now: () => systemClock.now() - HOUR_MS };
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [saga], clock: anHourAgo });
  for (let from = 0; from < timers; from += STARTS) {
    const ids = Array.from({ length: Math.min(STARTS, timers - from) }, (_, index) => from + index);
    await Promise.all(
      ids.map((id) =>
        runtime.start(saga, { instanceId: `p-${id}`, input: { waitMs: HOUR_MS / 2 } }),
      ),
    );
  }
  await runtime.close();
}

async function deliver(path: string): Promise<{ tookMs: number; answerMs: readonly number[] }> {
  const delivered = { timers: 0 };
  const begunAt = performance.now();
  const runtime = await createRuntime({
    store: openSqlite(path),
    sagas: [saga],
    telemetry: (event) => {
      if (event.kind === "transition" && event.source === "timer") delivered.timers += 1;
    },
  });
  const server = buildServer({ runtime });
  await server.listen({ host: "127.0.0.1", port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const instances = `http://127.0.0.1:${port}/sagas/parked/instances`;
  const answerMs: number[] = [];
  for (let count = 0; delivered.timers < timers; count += 1) {
    const askedAt = performance.now();
    const response = await fetch(instances, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id: `new-${count}`, input: { waitMs: HOUR_MS } }),
    });
    await response.text();
    if (response.status !== 201) throw new Error(`a start was answered with ${response.status}`);
    answerMs.push(performance.now() - askedAt);
    await setTimeout(PAUSE_MS);
  }
  const tookMs = performance.now() - begunAt;
  await server.close();
  await runtime.close();
  return { tookMs, answerMs: answerMs.toSorted((a, b) => a - b) };
}

function quantile(sorted: readonly number[], part: number): string {
  return (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(1);
}

const folder = mkdtempSync(join(tmpdir(), "sagachart-bench-"));
try {
  const path = join(folder, "herd.db");
  await park(path);
  const { tookMs, answerMs } = await deliver(path);
  process.stdout.write(
    [
      `${timers} overdue timers, synchronous=FULL, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`,
      "",
      "| measure | value |",
      "|---|---|",
      `| delivered after the start of the process, s | ${(tookMs / 1_000).toFixed(1)} |`,
      `| timers/s | ${((timers / tookMs) * 1_000).toFixed(0)} |`,
      `| starts over HTTP meanwhile | ${answerMs.length} |`,
      `| answered after, ms: p50 | ${quantile(answerMs, 0.5)} |`,
      `| p99 | ${quantile(answerMs, 0.99)} |`,
      `| longest | ${quantile(answerMs, 1)} |`,
      "",
    ].join("\n"),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
