/** A long run at an even pace, with a retention: whether memory and file stay at their size. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { createRuntime, openSqlite } from "../src/index.ts";
import { RETENTION_MS_MIN } from "../src/runtime/retention.ts";
import type { Bench } from "./harness/bench.ts";
import { row } from "./harness/rounds.ts";
import { readSettings } from "./harness/settings.ts";
import { judge } from "./harness/targets.ts";
import { bareTelemetry } from "./subjects/bare-telemetry.ts";
import { orderInput, orderSaga } from "./subjects/four-steps.ts";

/** Even and far below what is possible, so that half an hour makes a file of a size that any disk has. */
const SAGAS_PER_SECOND = 100;
const BEAT_MS = 100;
const LOOKS = 30;
/** Ended instances are kept for this part of the run: most of it is as all later hours will be. */
const RETENTION_SHARE = 0.1;
const MS_OF_MINUTE = 60_000;
const BYTES_OF_MIB = 2 ** 20;

interface Look {
  readonly sagas: number;
  readonly rssMib: number;
  readonly heapMib: number;
  readonly fileBytes: number;
  /** Of the write-ahead log, which grows to its limit once and is written over from then on. */
  readonly walBytes: number;
  /** Instances in the file, ended or not. */
  readonly kept: number;
}

export const soakBench: Bench = {
  name: "soak",
  summary:
    "100 sagas a second, deleted some time after their end: memory, and the size of the file",
  story:
    "Sagas of four steps are started at an even pace, 100 a second, for `--minutes`; thirty looks are taken on the way, and stand as rounds in " +
    "the table. Ended instances are kept for a tenth of the time, then deleted. Slopes are those of the straight line through the looks of the " +
    "last two thirds: both should be about 0. `--minutes 30` makes it a long one.",

  async run({ minutes, folder, tell }) {
    const path = join(folder, "soak.db");
    const looks = await soak(path, { durationMs: minutes * MS_OF_MINUTE, tell });
    const third = Math.max(1, Math.floor(looks.length / 3));
    const late = looks.slice(third);
    const of = (pick: (look: Look) => number): readonly number[] => looks.map(pick);
    const rss = of(({ rssMib }) => rssMib);
    const file = of(({ fileBytes }) => fileBytes / BYTES_OF_MIB);
    const memoryGrowth = mean(rss.slice(-third)) / mean(rss.slice(0, third));
    // Until the first instances are deleted it grows as it must.
    const fileGrowth = mean(file.slice(-third)) / mean(file.slice(third, -third));
    const last = looks.at(-1);
    return {
      rows: [
        row("sagas that ended", "", [last?.sagas ?? 0]),
        row("RSS", "MiB", rss),
        row(
          "heap",
          "MiB",
          of(({ heapMib }) => heapMib),
        ),
        row("RSS: mean of the last third against the first", "×", [memoryGrowth]),
        row("file", "MiB", file),
        row("file: mean of the last third against the second", "×", [fileGrowth]),
        row(
          "its write-ahead log",
          "MiB",
          of(({ walBytes }) => walBytes / BYTES_OF_MIB),
        ),
        row(
          "instances that are kept",
          "",
          of(({ kept }) => kept),
        ),
        row("slope of the RSS", "MiB for 1,000 sagas", [slope(late, ({ rssMib }) => rssMib)]),
        row("slope of the heap", "MiB for 1,000 sagas", [slope(late, ({ heapMib }) => heapMib)]),
        row("slope of the file", "MiB for 1,000 sagas", [
          slope(late, ({ fileBytes }) => fileBytes / BYTES_OF_MIB),
        ]),
        row("slope of its write-ahead log", "MiB for 1,000 sagas", [
          slope(late, ({ walBytes }) => walBytes / BYTES_OF_MIB),
        ]),
      ],
      verdicts: [judge("soakMemory", [memoryGrowth]), judge("soakFile", [fileGrowth])],
      settings: readSettings(path),
      notes: [],
    };
  },
};

/** Of the line with the least squares, for 1,000 sagas. */
function slope(looks: readonly Look[], pick: (look: Look) => number): number {
  const atX = mean(looks.map(({ sagas }) => sagas));
  const atY = mean(looks.map(pick));
  let [along, square] = [0, 0];
  for (const look of looks) {
    along += (look.sagas - atX) * (pick(look) - atY);
    square += (look.sagas - atX) ** 2;
  }
  return square === 0 ? 0 : (along / square) * 1_000;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function soak(
  path: string,
  { durationMs, tell }: { durationMs: number; tell: (line: string) => void },
): Promise<readonly Look[]> {
  const telemetry = bareTelemetry();
  const retentionMs = Math.max(RETENTION_MS_MIN, durationMs * RETENTION_SHARE);
  const runtime = await createRuntime({
    store: openSqlite(path),
    sagas: [orderSaga],
    telemetry,
    retentionMs,
  });
  const looks: Look[] = [];
  const running = new Set<Promise<void>>();
  let started = 0;
  let ended = 0;
  const runOne = async (): Promise<void> => {
    const instanceId = `o-${(started += 1)}`;
    await runtime.start(orderSaga, { instanceId, input: orderInput });
    await runtime.waitFor(orderSaga, instanceId, { phase: "completed" });
    ended += 1;
  };

  const begunAt = performance.now();
  for (let lookAt = durationMs / LOOKS; looks.length < LOOKS;) {
    const passedMs = performance.now() - begunAt;
    // What the machine cannot keep up with is left out, not piled up.
    const due = Math.min(
      SAGAS_PER_SECOND,
      Math.ceil((passedMs / 1_000) * SAGAS_PER_SECOND) - ended,
    );
    while (running.size < due) {
      const one: Promise<void> = runOne().then(() => void running.delete(one));
      running.add(one);
    }
    if (passedMs >= lookAt) {
      const kept = (await runtime.counts()).reduce((sum, { instances }) => sum + instances, 0);
      looks.push({ sagas: ended, kept, ...lookNow(path) });
      lookAt += durationMs / LOOKS;
      tell(`${ended} sagas after ${Math.round(passedMs / 1_000)} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(BEAT_MS, durationMs / LOOKS)));
  }
  await Promise.all(running);
  await runtime.close();
  return looks;
}

function lookNow(path: string): Omit<Look, "sagas" | "kept"> {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    rssMib: rss / BYTES_OF_MIB,
    heapMib: heapUsed / BYTES_OF_MIB,
    fileBytes: sizeOf(path),
    walBytes: sizeOf(`${path}-wal`),
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
