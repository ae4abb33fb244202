/** Quarantine in its column, and the way out of it. */
import type { Database } from "better-sqlite3";
import { and, eq, isNull, placeholder, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import { drizzle, type BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { InstanceKey, InstanceRecord, Quarantine } from "../store.ts";
import {
  sealOfAction,
  sealOfAnswer,
  sealOfChild,
  sealOfEffect,
  sealOfMessage,
  sealOfParked,
  sealOfTimer,
} from "./row-seals.ts";
import {
  actions,
  answers,
  children,
  instances,
  journal,
  messages,
  outbox,
  parked,
  timers,
} from "./schema.ts";
import { sealOfState } from "./seal.ts";
import { describeWrite } from "./statements.ts";

const prepareMark = describeWrite<InstanceKey & { quarantined: Quarantine }>((db) =>
  db
    .update(instances)
    .set({
      quarantined: sql`${sql.param(placeholder("quarantined"), instances.quarantined)}`,
    })
    .where(
      and(
        eq(instances.saga, placeholder("saga")),
        eq(instances.instanceId, placeholder("instanceId")),
        isNull(instances.quarantined),
      ),
    ),
);

export function prepareQuarantine(
  client: Database,
): (key: InstanceKey, quarantine: Quarantine) => void {
  const mark = prepareMark(client);
  return ({ saga, instanceId }, quarantined) => void mark.run({ saga, instanceId, quarantined });
}

/**
 * Takes the rows of an instance as they are: each gets the seal of what it says now. Answers the hash of its last
 * journal entry, which the next one follows on.
 */
export function prepareLift(
  client: Database,
): (instance: number, record: InstanceRecord) => string {
  // Rare, so nothing of it is prepared.
  return (instance, record) => {
    const db = drizzle(client);
    const { saga, instanceId, revision } = record;
    const belongs = (column: SQLiteColumn) => eq(column, instance);
    const reseal = prepareReseal(db);
    reseal(timers, belongs(timers.instance), (row) => sealOfTimer(record, row));
    reseal(outbox, belongs(outbox.instance), (row) => sealOfEffect(record, row));
    reseal(answers, belongs(answers.instance), (row) => sealOfAnswer(record, row));
    reseal(parked, belongs(parked.instance), (row) => sealOfParked(record, row));
    reseal(children, belongs(children.instance), (row) => sealOfChild(record, row));
    reseal(actions, belongs(actions.instance), (row) => sealOfAction(record, row));
    const toIt = and(eq(messages.toSaga, saga), eq(messages.toInstanceId, instanceId));
    reseal(messages, toIt, (row) => sealOfMessage(null, row));
    for (const { key, state } of db
      .select()
      .from(children)
      .where(belongs(children.instance))
      .all()) {
      db.update(children)
        .set({ stateSeal: sealOfState(state) })
        .where(eq(children.key, key))
        .run();
    }
    const last = and(belongs(journal.instance), eq(journal.revision, revision - 1));
    return db.select({ hash: journal.hash }).from(journal).where(last).get()?.hash ?? "";
  };
}

function prepareReseal(db: BetterSQLite3Database) {
  return (table: SQLiteTable, where: SQL | undefined, sealOf: (row: object) => number): void => {
    const rows = db
      .select({ rowId: sql<number>`rowid`, row: table })
      .from(table)
      .where(where)
      .all();
    for (const { rowId, row } of rows) {
      db.run(sql`update ${table} set seal = ${sealOf(row)} where rowid = ${rowId}`);
    }
  };
}
