/**
 * The feed: the journal of all instances in the order of commits, read in pages from a position on.
 *
 * For one instance its own index gives the order. Otherwise a page looks at a window of positions, so that a
 * filter that fits nothing costs no more than one that fits all.
 */
import { and, asc, eq, gt, lte, placeholder, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { FeedEntry, FeedPage, FeedQuery } from "../store.ts";
import type { SqliteDatabase } from "./prepared-write.ts";
import { journalColumns } from "./queries.ts";
import { instances, journal } from "./schema.ts";

export type Feed = ReturnType<typeof prepareFeed>;

export function prepareFeed(db: SqliteDatabase) {
  // What was given out, even if the last entries are deleted one day.
  const findLast = db.$client
    .prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")
    .pluck();
  const lastPosition = (): number => findLast.get() ?? 0;
  const readWindow = prepareWindow(db);
  const readInstance = prepareInstance(db);

  return {
    lastPosition,
    read(query: FeedQuery): FeedPage {
      const { afterPosition, limit } = query;
      if (query.instanceId === undefined) return readWindow(query);

      const entries = readInstance(query);
      const hasMore = entries.length === limit && limit > 0;
      const last = hasMore ? entries.at(-1)?.position : lastPosition();
      return { entries, position: Math.max(last ?? 0, afterPosition), hasMore };
    },
  };
}

function prepareWindow(db: SqliteDatabase) {
  const isAfter = gt(journal.position, placeholder("afterPosition"));
  const window = db
    .select({ position: journal.position })
    .from(journal)
    .where(isAfter)
    .orderBy(asc(journal.position))
    .limit(placeholder("limit"))
    .as("looked_at");
  const findEnd = db
    .select({
      position: sql<number | null>`max(${window.position})`,
      looked: sql<number>`count(*)`,
    })
    .from(window)
    .prepare();
  const find = select(db)
    .where(
      and(
        isAfter,
        lte(journal.position, placeholder("untilPosition")),
        fits("saga", instances.saga),
        fits("phase", journal.phase),
      ),
    )
    .orderBy(asc(journal.position))
    .prepare();

  return ({ afterPosition, limit, ...filter }: FeedQuery): FeedPage => {
    const end = findEnd.get({ afterPosition, limit });
    const untilPosition = end?.position ?? null;
    if (untilPosition === null) return { entries: [], position: afterPosition, hasMore: false };

    const { saga = ANY, phase = ANY } = filter;
    const entries = find.all({ afterPosition, untilPosition, saga, phase }).map(toEntry);
    return { entries, position: untilPosition, hasMore: end?.looked === limit };
  };
}

function prepareInstance(db: SqliteDatabase) {
  const find = select(db)
    .where(
      and(
        eq(instances.saga, placeholder("saga")),
        eq(instances.instanceId, placeholder("instanceId")),
        // The plus keeps SQLite from walking the journal of all instances.
        sql`+${journal.position} > ${placeholder("afterPosition")}`,
        fits("phase", journal.phase),
      ),
    )
    .orderBy(asc(journal.revision))
    .limit(placeholder("limit"))
    .prepare();
  return (query: FeedQuery): readonly FeedEntry[] =>
    find.all({ ...query, phase: query.phase ?? ANY }).map(toEntry);
}

function select(db: SqliteDatabase) {
  return db
    .select({
      position: journal.position,
      saga: instances.saga,
      instanceId: instances.instanceId,
      ...journalColumns,
    })
    .from(journal)
    .innerJoin(instances, eq(instances.key, journal.instance));
}

/** Fits everything. */
const ANY = null;

function fits(name: string, column: typeof instances.saga | typeof journal.phase): SQL {
  return sql`(${placeholder(name)} is null or ${column} = ${placeholder(name)})`;
}

function toEntry({
  position,
  saga,
  instanceId,
  ...entry
}: Omit<FeedEntry, "entry"> & FeedEntry["entry"]): FeedEntry {
  return { position, saga, instanceId, entry };
}
