/**
 * Writes one write set inside an open transaction.
 *
 * Whatever may not fit is tried before anything that must, so a write set that is left out fails early.
 */
import type { Database } from "better-sqlite3";
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
import { prepareParking } from "./parked.ts";
import type { Places } from "./places.ts";
import { prepareLift } from "./quarantine.ts";
import {
  chainOfJournal,
  sealOfAnswer,
  sealOfEffect,
  sealOfInstance,
  sealOfTimer,
} from "./row-seals.ts";
import { answers, attributes, instances, journal, outbox, timers } from "./schema.ts";
import { chainStart } from "./seal.ts";
import { describeColumn, describeRead, describeSealed, describeWrite } from "./statements.ts";

/** Names the instance that a row belongs to. */
interface OfInstance {
  readonly instance: number;
}

export type ApplyWriteSet = (writeSet: WriteSet) => CommitOutcome;

/** `epoch` is the owner of every lease that is written. Unless the outcome is `committed`, roll back. */
export function prepareWriteSet(
  client: Database,
  { epoch, places }: { epoch: number; places: Places },
): ApplyWriteSet {
  const writeInstance = prepareInstance(client, places);
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

/** The instance as it was written, and the hash of its new journal entry. */
interface Written {
  readonly key: number;
  readonly head: string;
}

/** Creates or advances; null if the stored revision is not the one before, or it is in quarantine. */
function prepareInstance(client: Database, places: Places) {
  const create = prepareCreate(client);
  const advance = prepareAdvance(client);

  return (writeSet: WriteSet): Written | null => {
    const record = writeSet.instance;
    const place = places.placeOf(record);
    if (record.revision === 1) {
      const head = chainOfJournal(chainStart(record), writeSet.journal);
      const key = create(record, { place, head, seal: sealOfInstance(record, head) });
      if (key !== null) places.move(null, place);
      return key === null ? null : { key, head };
    }
    const before = advance(writeSet, place);
    if (before === null) return null;
    places.move(before.place, place);
    return before;
  };
}

/** What a row of an instance has beside its record. */
interface Placed {
  readonly place: number;
  readonly head: string;
  readonly seal: number;
}

const prepareInsertInstance = describeColumn<InstanceRecord, Placed>((db) => {
  const { key: _, quarantined: _quarantined, ...values } = boundColumns(instances);
  return db
    .insert(instances)
    .values(values)
    .onConflictDoNothing()
    .returning({ key: instances.key });
});

interface AttributeOfInstance extends OfInstance {
  readonly name: string;
  readonly value: string;
  readonly createdAtMs: number;
}

const prepareInsertAttribute = describeWrite<AttributeOfInstance>((db) =>
  db.insert(attributes).values(boundColumns(attributes)),
);

function prepareCreate(
  client: Database,
): (record: InstanceRecord, beside: Placed) => number | null {
  const create = prepareInsertInstance(client);
  const addAttribute = prepareInsertAttribute(client);
  return (record, beside) => {
    const key = create.get(record, beside);
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
  readonly head: string;
}

const prepareFindBefore = describeRead((db) =>
  db
    .select({ key: instances.key, place: instances.place, head: instances.head })
    .from(instances)
    .where(
      and(
        eq(instances.saga, placeholder("saga")),
        eq(instances.instanceId, placeholder("instanceId")),
        sql`${instances.revision} = ${placeholder("revision")} - 1`,
        sql`(${instances.quarantined} is null or ${placeholder("lifts")} = 1)`,
      ),
    ),
);

/** What an event may change, but for the place. */
function boundChanges() {
  // What never changes stays out of it, or each update would write its indexes as well.
  const {
    key: _key,
    saga: _saga,
    instanceId: _instanceId,
    createdAtMs: _createdAtMs,
    attributes: _attributes,
    parent: _parent,
    quarantined: _quarantined,
    place: _place,
    ...sealed
  } = boundColumns(instances);
  // It is null already, but for one that is lifted.
  return { ...sealed, quarantined: null };
}

const isKey = eq(instances.key, placeholder("key"));

const prepareStay = describeWrite<InstanceRecord, Placed & { key: number }>((db) =>
  db.update(instances).set(boundChanges()).where(isKey),
);

const prepareMove = describeWrite<InstanceRecord, Placed & { key: number }>((db) =>
  db
    .update(instances)
    .set({ ...boundChanges(), place: boundColumns(instances).place })
    .where(isKey),
);

function prepareAdvance(
  client: Database,
): (writeSet: WriteSet, place: number) => (Stored & Written) | null {
  const find = prepareFindBefore(client);
  const lift = prepareLift(client);
  const stay = prepareStay(client);
  const move = prepareMove(client);
  return (writeSet, newPlace) => {
    const record = writeSet.instance;
    const lifts = writeSet.lifts === true;
    const before = find.get(record, { lifts: lifts ? 1 : 0 });
    if (before === undefined) return null;
    const last = lifts ? lift(before.key, record) : before.head;
    const head = chainOfJournal(last, writeSet.journal);
    const update = before.place === newPlace ? stay : move;
    const seal = sealOfInstance(record, head);
    update.run(record, { key: before.key, place: newPlace, head, seal });
    return { ...before, head };
  };
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
    const { key: _, ...effect } = boundColumns(outbox);
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
