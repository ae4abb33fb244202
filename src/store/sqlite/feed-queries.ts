/**
 * The feed: the journal of all instances in the order of commits, read in pages from a position on.
 *
 * A page looks at a window of positions, or of one instance's revisions, so that a filter that fits nothing costs
 * no more than one that fits all.
 */
import type { Database } from "better-sqlite3";
import { and, asc, eq, gt, gte, lt, lte, placeholder, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { FeedEntry, FeedPage, FeedQuery } from "../store.ts";
import { journalColumns } from "./queries.ts";
import { instances, journal } from "./schema.ts";
import { describeRead, type Describer } from "./statements.ts";

export type Feed = ReturnType<typeof prepareFeed>;

export function prepareFeed(client: Database) {
  // What was given out, even if the last entries are deleted one day.
  const findLast = client
    .prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")
    .pluck();
  const lastPosition = (): number => findLast.get() ?? 0;
  const readWindow = prepareWindow(client);
  const readInstance = prepareInstance(client, lastPosition);

  return {
    lastPosition,
    read: (query: FeedQuery): FeedPage =>
      query.instanceId === undefined ? readWindow(query) : readInstance(query),
  };
}

const isAfter = gt(journal.position, placeholder("afterPosition"));

const prepareFindEnd = describeRead((db) => {
  const window = db
    .select({ position: journal.position })
    .from(journal)
    .where(isAfter)
    .orderBy(asc(journal.position))
    .limit(placeholder("limit"))
    .as("looked_at");
  return db
    .select({
      position: sql<number | null>`max(${window.position})`,
      looked: sql<number>`count(*)`,
    })
    .from(window);
});

const prepareFindWithin = describeRead((db) =>
  select(db)
    .where(
      and(
        isAfter,
        lte(journal.position, placeholder("untilPosition")),
        fits("saga", instances.saga),
        fits("phase", journal.phase),
      ),
    )
    .orderBy(asc(journal.position)),
);

function prepareWindow(client: Database) {
  const findEnd = prepareFindEnd(client);
  const find = prepareFindWithin(client);

  return ({ afterPosition, limit, ...filter }: FeedQuery): FeedPage => {
    const end = findEnd.get({ afterPosition, limit });
    const untilPosition = end?.position ?? null;
    if (untilPosition === null) return { entries: [], position: afterPosition, hasMore: false };

    const { saga = ANY, phase = ANY } = filter;
    const entries = find.all({ afterPosition, untilPosition, saga, phase }).map(toEntry);
    return { entries, position: untilPosition, hasMore: end?.looked === limit };
  };
}

/** Revisions of an instance ascend with their positions, so the index of its revisions gives the order. */
function prepareInstance(client: Database, lastPosition: () => number) {
  const find = prepareFindHead(client);
  const read = prepareReadRevisions(client);
  const positionOf = client
    .prepare<[number, number], number>(
      "SELECT position FROM journal WHERE instance = ? AND revision = ?",
    )
    .pluck();

  /** The first revision after a position, found by halving: the same for a journal of any length. */
  const seek = ({ key, revision }: Head, afterPosition: number): number => {
    let [low, high] = [1, revision + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((positionOf.get(key, middle) ?? 0) > afterPosition) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  return ({ afterPosition, limit, ...query }: FeedQuery): FeedPage => {
    const head = find.get({ saga: query.saga, instanceId: query.instanceId });
    const phase = query.phase ?? ANY;
    const from = head === undefined ? 0 : seek(head, afterPosition);
    const until = from + limit;
    const entries =
      head === undefined ? [] : read.all({ key: head.key, from, until, phase }).map(toEntry);
    const hasMore = head !== undefined && until <= head.revision;
    const last = hasMore ? positionOf.get(head.key, until - 1) : lastPosition();
    return { entries, position: Math.max(last ?? 0, afterPosition), hasMore };
  };
}

/** An instance and its last revision. */
interface Head {
  readonly key: number;
  readonly revision: number;
}

const prepareFindHead = describeRead((db) =>
  db
    .select({ key: instances.key, revision: instances.revision })
    .from(instances)
    .where(
      and(
        eq(instances.saga, placeholder("saga")),
        eq(instances.instanceId, placeholder("instanceId")),
      ),
    ),
);

const prepareReadRevisions = describeRead((db) =>
  select(db)
    .where(
      and(
        eq(journal.instance, placeholder("key")),
        gte(journal.revision, placeholder("from")),
        lt(journal.revision, placeholder("until")),
        fits("phase", journal.phase),
      ),
    )
    .orderBy(asc(journal.revision)),
);

function select(db: Describer) {
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
