/** Whether a transition costs more the more of them an instance has made. */
import { join } from "node:path";
import { createRuntime, openSqlite } from "../src/index.ts";
import type { Runtime } from "../src/index.ts";
import type { WriteSet } from "../src/store/store.ts";
import type { Bench } from "./harness/bench.ts";
import { alternate, row, rowAgainst, toRatio } from "./harness/rounds.ts";
import type { Measured } from "./harness/rounds.ts";
import { readSettings } from "./harness/settings.ts";
import { percentile } from "./harness/statistics.ts";
import { judge } from "./harness/targets.ts";
import { ticketSaga } from "./machines/ticket/index.ts";
import { bareTelemetry } from "./subjects/bare-telemetry.ts";
import { seeing } from "./subjects/many-tickets.ts";

const note = { type: "NOTE", text: "called back, will call again" } as const;
const OLD = "old";
const QUARTER_MS = 90 * 86_400_000;
/** Transitions that are timed in a turn. */
const TIMED = 300;
/** How many of them one young instance makes, before it would not be young any more. */
const TIMED_YOUNG = 10;
const BATCH = 1_000;
// The snapshot is cached after the first; what fills the caches is not timed.
const WARMING = 50;

export const ageBench: Bench = {
  name: "age",
  summary: "a transition of an instance that has made 10, 1,000 and 100,000",
  story:
    "One event at a time into one instance, in the process. The young ones are made anew for each turn, by 10 and by 1,000 events. " +
    "The old one has a journal of 100,000 entries, written by the store in batches, and is loaded from the file.",

  async run(options) {
    const path = join(options.folder, "age.db");
    const oldAge = options.isSmoke ? 2_000 : 100_000;
    await growOld(path, oldAge);
    const runtime = await createRuntime({
      store: openSqlite(path),
      sagas: [ticketSaga],
      telemetry: bareTelemetry(),
    });
    const timed = options.isSmoke ? 20 : TIMED;
    const samples = await alternate(options, {
      "10": (round) => measureYoung(runtime, { round, age: 10, timed }),
      "1,000": (round) => measureYoung(runtime, { round, age: 1_000, timed }),
      "100,000": () => measureOld(runtime, timed),
    });
    await runtime.close();
    const young = samples.of("10", "p50");
    const old = samples.of("100,000", "p50");
    return {
      rows: [
        row("after 10 transitions: p50", "ms", young),
        row("after 10 transitions: p99", "ms", samples.of("10", "p99")),
        rowAgainst(row("after 1,000: p50", "ms", samples.of("1,000", "p50")), "after 10", young),
        row("after 1,000: p99", "ms", samples.of("1,000", "p99")),
        rowAgainst(row("after 100,000: p50", "ms", old), "after 10", young),
        row("after 100,000: p99", "ms", samples.of("100,000", "p99")),
      ],
      verdicts: [judge("age", toRatio("", old, young).values)],
      settings: readSettings(path),
      notes: [],
    };
  },
};

/** Revision 2 of an instance, again and again under the next number. */
async function growOld(path: string, age: number): Promise<void> {
  const seen: WriteSet[] = [];
  const runtime = await createRuntime({
    store: seeing(openSqlite(path), (writeSets) => seen.push(...writeSets)),
    sagas: [ticketSaga],
  });
  await open(runtime, OLD);
  await runtime.send(ticketSaga, OLD, note);
  await runtime.close();
  const template = seen.at(-1);
  if (template === undefined) throw new Error("the event was not committed");

  const store = openSqlite(path);
  for (let revision = 3; revision <= age; revision += BATCH) {
    const size = Math.min(BATCH, age - revision + 1);
    const writeSets = Array.from({ length: size }, (_, offset) => ({
      ...template,
      instance: { ...template.instance, revision: revision + offset },
      journal: { ...template.journal, revision: revision + offset },
    }));
    const outcomes = await store.commit(writeSets);
    if (outcomes.some((outcome) => outcome !== "committed")) {
      throw new Error("a revision was left out");
    }
  }
  await store.close();
}

async function open(runtime: Runtime, instanceId: string): Promise<void> {
  const input = { subject: "a parcel is late", openMs: QUARTER_MS };
  await runtime.start(ticketSaga, { instanceId, input });
}

async function measureYoung(
  runtime: Runtime,
  { round, age, timed }: { round: number; age: number; timed: number },
): Promise<Measured> {
  const each = Math.min(timed, age === 10 ? TIMED_YOUNG : timed);
  const tookMs: number[] = [];
  for (let index = 0; tookMs.length < timed; index += 1) {
    const instanceId = `young-${age}-${round}-${index}`;
    await open(runtime, instanceId);
    for (let made = 1; made < age; made += 1) await runtime.send(ticketSaga, instanceId, note);
    tookMs.push(...(await timeEvents(runtime, instanceId, each)));
  }
  return toMeasured(tookMs);
}

async function measureOld(runtime: Runtime, timed: number): Promise<Measured> {
  await timeEvents(runtime, OLD, WARMING);
  return toMeasured(await timeEvents(runtime, OLD, timed));
}

async function timeEvents(runtime: Runtime, instanceId: string, count: number): Promise<number[]> {
  const tookMs: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const begunAt = performance.now();
    await runtime.send(ticketSaga, instanceId, note);
    tookMs.push(performance.now() - begunAt);
  }
  return tookMs;
}

function toMeasured(tookMs: readonly number[]): Measured {
  return { p50: percentile(tookMs, 0.5), p99: percentile(tookMs, 0.99) };
}
