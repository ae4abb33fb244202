/** How soon overdue timers fire after a start: one, and a thousand at once, among 10,000 parked instances. */
import { join } from "node:path";
import { createRuntime, openSqlite } from "../src/index.ts";
import type { Bench } from "./harness/bench.ts";
import { countdown } from "./harness/countdown.ts";
import { withCopy } from "./harness/own-files.ts";
import { alternate, row } from "./harness/rounds.ts";
import type { Measured } from "./harness/rounds.ts";
import { readSettings } from "./harness/settings.ts";
import { ticketSaga } from "./machines/ticket/index.ts";
import { fillTickets } from "./subjects/many-tickets.ts";

const PARKED = 10_000;
const SMOKE_PARKED = 50;
const MANY = 1_000;
const SMOKE_MANY = 10;
const QUARTER_MS = 90 * 86_400_000;

export const restartBench: Bench = {
  name: "restart",
  summary: "overdue timers after a start: one, and 1,000, among 10,000 parked instances",
  story:
    "10,000 instances wait for timers, some of which became due while no process ran. The clock runs from the opening of the file, in a process " +
    "that is there already, until the transitions of the overdue timers are durable.",

  async run({ rounds, isSmoke, folder }) {
    const count = isSmoke ? SMOKE_PARKED : PARKED;
    const overdue = { one: 1, many: isSmoke ? SMOKE_MANY : MANY };
    const prepare = async (name: string, late: number): Promise<() => Promise<Measured>> => {
      const path = join(folder, `${name}.db`);
      const nowMs = Date.now();
      const dueAtMs = (index: number): number => nowMs + (index < late ? -1_000 : QUARTER_MS);
      await fillTickets(path, { count, dueAtMs });
      return () => withCopy({ path, within: folder }, (copy) => fireOverdue(copy, late));
    };
    const samples = await alternate(
      { rounds, isSmoke },
      {
        one: await prepare("one", overdue.one),
        many: await prepare("many", overdue.many),
      },
    );
    return {
      rows: [
        row("1 overdue: fires after", "ms", samples.of("one", "last")),
        row("1,000 overdue: the first fires after", "ms", samples.of("many", "first")),
        row("1,000 overdue: the last fires after", "ms", samples.of("many", "last")),
      ],
      verdicts: [],
      settings: readSettings(join(folder, "one.db")),
      notes: [],
    };
  },
};

async function fireOverdue(path: string, overdue: number): Promise<Measured> {
  const firedAtMs: number[] = [];
  const left = countdown(overdue);
  const begunAt = performance.now();
  const runtime = await createRuntime({
    store: openSqlite(path),
    sagas: [ticketSaga],
    telemetry({ kind }) {
      if (kind !== "transition") return;
      firedAtMs.push(performance.now() - begunAt);
      left.count();
    },
  });
  await left.over;
  await runtime.close();
  return { first: firedAtMs[0] ?? Number.NaN, last: firedAtMs.at(-1) ?? Number.NaN };
}
