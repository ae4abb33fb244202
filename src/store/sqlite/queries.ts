/** What the store reads: one instance, its journal, its answers, and the timers of all instances. */
import { and, asc, eq, gt, placeholder } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { SagaError } from "../../errors.ts";
import type { ChildRecord } from "../family.ts";
import type {
  DueTimer,
  InstanceKey,
  JournalEntry,
  LimitedInstance,
  ParkedRecord,
  RecordedAnswer,
  StoredInstance,
  TimerRecord,
} from "../store.ts";
import { damageOf, isTimerWhole, wholeOnes } from "./damage.ts";
import type { InstanceRows, OnDamageOf } from "./damage.ts";
import { toEffect } from "./leases.ts";
import { prepareFindParked } from "./parked.ts";
import { sealOfAnswer } from "./row-seals.ts";
import {
  answers,
  children,
  instances,
  isLimited,
  journal,
  moves,
  outbox,
  parked,
  timers,
} from "./schema.ts";

export type Queries = ReturnType<typeof prepareQueries>;

export function prepareQueries(db: BetterSQLite3Database, onDamage: OnDamageOf) {
  return {
    load: prepareLoad(db),
    findAnswer: prepareFindAnswer(db),
    readJournal: prepareReadJournal(db),
    findTimers: prepareFindTimers(db, onDamage),
    findParked: prepareFindParked(db),
    findLimited: prepareFindLimited(db),
  };
}

// Drizzle builds a condition into each query anew, so the queries can share it.
const isNamed = and(
  eq(instances.saga, placeholder("saga")),
  eq(instances.instanceId, placeholder("instanceId")),
);

function prepareLoad(db: BetterSQLite3Database) {
  const findInstance = db.select().from(instances).where(isNamed).prepare();
  const findRows = prepareRowsOf(db);

  return ({ saga, instanceId }: InstanceKey): StoredInstance | null => {
    const row = findInstance.get({ saga, instanceId });
    if (row === undefined) return null;

    const rows = findRows(row);
    const { key: _, place: _place, head: _head, seal: _seal, quarantined, ...record } = row;
    const isAsked = row.saga === saga && row.instanceId === instanceId;
    return {
      record,
      timers: rows.timers.map(toTimer),
      effects: rows.effects.map(toEffect),
      parked: rows.parked.map(toParked),
      children: rows.children.map(toChild),
      quarantined,
      damage: isAsked ? damageOf(rows) : "its name leads to the row of another",
    };
  };
}

const ofKey = (column: SQLiteColumn) => eq(column, placeholder("key"));

/** All that belongs to an instance, in the orders of the port. */
export function prepareRowsOf(
  db: BetterSQLite3Database,
): (row: InstanceRows["row"]) => InstanceRows {
  const findTail = db
    .select()
    .from(journal)
    .where(
      and(
        eq(journal.instance, placeholder("key")),
        gt(journal.revision, placeholder("afterRevision")),
      ),
    )
    .orderBy(asc(journal.revision))
    .prepare();
  const findTimers = db
    .select()
    .from(timers)
    .where(ofKey(timers.instance))
    .orderBy(asc(timers.key))
    .prepare();
  const findEffects = db
    .select()
    .from(outbox)
    .where(ofKey(outbox.instance))
    .orderBy(asc(outbox.key))
    .prepare();
  const findParkedOf = db
    .select()
    .from(parked)
    .where(ofKey(parked.instance))
    .orderBy(asc(parked.sequence))
    .prepare();
  const findChildren = db
    .select()
    .from(children)
    .where(ofKey(children.instance))
    .orderBy(asc(children.key))
    .prepare();
  return (row) => {
    const { key, revision } = row;
    return {
      row,
      tail: findTail.all({ key, afterRevision: revision - 2 }),
      timers: findTimers.all({ key }),
      effects: findEffects.all({ key }),
      parked: findParkedOf.all({ key }),
      children: findChildren.all({ key }),
    };
  };
}

