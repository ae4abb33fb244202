/**
 * Writes one write set inside an open transaction.
 *
 * Whatever may not fit is tried before anything that must, so a write set that is left out fails early.
 */
import type { Database } from "better-sqlite3";
import { and, eq, placeholder } from "drizzle-orm";
import type {
  CommitOutcome,
  EffectRecord,
  EffectRef,
  JournalEntry,
  RecordedAnswer,
  TimerRecord,
  WriteSet,
} from "../store.ts";
import { boundColumns } from "./columns.ts";
import { prepareFamilyWrites } from "./family-writes.ts";
import type { Heads } from "./heads.ts";
import { prepareInstance } from "./instance-writes.ts";
import type { Kept } from "./instance-writes.ts";
import { prepareParking } from "./parked.ts";
import { preparePlaces } from "./places.ts";
import { sealOfAnswer, sealOfEffect, sealOfTimer } from "./row-seals.ts";
import { answers, journal, outbox, timers } from "./schema.ts";
import { describeSealed, describeWrite } from "./statements.ts";

/** Names the instance that a row belongs to. */
interface OfInstance {
  readonly instance: number;
}

/** Writes the write sets of a transaction. */
export interface Writer {
  /** First in a transaction. */
  begin(): void;
  /** Unless the outcome is `committed` or `revision`, roll back. */
  apply(writeSet: WriteSet): CommitOutcome;
  /** Last in a transaction. */
  finish(): void;
  /** After the transaction was committed. */
  keep(): void;
}

/** `epoch` is the owner of every lease that is written. */
export function prepareWriter(
  client: Database,
  { epoch, heads }: { epoch: number; heads: Heads },
): Writer {
  const places = preparePlaces(client);
  return {
    begin() {
      places.begin();
      heads.begin();
    },
    apply: prepareApply(client, { epoch, places, heads }),
    finish: () => places.write(),
    keep() {
      places.keep();
      heads.keep();
    },
  };
}

function prepareApply(
  client: Database,
  { epoch, ...kept }: Kept & { readonly epoch: number },
): Writer["apply"] {
  const writeInstance = prepareInstance(client, kept);
  const writeHistory = prepareHistory(client);
  const writeTimers = prepareTimers(client);
  const writeEffects = prepareEffects(client, epoch);
  const writeParking = prepareParking(client);
  const writeFamily = prepareFamilyWrites(client);

  return function apply(writeSet: WriteSet): CommitOutcome {
    const written = writeInstance(writeSet);
    if (written === null) return "revision";
    const { key: instance, head } = written;
    if (!writeTimers.fire(instance, writeSet)) return "timer";
    if (!writeEffects.finish(instance, writeSet)) return "effect";
    if (!writeParking.unpark(instance, writeSet)) return "parked";
    if (!writeFamily.take(writeSet)) return "message";
    if (!writeHistory.answer(instance, writeSet)) return "eventId";

    writeHistory.append(instance, writeSet, head);
    writeTimers.change(instance, writeSet);
    writeEffects.change(instance, writeSet);
    writeParking.park(instance, writeSet);
    writeFamily.change(instance, writeSet);
    return writeSet.born.every((born) => apply(born) === "committed") ? "committed" : "born";
  };
}

/** Catches a caller that is wrong before it reaches the tables. */
export function checkWriteSet({ instance, journal: entry, born }: WriteSet): void {
  const { revision } = instance;
  for (const each of born) checkWriteSet(each);
  if (!Number.isSafeInteger(revision) || revision < 1) {
    throw new Error(
      `write set of "${instance.instanceId}" has revision ${revision}; counts from 1`,
    );
  }
  if (entry.revision !== revision) {
    throw new Error(
      `write set of "${instance.instanceId}" has revision ${revision} and journals ${entry.revision}`,
    );
  }
}

const prepareAppend = describeWrite<JournalEntry, OfInstance & { readonly hash: string }>((db) => {
  const { position: _, ...entry } = boundColumns(journal);
  return db.insert(journal).values(entry);
});

const prepareAnswer = describeSealed<RecordedAnswer, OfInstance>(sealOfAnswer, (db) =>
  db.insert(answers).values(boundColumns(answers)).onConflictDoNothing(),
);

