/**
 * Reads instances whole: the row of each, all that is pending, and the end of its journal. One by one with no more
 * queries than it has kinds of rows, or many by as few.
 */
import type { Database } from "better-sqlite3";
import { and, asc, eq, gt, placeholder, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { isEndPhase } from "../../saga/phase.ts";
import type { ChildRecord } from "../family.ts";
import type { InstanceKey, ParkedRecord, StoredInstance, TimerRecord } from "../store.ts";
import { damageOf } from "./damage.ts";
import type { InstanceRows } from "./damage.ts";
import { nameOf } from "./heads.ts";
import type { Heads } from "./heads.ts";
import { toEffect } from "./leases.ts";
import { children, instances, journal, outbox, parked, timers } from "./schema.ts";
import { describeRead } from "./statements.ts";
import type { PreparedRead } from "./statements.ts";

// Drizzle builds a condition into each query anew, so the queries can share it.
export const isNamed = and(
  eq(instances.saga, placeholder("saga")),
  eq(instances.instanceId, placeholder("instanceId")),
);

/** Whether an instance has such rows: to look is an eighth of what it costs to ask for them and be given none. */
const has = {
  timers: existsOfInstance("timers"),
  effects: existsOfInstance("outbox"),
  parked: existsOfInstance("parked"),
  children: existsOfInstance("children"),
};

// Written out, since Drizzle leaves out the names of tables where a query has but one.
function existsOfInstance(table: string) {
  return sql.raw(
    `exists (select 1 from "${table}" where "${table}"."instance" = "instances"."key")`,
  ) as SQL<number>;
}

const prepareFindInstance = describeRead((db) =>
  db
    .select({ row: instances, ...has })
    .from(instances)
    .where(isNamed),
);

// The list is gone through in its order, and each of its names looked up.
const prepareFindInstances = describeRead((db) =>
  db
    .select({ index: sql<number>`"asked"."key"`, row: instances, ...has })
    .from(sql`json_each(${placeholder("names")}) as "asked"`)
    .crossJoin(instances)
    .where(
      and(
        eq(instances.saga, sql`"asked"."value" ->> 0`),
        eq(instances.instanceId, sql`"asked"."value" ->> 1`),
      ),
    ),
);

export interface Loads {
  readonly one: (key: InstanceKey) => StoredInstance | null;
  /** In the order of the keys. */
  readonly many: (keys: readonly InstanceKey[]) => readonly (StoredInstance | null)[];
}

/** What is read is noted in `heads`: as a rule it moves next. */
export function prepareLoads(client: Database, heads: Heads): Loads {
  const findInstance = prepareFindInstance(client);
  const findInstances = prepareFindInstances(client);
  const rowsOf = prepareRowsOf(client);
  const rowsOfMany = prepareRowsOfMany(client);

  function stored(asked: InstanceKey, rows: InstanceRows): StoredInstance {
    const { key, place, head, seal: _seal, quarantined, ...record } = rows.row;
    const isAsked = record.saga === asked.saga && record.instanceId === asked.instanceId;
    const damage = isAsked ? damageOf(rows) : "its name leads to the row of another";
    if (damage === null && !isEndPhase(record.phase)) {
      heads.note(nameOf(record), { key, place, head });
    }
    return {
      record,
      timers: rows.timers.map(toTimer),
      effects: rows.effects.map(toEffect),
      parked: rows.parked.map(toParked),
      children: rows.children.map(toChild),
      quarantined,
      damage,
    };
  }

  return {
    one(asked) {
      const found = findInstance.get(asked);
      return found === undefined ? null : stored(asked, rowsOf(found.row, found));
    },
    many(keys) {
      const names = JSON.stringify(keys.map(({ saga, instanceId }) => [saga, instanceId]));
      const found = findInstances.all({ names });
      const loaded = keys.map((): StoredInstance | null => null);
      for (const [at, rows] of rowsOfMany(found).entries()) {
        const { index } = found[at] as (typeof found)[number];
        loaded[index] = stored(keys[index] as InstanceKey, rows);
      }
      return loaded;
    },
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

type Has = { readonly [Kind in keyof typeof has]: number };

const PERHAPS: Has = { timers: 1, effects: 1, parked: 1, children: 1 };

/** All that belongs to an instance, in the orders of the port. */
export function prepareRowsOf(
  client: Database,
): (row: InstanceRows["row"], may?: Has) => InstanceRows {
  const findTail = prepareFindTail(client);
  const findTimers = prepareFindTimersOf(client);
  const findEffects = prepareFindEffectsOf(client);
  const findParked = prepareFindParkedOf(client);
  const findChildren = prepareFindChildrenOf(client);
  return (row, may = PERHAPS) => {
    const { key, revision } = row;
    return {
      row,
      tail: findTail.all({ key, afterRevision: revision - 2 }),
      timers: may.timers === 0 ? [] : findTimers.all({ key }),
      effects: may.effects === 0 ? [] : findEffects.all({ key }),
      parked: may.parked === 0 ? [] : findParked.all({ key }),
      children: may.children === 0 ? [] : findChildren.all({ key }),
    };
  };
}

const isOfKeys = (column: SQLiteColumn) =>
  sql`${column} in (select "value" from json_each(${placeholder("keys")}))`;

const prepareFindTails = describeRead((db) =>
  db
    .select({ row: journal })
    .from(sql`json_each(${placeholder("revisions")}) as "asked"`)
    .crossJoin(journal)
    .where(
      and(
        eq(journal.instance, sql`"asked"."value" ->> 0`),
        gt(journal.revision, sql`"asked"."value" ->> 1`),
      ),
    )
    .orderBy(asc(journal.instance), asc(journal.revision)),
);
const prepareFindTimersOfMany = describeRead((db) =>
  db.select().from(timers).where(isOfKeys(timers.instance)).orderBy(asc(timers.key)),
);
const prepareFindEffectsOfMany = describeRead((db) =>
  db.select().from(outbox).where(isOfKeys(outbox.instance)).orderBy(asc(outbox.key)),
);
const prepareFindParkedOfMany = describeRead((db) =>
  db.select().from(parked).where(isOfKeys(parked.instance)).orderBy(asc(parked.sequence)),
);
const prepareFindChildrenOfMany = describeRead((db) =>
  db.select().from(children).where(isOfKeys(children.instance)).orderBy(asc(children.key)),
);

interface Found extends Has {
  readonly row: InstanceRows["row"];
}

/** The same of many instances, by one query of each kind of row that any of them has. */
function prepareRowsOfMany(client: Database): (found: readonly Found[]) => readonly InstanceRows[] {
  const findTails = prepareFindTails(client);
  const findTimers = prepareFindTimersOfMany(client);
  const findEffects = prepareFindEffectsOfMany(client);
  const findParked = prepareFindParkedOfMany(client);
  const findChildren = prepareFindChildrenOfMany(client);
  return (found) => {
    // Each once, however often it is asked for: its tail would be there twice.
    const revisions = JSON.stringify([
      ...new Map(found.map(({ row }) => [row.key, row.revision - 2])),
    ]);
    const tail = byInstance(findTails.all({ revisions }).map(({ row }) => row));
    const rowsOf = <Row extends OfInstance>(
      kind: keyof Has,
      find: PreparedRead<Row>,
    ): ((key: number) => readonly Row[]) => {
      const keys = found.filter((one) => one[kind] === 1).map(({ row }) => row.key);
      return byInstance(keys.length === 0 ? [] : find.all({ keys: JSON.stringify(keys) }));
    };
    const timersOf = rowsOf("timers", findTimers);
    const effectsOf = rowsOf("effects", findEffects);
    const parkedOf = rowsOf("parked", findParked);
    const childrenOf = rowsOf("children", findChildren);
    return found.map(({ row }) => ({
      row,
      tail: tail(row.key),
      timers: timersOf(row.key),
      effects: effectsOf(row.key),
      parked: parkedOf(row.key),
      children: childrenOf(row.key),
    }));
  };
}

interface OfInstance {
  readonly instance: number;
}

/** The rows of each instance, in their order. */
function byInstance<Row extends OfInstance>(rows: readonly Row[]): (key: number) => readonly Row[] {
  const found = new Map<number, Row[]>();
  for (const row of rows) {
    const before = found.get(row.instance);
    if (before === undefined) found.set(row.instance, [row]);
    else before.push(row);
  }
  return (key) => found.get(key) ?? [];
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