function toTimer({
  timerId,
  sendId,
  event,
  sendTo,
  dueAtMs,
}: InstanceRows["timers"][number]): TimerRecord {
  return { timerId, sendId, event, sendTo, dueAtMs };
}

function toParked({
  instance: _instance,
  seal: _seal,
  ...record
}: InstanceRows["parked"][number]): ParkedRecord {
  return record;
}

function toChild(row: InstanceRows["children"][number]): ChildRecord {
  const { key: _, instance: _instance, seal: _seal, stateSeal: _stateSeal, ...record } = row;
  return record;
}

function prepareFindAnswer(db: BetterSQLite3Database) {
  const find = db
    .select({ row: answers })
    .from(answers)
    .innerJoin(instances, eq(instances.key, answers.instance))
    .where(and(isNamed, eq(answers.eventId, placeholder("eventId"))))
    .prepare();
  return ({ saga, instanceId }: InstanceKey, eventId: string): RecordedAnswer | null => {
    const found = find.get({ saga, instanceId, eventId });
    if (found === undefined) return null;
    const { fingerprint, answer } = found.row;
    if (found.row.seal === sealOfAnswer({ saga, instanceId }, found.row)) {
      return { eventId, fingerprint, answer };
    }
    throw new SagaError(
      "SAGA_STORE_DAMAGED",
      `the answer to event "${eventId}" of "${saga}/${instanceId}" is not as it was written; restore a backup`,
    );
  };
}

/** An entry as the port has it. */
export const journalColumns = {
  revision: journal.revision,
  atMs: journal.atMs,
  source: journal.source,
  eventType: journal.eventType,
  event: journal.event,
  eventId: journal.eventId,
  traceparent: journal.traceparent,
  stateBefore: journal.stateBefore,
  stateAfter: journal.stateAfter,
  phase: journal.phase,
  effects: journal.effects,
  verdict: journal.verdict,
  operation: journal.operation,
  sender: journal.sender,
};

function prepareReadJournal(db: BetterSQLite3Database) {
  const read = db
    .select(journalColumns)
    .from(journal)
    .innerJoin(instances, eq(instances.key, journal.instance))
    .where(and(isNamed, gt(journal.revision, placeholder("afterRevision"))))
    .orderBy(asc(journal.revision))
    .limit(placeholder("limit"))
    .prepare();
  return (
    { saga, instanceId }: InstanceKey,
    { afterRevision, limit }: { afterRevision: number; limit: number },
  ): readonly JournalEntry[] => read.all({ saga, instanceId, afterRevision, limit });
}

function prepareFindTimers(db: BetterSQLite3Database, onDamage: OnDamageOf) {
  const find = db
    .select({ saga: instances.saga, instanceId: instances.instanceId, row: timers })
    .from(timers)
    .innerJoin(instances, eq(instances.key, timers.instance))
    .where(moves)
    .orderBy(asc(timers.dueAtMs), asc(timers.key))
    .limit(placeholder("limit"))
    .prepare();
  return (limit: number): readonly DueTimer[] => {
    const whole = wholeOnes(
      find.all({ limit }),
      ({ row, ...owner }) => isTimerWhole(owner, row),
      ({ row }) => onDamage(row.instance, `timer "${row.timerId}" is not as it was written`),
    );
    return whole.map(({ row: { timerId, dueAtMs }, ...key }) => ({ ...key, timerId, dueAtMs }));
  };
}

function prepareFindLimited(db: BetterSQLite3Database) {
  const find = db
    .select({
      position: instances.key,
      saga: instances.saga,
      instanceId: instances.instanceId,
      version: instances.version,
      limited: instances.limited,
    })
    .from(instances)
    .where(and(isLimited, gt(instances.key, placeholder("afterPosition"))))
    .orderBy(asc(instances.key))
    .limit(placeholder("limit"))
    .prepare();
  return (page: { afterPosition: number; limit: number }): readonly LimitedInstance[] =>
    find.all(page) as readonly LimitedInstance[];
}
