/**
 * Schedules in their table: written by revision, found by their due times. One that is not as it was written is handed
 * to nobody; a due time that is found is looked at when its schedule is read.
 */
import type { Database } from "better-sqlite3";
import { and, asc, count, eq, gt, placeholder, sql } from "drizzle-orm";
import { SagaError } from "../../errors.ts";
import type { DueSchedule, ScheduleKey, ScheduleRecord } from "../store.ts";
import { boundColumns } from "./columns.ts";
import { sealOfSchedule } from "./row-seals.ts";
import { isDue, schedules } from "./schema.ts";
import { describeRead, describeSealed, describeWrite } from "./statements.ts";

export type Schedules = ReturnType<typeof prepareSchedules>;

export function prepareSchedules(client: Database) {
  const create = prepareCreate(client);
  const change = prepareChange(client);
  const remove = prepareRemove(client);
  const load = prepareLoad(client);
  const list = prepareList(client);
  const tally = prepareTally(client);
  const find = prepareFind(client);

  const read = ({ saga, scheduleId }: ScheduleKey): ScheduleRecord | null => {
    const row = load.get({ saga, scheduleId });
    return row === undefined ? null : toRecord(row);
  };

  return {
    /** False if the stored revision is not the one before. @throws {SagaError} SAGA_SCHEDULE_DAMAGED */
    put(record: ScheduleRecord): boolean {
      if (record.revision === 1) return create.run(null, record, {}) === 1;
      const before = read(record);
      if (before === null) return false;
      // What it was made of stays, and its seal holds for that too.
      const { definition, createdAtMs } = before;
      return change.run(null, { ...record, definition, createdAtMs }, {}) === 1;
    },
    remove: ({ saga, scheduleId }: ScheduleKey): boolean => remove.run({ saga, scheduleId }) === 1,
    /** @throws {SagaError} SAGA_SCHEDULE_DAMAGED, and so does `list`. */
    load: read,
    // No id is empty, so all come after the empty one.
    list: (saga: string, page: { afterId: string | null; limit: number }) =>
      list.all({ saga, afterId: page.afterId ?? "", limit: page.limit }).map(toRecord),
    count: (saga: string): number => tally.get({ saga })?.count ?? 0,
    find: (limit: number): readonly DueSchedule[] => find.all({ limit }),
  };
}

const isNamed = and(
  eq(schedules.saga, placeholder("saga")),
  eq(schedules.scheduleId, placeholder("scheduleId")),
);

const prepareCreate = describeSealed<ScheduleRecord>(sealOfSchedule, (db) => {
  const { key: _, ...values } = boundColumns(schedules);
  return db.insert(schedules).values(values).onConflictDoNothing();
});

const prepareChange = describeSealed<ScheduleRecord>(sealOfSchedule, (db) => {
  const {
    key: _,
    saga: _saga,
    scheduleId: _scheduleId,
    definition: _definition,
    createdAtMs: _createdAtMs,
    ...changes
  } = boundColumns(schedules);
  const isBefore = sql`${schedules.revision} = ${placeholder("revision")} - 1`;
  return db.update(schedules).set(changes).where(and(isNamed, isBefore));
});

const prepareRemove = describeWrite<ScheduleKey>((db) => db.delete(schedules).where(isNamed));

type ScheduleRow = typeof schedules.$inferSelect;

export function isScheduleWhole(row: ScheduleRow): boolean {
  return row.seal === sealOfSchedule(null, row);
}

/** As the port has it. */
function toRecord(row: ScheduleRow): ScheduleRecord {
  const { key: _, seal: _seal, ...record } = row;
  if (isScheduleWhole(row)) return record;
  throw new SagaError(
    "SAGA_SCHEDULE_DAMAGED",
    `schedule "${row.scheduleId}" of saga "${row.saga}" is not as it was written; delete it and make it again, or restore a backup`,
  );
}

const prepareLoad = describeRead((db) => db.select().from(schedules).where(isNamed));

const prepareList = describeRead((db) =>
  db
    .select()
    .from(schedules)
    .where(
      and(
        eq(schedules.saga, placeholder("saga")),
        gt(schedules.scheduleId, placeholder("afterId")),
      ),
    )
    .orderBy(asc(schedules.scheduleId))
    .limit(placeholder("limit")),
);

const prepareTally = describeRead((db) =>
  db
    .select({ count: count() })
    .from(schedules)
    .where(eq(schedules.saga, placeholder("saga"))),
);

const prepareFind = describeRead((db) =>
  db
    .select({
      saga: schedules.saga,
      scheduleId: schedules.scheduleId,
      dueAtMs: sql<number>`${schedules.nextDueAtMs}`,
    })
    .from(schedules)
    .where(isDue)
    .orderBy(asc(schedules.nextDueAtMs), asc(schedules.key))
    .limit(placeholder("limit")),
);
