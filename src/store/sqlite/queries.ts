/** What the store reads: one instance, its journal, its answers, and the timers of all instances. */
import { and, asc, eq, gt, isNull, placeholder } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type {
  DueTimer,
  InstanceKey,
  JournalEntry,
  LimitedInstance,
  RecordedAnswer,
  StoredInstance,
} from "../store.ts";
import { prepareFindChildrenOf } from "./family-queries.ts";
import { effectColumns } from "./leases.ts";
import { prepareFindParked, prepareFindParkedOf } from "./parked.ts";
import { answers, instances, isLimited, journal, outbox, timers } from "./schema.ts";

export type Queries = ReturnType<typeof prepareQueries>;

export function prepareQueries(db: BetterSQLite3Database) {
  return {
    load: prepareLoad(db),
    findAnswer: prepareFindAnswer(db),
    readJournal: prepareReadJournal(db),
    findTimers: prepareFindTimers(db),
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
  const findTimers = db
    .select({
      timerId: timers.timerId,
      sendId: timers.sendId,
      event: timers.event,
      sendTo: timers.sendTo,
      dueAtMs: timers.dueAtMs,
    })
    .from(timers)
    .where(eq(timers.instance, placeholder("key")))
    .orderBy(asc(timers.key))
    .prepare();
  const findEffects = db
    .select(effectColumns)
    .from(outbox)
    .where(eq(outbox.instance, placeholder("key")))
    .orderBy(asc(outbox.key))
    .prepare();
  const findParkedOf = prepareFindParkedOf(db);
  const findChildrenOf = prepareFindChildrenOf(db);

  return ({ saga, instanceId }: InstanceKey): StoredInstance | null => {
    const row = findInstance.get({ saga, instanceId });
    if (row === undefined) return null;

    const { key, place: _, ...record } = row;
    return {
      record,
      timers: findTimers.all({ key }),
      effects: findEffects.all({ key }),
      parked: findParkedOf(key),
      children: findChildrenOf(key),
    };
  };
}

function prepareFindAnswer(db: BetterSQLite3Database) {
  const find = db
    .select({
      eventId: answers.eventId,
      fingerprint: answers.fingerprint,
      answer: answers.answer,
    })
    .from(answers)
    .innerJoin(instances, eq(instances.key, answers.instance))
    .where(and(isNamed, eq(answers.eventId, placeholder("eventId"))))
    .prepare();
  return ({ saga, instanceId }: InstanceKey, eventId: string): RecordedAnswer | null =>
    find.get({ saga, instanceId, eventId }) ?? null;
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

function prepareFindTimers(db: BetterSQLite3Database) {
  const find = db
    .select({
      saga: instances.saga,
      instanceId: instances.instanceId,
      timerId: timers.timerId,
      dueAtMs: timers.dueAtMs,
    })
    .from(timers)
    .innerJoin(instances, eq(instances.key, timers.instance))
    .where(isNull(instances.suspended))
    .orderBy(asc(timers.dueAtMs), asc(timers.key))
    .limit(placeholder("limit"))
    .prepare();
  return (limit: number): readonly DueTimer[] => find.all({ limit });
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