function prepareHistory(client: Database) {
  const append = prepareAppend(client);
  const answer = prepareAnswer(client);

  return {
    append(instance: number, writeSet: WriteSet, head: string): void {
      append.run(writeSet.journal, { instance, hash: head });
    },
    /** False if the event id was used. */
    answer(instance: number, writeSet: WriteSet): boolean {
      return (
        writeSet.answer === null ||
        answer.run(writeSet.instance, writeSet.answer, { instance }) === 1
      );
    },
  };
}

const prepareSetTimer = describeSealed<TimerRecord, OfInstance>(sealOfTimer, (db) => {
  const { key: _, ...timer } = boundColumns(timers);
  return db.insert(timers).values(timer);
});

const prepareRemoveTimer = describeWrite<{ timerId: string } & OfInstance>((db) =>
  db
    .delete(timers)
    .where(
      and(eq(timers.instance, placeholder("instance")), eq(timers.timerId, placeholder("timerId"))),
    ),
);

function prepareTimers(client: Database) {
  const set = prepareSetTimer(client);
  const remove = prepareRemoveTimer(client);

  return {
    /** False if the timer is gone. */
    fire(instance: number, { timerFired: timerId }: WriteSet): boolean {
      return timerId === null || remove.run({ instance, timerId }) === 1;
    },
    change(instance: number, { timersCancelled, timersSet, instance: owner }: WriteSet): void {
      for (const timerId of timersCancelled) remove.run({ instance, timerId });
      for (const record of timersSet) set.run(owner, record, { instance });
    },
  };
}

const isEffect = and(
  eq(outbox.instance, placeholder("instance")),
  eq(outbox.activityId, placeholder("activityId")),
  eq(outbox.generation, placeholder("generation")),
);

const prepareStartEffect = describeSealed<EffectRecord, OfInstance & { owner: number | null }>(
  sealOfEffect,
  (db) => {
    const { key: _, leaseSeal: _leaseSeal, ...effect } = boundColumns(outbox);
    return db.insert(outbox).values(effect);
  },
);

const prepareAbandonEffect = describeWrite<EffectRef, OfInstance>((db) =>
  db.update(outbox).set({ status: "abandoned" }).where(isEffect),
);

const prepareRemoveEffect = describeWrite<EffectRef, OfInstance>((db) =>
  db.delete(outbox).where(isEffect),
);

// A lease of an earlier owner tells until when a lost attempt may take effect: the next claim needs it.
const prepareReleaseEffect = describeWrite<EffectRef, OfInstance & { epoch: number }>((db) =>
  db
    .update(outbox)
    .set({ leaseUntilMs: null, owner: null })
    .where(and(isEffect, eq(outbox.owner, placeholder("epoch")))),
);

function prepareEffects(client: Database, epoch: number) {
  const start = prepareStartEffect(client);
  const abandon = prepareAbandonEffect(client);
  const remove = prepareRemoveEffect(client);
  const release = prepareReleaseEffect(client);

  return {
    /** False if the effect is gone. */
    finish(instance: number, { effectFinished: ref }: WriteSet): boolean {
      return ref === null || remove.run(ref, { instance }) === 1;
    },
    change(instance: number, writeSet: WriteSet): void {
      for (const ref of writeSet.effectsAbandoned) {
        mustExist(abandon.run(ref, { instance }), ref);
      }
      for (const ref of writeSet.effectsDropped) {
        mustExist(remove.run(ref, { instance }), ref);
      }
      for (const ref of writeSet.effectsReleased) release.run(ref, { instance, epoch });
      for (const record of writeSet.effectsStarted) {
        const owner = record.leaseUntilMs === null ? null : epoch;
        start.run(writeSet.instance, record, { instance, owner });
      }
    },
  };
}

/** The revision fits, so whoever decided has seen this effect: only a bug can have lost it. */
function mustExist(changes: number, ref: EffectRef): void {
  if (changes !== 1) {
    throw new Error(
      `the chart leaves "${ref.activityId}" of ${ref.generation}, which is not there`,
    );
  }
}
