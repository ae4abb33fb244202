/** Schedules in their table: written by revision, found by their due times. */
import type { Database } from "better-sqlite3";
import { and, asc, count, eq, getTableColumns, gt, placeholder, sql } from "drizzle-orm";
import type { DueSchedule, ScheduleKey, ScheduleRecord } from "../store.ts";
import { boundColumns } from "./columns.ts";
import { isDue, schedules } from "./schema.ts";
import { describeRead, describeWrite } from "./statements.ts";

export type Schedules = ReturnType<typeof prepareSchedules>;

export function prepareSchedules(client: Database) {
  const create = prepareCreate(client);
  const change = prepareChange(client);
  const remove = prepareRemove(client);
  const load = prepareLoad(client);
  const list = prepareList(client);
  const tally = prepareTally(client);
  const find = prepareFind(client);

  return {
    /** False if the stored revision is not the one before. */
    put: (record: ScheduleRecord): boolean =>
      (record.revision === 1 ? create : change).run(record) === 1,
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

const prepareCreate = describeWrite<ScheduleRecord>((db) => {
  const { key: _, ...values } = boundColumns(schedules);
  return db.insert(schedules).values(values).onConflictDoNothing();
});

const prepareChange = describeWrite<ScheduleRecord>((db) => {
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

/** A schedule as the port has it. */
function ownColumns() {
  const { key: _, ...columns } = getTableColumns(schedules);
  return columns;
}

const prepareLoad = describeRead((db) => db.select(ownColumns()).from(schedules).where(isNamed));

const prepareList = describeRead((db) =>
  db
    .select(ownColumns())
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
