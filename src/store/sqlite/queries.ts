/** What the store reads: one instance, its journal, its answers, and the timers of all instances. */
import type { Database } from "better-sqlite3";
import { and, asc, eq, gt, placeholder } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { SagaError } from "../../errors.ts";
import type { ChildRecord } from "../family.ts";
import type {
  DueTimer,
  InstanceKey,
  JournalEntry,
  LimitedInstance,
  ParkedRecord,
  ParkingInstance,
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
import { describeRead } from "./statements.ts";

export type Queries = ReturnType<typeof prepareQueries>;

export function prepareQueries(client: Database, onDamage: OnDamageOf) {
  const read = prepareReadJournal(client);
  const parking = prepareFindParked(client);
  const limited = prepareFindLimited(client);
  return {
    load: prepareLoad(client),
    findAnswer: prepareAnswer(client),
    readJournal: (
      { saga, instanceId }: InstanceKey,
      { afterRevision, limit }: { afterRevision: number; limit: number },
    ): readonly JournalEntry[] => read.all({ saga, instanceId, afterRevision, limit }),
    findTimers: prepareTimers(client, onDamage),
    findParked: (page: Page): readonly ParkingInstance[] => parking.all(page),
    findLimited: (page: Page): readonly LimitedInstance[] =>
      limited.all(page) as readonly LimitedInstance[],
  };
}

interface Page {
  readonly afterPosition: number;
  readonly limit: number;
}

// Drizzle builds a condition into each query anew, so the queries can share it.
const isNamed = and(
  eq(instances.saga, placeholder("saga")),
  eq(instances.instanceId, placeholder("instanceId")),
);

const prepareFindInstance = describeRead((db) => db.select().from(instances).where(isNamed));

function prepareLoad(client: Database) {
  const findInstance = prepareFindInstance(client);
  const findRows = prepareRowsOf(client);

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

const prepareFindTail = describeRead((db) =>
  db
    .select()
    .from(journal)
    .where(and(ofKey(journal.instance), gt(journal.revision, placeholder("afterRevision"))))
    .orderBy(asc(journal.revision)),
);
const prepareFindTimersOf = describeRead((db) =>
  db.select().from(timers).where(ofKey(timers.instance)).orderBy(asc(timers.key)),
);
const prepareFindEffectsOf = describeRead((db) =>
  db.select().from(outbox).where(ofKey(outbox.instance)).orderBy(asc(outbox.key)),
);
const prepareFindParkedOf = describeRead((db) =>
  db.select().from(parked).where(ofKey(parked.instance)).orderBy(asc(parked.sequence)),
);
const prepareFindChildrenOf = describeRead((db) =>
  db.select().from(children).where(ofKey(children.instance)).orderBy(asc(children.key)),
);

/** All that belongs to an instance, in the orders of the port. */
export function prepareRowsOf(client: Database): (row: InstanceRows["row"]) => InstanceRows {
  const findTail = prepareFindTail(client);
  const findTimers = prepareFindTimersOf(client);
  const findEffects = prepareFindEffectsOf(client);
  const findParked = prepareFindParkedOf(client);
  const findChildren = prepareFindChildrenOf(client);
  return (row) => {
    const { key, revision } = row;
    return {
      row,
      tail: findTail.all({ key, afterRevision: revision - 2 }),
      timers: findTimers.all({ key }),
      effects: findEffects.all({ key }),
      parked: findParked.all({ key }),
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

const prepareFindAnswer = describeRead((db) =>
  db
    .select({ row: answers })
    .from(answers)
    .innerJoin(instances, eq(instances.key, answers.instance))
    .where(and(isNamed, eq(answers.eventId, placeholder("eventId")))),
);

function prepareAnswer(client: Database) {
  const find = prepareFindAnswer(client);
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

const prepareReadJournal = describeRead((db) =>
  db
    .select(journalColumns)
    .from(journal)
    .innerJoin(instances, eq(instances.key, journal.instance))
    .where(and(isNamed, gt(journal.revision, placeholder("afterRevision"))))
    .orderBy(asc(journal.revision))
    .limit(placeholder("limit")),
);

const prepareFindTimers = describeRead((db) =>
  db
    .select({ saga: instances.saga, instanceId: instances.instanceId, row: timers })
    .from(timers)
    .innerJoin(instances, eq(instances.key, timers.instance))
    .where(moves)
    .orderBy(asc(timers.dueAtMs), asc(timers.key))
    .limit(placeholder("limit")),
);

function prepareTimers(client: Database, onDamage: OnDamageOf) {
  const find = prepareFindTimers(client);
  return (limit: number): readonly DueTimer[] => {
    const whole = wholeOnes(
      find.all({ limit }),
      ({ row, ...owner }) => isTimerWhole(owner, row),
      ({ row }) => onDamage(row.instance, `timer "${row.timerId}" is not as it was written`),
    );
    return whole.map(({ row: { timerId, dueAtMs }, ...key }) => ({ ...key, timerId, dueAtMs }));
  };
}

const prepareFindLimited = describeRead((db) =>
  db
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
    .limit(placeholder("limit")),
);
