/** Reads instances whole: the row of each, all that is pending, and the end of its journal. */
import type { Database } from "better-sqlite3";
import { and, asc, eq, gt, placeholder } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { ChildRecord } from "../family.ts";
import type { InstanceKey, ParkedRecord, StoredInstance, TimerRecord } from "../store.ts";
import { damageOf } from "./damage.ts";
import type { InstanceRows } from "./damage.ts";
import { toEffect } from "./leases.ts";
import { children, instances, journal, outbox, parked, timers } from "./schema.ts";
import { describeRead } from "./statements.ts";

// Drizzle builds a condition into each query anew, so the queries can share it.
export const isNamed = and(
  eq(instances.saga, placeholder("saga")),
  eq(instances.instanceId, placeholder("instanceId")),
);

const prepareFindInstance = describeRead((db) => db.select().from(instances).where(isNamed));

export function prepareLoad(client: Database) {
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
