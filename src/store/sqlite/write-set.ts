/**
 * Writes one write set inside an open transaction.
 *
 * Whatever may not fit is tried before anything that must, so a write set that is left out fails early.
 * All statements are prepared once: building a query costs more than running it.
 */
import { and, eq, placeholder, sql } from "drizzle-orm";
import type {
  CommitOutcome,
  EffectRecord,
  EffectRef,
  InstanceRecord,
  JournalEntry,
  RecordedAnswer,
  TimerRecord,
  WriteSet,
} from "../store.ts";
import { boundColumns } from "./columns.ts";
import { prepareFamilyWrites } from "./family-writes.ts";
import {
  prepareReturning,
  prepareRow,
  prepareWrite,
  type SqliteDatabase,
} from "./prepared-write.ts";
import { prepareParking } from "./parked.ts";
import type { Places } from "./places.ts";
import { answers, attributes, instances, journal, outbox, timers } from "./schema.ts";

/** Names the instance that a row belongs to. */
interface OfInstance {
  readonly instance: number;
}

export type ApplyWriteSet = (writeSet: WriteSet) => CommitOutcome;

/** `epoch` is the owner of every lease that is written. Unless the outcome is `committed`, roll back. */
export function prepareWriteSet(
  db: SqliteDatabase,
  { epoch, places }: { epoch: number; places: Places },
): ApplyWriteSet {
  const writeInstance = prepareInstance(db, places);
  const writeHistory = prepareHistory(db);
  const writeTimers = prepareTimers(db);
  const writeEffects = prepareEffects(db, epoch);
  const writeParking = prepareParking(db);
  const writeFamily = prepareFamilyWrites(db);

  return function apply(writeSet: WriteSet): CommitOutcome {
    const instance = writeInstance(writeSet.instance);
    if (instance === null) return "revision";
    if (!writeTimers.fire(instance, writeSet)) return "timer";
    if (!writeEffects.finish(instance, writeSet)) return "effect";
    if (!writeParking.unpark(instance, writeSet)) return "parked";
    if (!writeFamily.take(writeSet)) return "message";
    if (!writeHistory.answer(instance, writeSet)) return "eventId";

    writeHistory.append(instance, writeSet);
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

/** Creates or advances; answers the key, or null if the stored revision is not the one before. */
function prepareInstance(db: SqliteDatabase, places: Places) {
  const create = prepareCreate(db);
  const advance = prepareAdvance(db);

  return (record: InstanceRecord): number | null => {
    const place = places.placeOf(record);
    if (record.revision === 1) {
      const key = create(record, place);
      if (key !== null) places.move(null, place);
      return key;
    }
    const before = advance(record, place);
    if (before === null) return null;
    places.move(before.place, place);
    return before.key;
  };
}

type Placed<Result> = (record: InstanceRecord, place: number) => Result;

function prepareCreate(db: SqliteDatabase): Placed<number | null> {
  const { key: _, ...values } = boundColumns(instances);
  const create = prepareReturning<InstanceRecord, { place: number }>(
    db.$client,
    db.insert(instances).values(values).onConflictDoNothing().returning({ key: instances.key }),
  );
  const addAttribute = prepareWrite<
    { name: string; value: string; createdAtMs: number } & OfInstance
  >(db.$client, db.insert(attributes).values(boundColumns(attributes)));
  return (record, place) => {
    const key = create.get(record, { place });
    if (typeof key !== "number") return null;
    const { createdAtMs } = record;
    for (const [name, value] of Object.entries(record.attributes)) {
      addAttribute.run({ instance: key, name, value, createdAtMs });
    }
    return key;
  };
}

interface Stored {
  readonly key: number;
  readonly place: number;
}

function prepareAdvance(db: SqliteDatabase): Placed<Stored | null> {
  // What never changes stays out of it, or each update would write its indexes as well.
  const {
    key,
    saga,
    instanceId,
    createdAtMs: _createdAtMs,
    attributes: _attributes,
    parent: _parent,
    place,
    ...changes
  } = boundColumns(instances);
  const find = prepareRow<InstanceRecord, Stored>(
    db.$client,
    db
      .select({ key: instances.key, place: instances.place })
      .from(instances)
      .where(
        and(
          eq(instances.saga, saga),
          eq(instances.instanceId, instanceId),
          sql`${instances.revision} = ${placeholder("revision")} - 1`,
        ),
      ),
  );
  const isKey = eq(instances.key, key);
  const stay = prepareWrite<InstanceRecord, Stored>(
    db.$client,
    db.update(instances).set(changes).where(isKey),
  );
  const move = prepareWrite<InstanceRecord, Stored>(
    db.$client,
    db
      .update(instances)
      .set({ ...changes, place })
      .where(isKey),
  );
  return (record, newPlace) => {
    const before = find.get(record);
    if (before === null) return null;
    const update = before.place === newPlace ? stay : move;
    update.run(record, { key: before.key, place: newPlace });
    return before;
  };
}

function prepareHistory(db: SqliteDatabase) {
  const { position: _, ...entry } = boundColumns(journal);
  const append = prepareWrite<JournalEntry, OfInstance>(
    db.$client,
    db.insert(journal).values(entry),
  );
  const answer = prepareWrite<RecordedAnswer, OfInstance>(
    db.$client,
    db.insert(answers).values(boundColumns(answers)).onConflictDoNothing(),
  );

  return {
    append(instance: number, writeSet: WriteSet): void {
      append.run(writeSet.journal, { instance });
    },
    /** False if the event id was used. */
    answer(instance: number, writeSet: WriteSet): boolean {
      return writeSet.answer === null || answer.run(writeSet.answer, { instance }) === 1;
    },
  };
}

function prepareTimers(db: SqliteDatabase) {
  const { key: _, ...timer } = boundColumns(timers);
  const set = prepareWrite<TimerRecord, OfInstance>(db.$client, db.insert(timers).values(timer));
  const isNamed = and(
    eq(timers.instance, placeholder("instance")),
    eq(timers.timerId, placeholder("timerId")),
  );
  const remove = prepareWrite<{ timerId: string } & OfInstance>(
    db.$client,
    db.delete(timers).where(isNamed),
  );

  return {
    /** False if the timer is gone. */
    fire(instance: number, { timerFired: timerId }: WriteSet): boolean {
      return timerId === null || remove.run({ instance, timerId }) === 1;
    },
    change(instance: number, { timersCancelled, timersSet }: WriteSet): void {
      for (const timerId of timersCancelled) remove.run({ instance, timerId });
      for (const record of timersSet) set.run(record, { instance });
    },
  };
}

function prepareEffects(db: SqliteDatabase, epoch: number) {
  const { key: _, ...effect } = boundColumns(outbox);
  const start = prepareWrite<EffectRecord, OfInstance & { owner: number | null }>(
    db.$client,
    db.insert(outbox).values(effect),
  );
  const isNamed = and(
    eq(outbox.instance, placeholder("instance")),
    eq(outbox.activityId, placeholder("activityId")),
    eq(outbox.generation, placeholder("generation")),
  );
  const abandon = prepareWrite<EffectRef, OfInstance>(
    db.$client,
    db.update(outbox).set({ status: "abandoned" }).where(isNamed),
  );
  const remove = prepareWrite<EffectRef, OfInstance>(db.$client, db.delete(outbox).where(isNamed));
  // A lease of an earlier owner tells until when a lost attempt may take effect: the next claim needs it.
  const release = prepareWrite<EffectRef, OfInstance>(
    db.$client,
    db
      .update(outbox)
      .set({ leaseUntilMs: null, owner: null })
      .where(and(isNamed, eq(outbox.owner, epoch))),
  );

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
      for (const ref of writeSet.effectsReleased) release.run(ref, { instance });
      for (const record of writeSet.effectsStarted) {
        start.run(record, { instance, owner: record.leaseUntilMs === null ? null : epoch });
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
