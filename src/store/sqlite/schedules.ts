/** Schedules in their table: written by revision, found by their due times. */
import { and, asc, count, eq, getTableColumns, gt, placeholder, sql } from "drizzle-orm";
import type { DueSchedule, ScheduleKey, ScheduleRecord } from "../store.ts";
import { prepareWrite, type SqliteDatabase } from "./prepared-write.ts";
import { isDue, schedules } from "./schema.ts";

export type Schedules = ReturnType<typeof prepareSchedules>;

export function prepareSchedules(db: SqliteDatabase) {
  const put = preparePut(db);
  const remove = prepareWrite<ScheduleKey>(db.$client, db.delete(schedules).where(isNamed));
  const { key: _, ...columns } = getTableColumns(schedules);
  const load = db.select(columns).from(schedules).where(isNamed).prepare();
  const list = db
    .select(columns)
    .from(schedules)
    .where(
      and(
        eq(schedules.saga, placeholder("saga")),
        gt(schedules.scheduleId, placeholder("afterId")),
      ),
    )
    .orderBy(asc(schedules.scheduleId))
    .limit(placeholder("limit"))
    .prepare();
  const tally = db
    .select({ count: count() })
    .from(schedules)
    .where(eq(schedules.saga, placeholder("saga")))
    .prepare();
  const find = db
    .select({
      saga: schedules.saga,
      scheduleId: schedules.scheduleId,
      dueAtMs: sql<number>`${schedules.nextDueAtMs}`,
    })
    .from(schedules)
    .where(isDue)
    .orderBy(asc(schedules.nextDueAtMs), asc(schedules.key))
    .limit(placeholder("limit"))
    .prepare();

  return {
    /** False if the stored revision is not the one before. */
    put,
    remove: ({ saga, scheduleId }: ScheduleKey): boolean => remove.run({ saga, scheduleId }) === 1,
    load: ({ saga, scheduleId }: ScheduleKey): ScheduleRecord | null =>
      load.get({ saga, scheduleId }) ?? null,
    // No id is empty, so all come after the empty one.
    list: (saga: string, page: { afterId: string | null; limit: number }) =>
      list.all({ saga, afterId: page.afterId ?? "", limit: page.limit }),
    count: (saga: string): number => tally.get({ saga })?.count ?? 0,
    find: (limit: number): readonly DueSchedule[] => find.all({ limit }),
  };
}

const isNamed = and(
  eq(schedules.saga, placeholder("saga")),
  eq(schedules.scheduleId, placeholder("scheduleId")),
);

function preparePut(db: SqliteDatabase): (record: ScheduleRecord) => boolean {
  const { key: _, ...columns } = getTableColumns(schedules);
  const values = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      sql`${sql.param(placeholder(name), column)}`,
    ]),
  ) as Record<keyof typeof columns, ReturnType<typeof sql>>;
  const create = prepareWrite<ScheduleRecord>(
    db.$client,
    db.insert(schedules).values(values).onConflictDoNothing(),
  );
  const {
    saga,
    scheduleId,
    definition: _definition,
    createdAtMs: _createdAtMs,
    ...changes
  } = values;
  const isBefore = and(
    eq(schedules.saga, saga),
    eq(schedules.scheduleId, scheduleId),
    sql`${schedules.revision} = ${placeholder("revision")} - 1`,
  );
  const change = prepareWrite<ScheduleRecord>(
    db.$client,
    db.update(schedules).set(changes).where(isBefore),
  );
  return (record) => (record.revision === 1 ? create : change).run(record) === 1;
}
