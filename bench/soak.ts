/** A long run at an even pace: whether memory stays where it is, and by how much the file grows. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { createRuntime, openSqlite } from "../src/index.ts";
import type { Bench } from "./harness/bench.ts";
import { row } from "./harness/rounds.ts";
import { readSettings } from "./harness/settings.ts";
import { bareTelemetry } from "./subjects/bare-telemetry.ts";
import { orderInput, orderSaga } from "./subjects/four-steps.ts";

/** Even and far below what is possible, so that half an hour makes a file of a size that any disk has. */
const SAGAS_PER_SECOND = 100;
const BEAT_MS = 100;
const LOOKS = 30;
const MS_OF_MINUTE = 60_000;
const BYTES_OF_MIB = 2 ** 20;

interface Look {
  readonly sagas: number;
  readonly rssMib: number;
  readonly heapMib: number;
  readonly fileBytes: number;
}

export const soakBench: Bench = {
  name: "soak",
  summary: "100 sagas a second for half an hour: memory, and the size of the file",
  story:
    "Sagas of four steps are started at an even pace, 100 a second, for `--minutes`; thirty looks are taken on the way, and stand as rounds in " +
    "the table. Memory should be the same in the last third as in the first. Ended instances are kept, so the file grows: by how much for each " +
    "saga is what it shows.",
  isLong: true,

  async run({ minutes, folder, tell }) {
    const path = join(folder, "soak.db");
    const looks = await soak(path, { durationMs: minutes * MS_OF_MINUTE, tell });
    const third = Math.max(1, Math.floor(looks.length / 3));
    const growths = looks.slice(1).map((look, index) => {
      const before = looks[index] ?? look;
      return (look.fileBytes - before.fileBytes) / Math.max(1, look.sagas - before.sagas);
    });
    const of = (pick: (look: Look) => number): readonly number[] => looks.map(pick);
    const last = looks.at(-1);
    return {
      rows: [
        row("sagas that ended", "", [last?.sagas ?? 0]),
        row(
          "RSS",
          "MiB",
          of(({ rssMib }) => rssMib),
        ),
        row(
          "heap",
          "MiB",
          of(({ heapMib }) => heapMib),
        ),
        row("RSS: mean of the last third against the first", "×", [
          meanRss(looks.slice(-third)) / meanRss(looks.slice(0, third)),
        ]),
        row(
          "file with its WAL",
          "MiB",
          of(({ fileBytes }) => fileBytes / BYTES_OF_MIB),
        ),
        row("growth of the file for each saga", "bytes", growths),
      ],
      verdicts: [],
      settings: readSettings(path),
      notes: [],
    };
  },
};

function meanRss(looks: readonly Look[]): number {
  return looks.reduce((sum, { rssMib }) => sum + rssMib, 0) / looks.length;
}

async function soak(
  path: string,
  { durationMs, tell }: { durationMs: number; tell: (line: string) => void },
): Promise<readonly Look[]> {
  const telemetry = bareTelemetry();
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [orderSaga], telemetry });
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
      looks.push({ sagas: ended, ...lookNow(path) });
      lookAt += durationMs / LOOKS;
      tell(`${ended} sagas after ${Math.round(passedMs / 1_000)} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(BEAT_MS, durationMs / LOOKS)));
  }
  await Promise.all(running);
  await runtime.close();
  return looks;
}

function lookNow(path: string): Omit<Look, "sagas"> {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    rssMib: rss / BYTES_OF_MIB,
    heapMib: heapUsed / BYTES_OF_MIB,
    fileBytes: sizeOf(path) + sizeOf(`${path}-wal`),
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
