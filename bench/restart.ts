/**
 * How late overdue timers fire after a start: one, and a thousand at once, among 10,000 parked instances.
 * `npx tsx bench/restart.ts`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setup } from "xstate";
import { systemClock } from "../src/clock.ts";
import { createRuntime, defineSaga, openSqlite } from "../src/index.ts";
import type { Clock } from "../src/index.ts";

const PARKED = 10_000;
const HOUR_MS = 3_600_000;

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

/** Starts instances an hour ago, some of whose timers were due meanwhile. */
async function park(path: string, overdue: number): Promise<void> {
  const anHourAgo: Clock = { ...systemClock, now: () => systemClock.now() - HOUR_MS };
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [saga], clock: anHourAgo });
  const starts = Array.from({ length: PARKED }, (_, index) =>
    runtime.start(saga, {
      instanceId: `p-${index}`,
      input: { waitMs: index < overdue ? HOUR_MS / 2 : 2 * HOUR_MS },
    }),
  );
  await Promise.all(starts);
  await runtime.close();
}

/** Milliseconds from the start of a runtime to its first and to its last overdue timer. */
async function fireOverdue(
  path: string,
  overdue: number,
): Promise<{ first: number; last: number }> {
  const firedAt: number[] = [];
  const begunAt = performance.now();
  const runtime = await createRuntime({
    store: openSqlite(path),
    sagas: [saga],
    telemetry: ({ kind }) => {
      if (kind === "transition") firedAt.push(performance.now() - begunAt);
    },
  });
  await Promise.all(
    Array.from({ length: overdue }, (_, index) =>
      runtime.waitFor(saga, `p-${index}`, { phase: "completed" }),
    ),
  );
  await runtime.close();
  return { first: firedAt[0] ?? 0, last: firedAt.at(-1) ?? 0 };
}

const folder = mkdtempSync(join(tmpdir(), "sagachart-bench-"));
try {
  process.stdout.write(
    `${PARKED} parked instances, synchronous=FULL, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}\n\n` +
      "| overdue timers | first fires after, ms | last fires after, ms |\n|---|---|---|\n",
  );
  for (const overdue of [1, 1_000]) {
    const path = join(folder, `${overdue}.db`);
    await park(path, overdue);
    const { first, last } = await fireOverdue(path, overdue);
    process.stdout.write(`| ${overdue} | ${first.toFixed(0)} | ${last.toFixed(0)} |\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
