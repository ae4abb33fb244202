import { on } from "node:events";
import { createInterface } from "node:readline";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import {
  effectRecord,
  instanceRecord,
  journalEntry,
  timerRecord,
} from "../../src/testing/store-records.ts";
import { contentsOf } from "../../src/testing/store-suite-bench.ts";
import { randomFrom } from "../fixtures/random.ts";
import { killProcess, startProcess } from "./child-process.ts";
import { freshDatabasePath } from "./database-path.ts";

const ROUNDS = 5;
const ACKNOWLEDGED_MAX = 60;

test("an acknowledged commit survives kill -9, and none is there by half", async () => {
  const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
  console.log(`crash.test.ts: SEED=${seed}`);
  const random = randomFrom(seed);
  const path = freshDatabasePath();

  for (let round = 1; round <= ROUNDS; round++) {
    const acknowledged = await killAfter(path, 1 + Math.floor(random() * ACKNOWLEDGED_MAX));

    const store = openSqlite(path);
    for (const instanceId of ["o-1", "o-2"]) {
      const key = { saga: "order", instanceId };
      const revision = (await store.load(key))?.record.revision ?? 0;
      expect(revision).toBeGreaterThanOrEqual(acknowledged);
      expect(revision).toBeLessThanOrEqual(acknowledged + 1);
      const answer = { eventId: `e-${revision}`, fingerprint: "f", answer: `${revision}` };
      expect(await contentsOf(store, key, [`e-${revision}`, `e-${revision + 1}`])).toEqual({
        stored: {
          record: instanceRecord({ ...key, revision }),
          timers: [timerRecord({ timerId: `timer-${revision}` })],
          effects: [effectRecord({ generation: revision })],
          parked: [],
          children: [],
          quarantined: null,
          damage: null,
        },
        journal: Array.from({ length: revision }, (_, index) =>
          journalEntry({ revision: index + 1 }),
        ),
        answers: [answer, null],
      });
    }
    await store.close();
    expect(integrityOf(path)).toEqual("ok");
  }
});

/** Kills the process once it has acknowledged so many commits; answers the last revision that it did. */
async function killAfter(path: string, commits: number): Promise<number> {
  const child = startProcess("committing-process.ts", path);
  if (child.stdout === null) throw new Error("the output of the process is not piped");
  const lines = createInterface({ input: child.stdout });
  let last = 0;
  let seen = 0;
  let killed: Promise<void> | undefined;
  for await (const [line] of on(lines, "line", { close: ["close"] })) {
    last = Number(line);
    seen++;
    // It goes on committing meanwhile, so the moment is any.
    if (seen === commits) killed = killProcess(child);
  }
  // Its output ends before the kernel has taken its locks away.
  await killed;
  return last;
}

function integrityOf(path: string): unknown {
  const client = new Database(path);
  const result = client.pragma("integrity_check", { simple: true });
  client.close();
  return result;
}
