/**
 * A process that advances two instances for ever, and writes each revision to its output once it is
 * committed. Synchronous writes: what was acknowledged is out before the process can be killed.
 */
import { writeSync } from "node:fs";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { effectRecord, timerRecord, writeSet } from "../../src/testing/store-records.ts";
import type { InstanceKey, WriteSet } from "../../src/store/store.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("give the path of a database");

const keys = ["o-1", "o-2"].map((instanceId) => ({ saga: "order", instanceId }));
const store = openSqlite(path);
const stored = await Promise.all(keys.map((key) => store.load(key)));
let revision = stored[0]?.record.revision ?? 0;

for (;;) {
  const next = revision + 1;
  const outcomes = await store.commit(keys.map((key) => toWriteSet(key, next)));
  if (outcomes.some((outcome) => outcome !== "committed")) throw new Error(outcomes.join());

  revision = next;
  writeSync(1, `${revision}\n`);
}

/** Ends the timer and the effect of the revision before, and starts its own. */
function toWriteSet(key: InstanceKey, next: number): WriteSet {
  const isFirst = next === 1;
  return writeSet(next, {
    key,
    timerFired: isFirst ? null : `timer-${next - 1}`,
    timersSet: [timerRecord({ timerId: `timer-${next}` })],
    effectFinished: isFirst ? null : { activityId: "charge", generation: next - 1 },
    effectsStarted: [effectRecord({ generation: next })],
    answer: { eventId: `e-${next}`, fingerprint: "f", answer: `${next}` },
  });
}
