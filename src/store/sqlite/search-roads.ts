/**
 * The roads of a search: instances in the order of starts, newest first, one list for each filter.
 *
 * Each is a range of one index, so that it is read only as far as the search walks.
 */
import { and, count, desc, eq, gte, inArray, lt, sql, type Query, type SQL } from "drizzle-orm";
import { unionAll } from "drizzle-orm/sqlite-core";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { InstanceQuery } from "../store.ts";
import { attributes, instances, isQuarantined, isSuspended, type places } from "./schema.ts";
import { describeRead, type SqliteDatabase } from "./statements.ts";

export type Place = typeof places.$inferSelect;

/** When an instance started, and its key. */
export type Milestone = readonly [createdAtMs: number, key: number];

export interface Road {
  /** Instances on it, as far as that is known cheaply. */
  readonly length: number;
  /** Which filter all instances on it fit. */
  readonly covers: "nothing" | "places" | "suspended" | "quarantined" | "id";
  walk(): Iterable<Milestone>;
}

/** Instances that one page looks at: tens of milliseconds. A filter that fits fewer is answered in whole pages. */
export const EXAMINED_MAX = 2_000;

/** Places that are merged into one list; with more the list of all instances is walked. SQLite takes 500 at most. */
export const PLACES_MERGED_MAX = 400;

/** Ids with a common beginning that are sorted by their start. With more, another road is walked. */
export const ID_CANDIDATES_MAX = 2_000;

/** All instances. */
export function startedRoad(db: SqliteDatabase, query: InstanceQuery, all: readonly Place[]): Road {
  const order = { createdAtMs: instances.createdAtMs, key: instances.key };
  return {
    length: sumOf(all),
    covers: "nothing",
    walk: () =>
      iterate(
        db,
        db
          .select(order)
          .from(instances)
          .where(rangeOf(query, order))
          .orderBy(...newestFirst(order)),
      ),
  };
}

/** Those in some places. */
export function placesRoad(
  db: SqliteDatabase,
  query: InstanceQuery,
  fitting: readonly Place[],
): readonly Road[] {
  if (fitting.length > PLACES_MERGED_MAX) return [];
  const order = { createdAtMs: instances.createdAtMs, key: instances.key };
  const lists = fitting.map((place) =>
    db
      .select(order)
      .from(instances)
      .where(and(eq(instances.place, place.key), rangeOf(query, order))),
  );
  const [first, second, ...others] = lists;
  return [
    {
      length: sumOf(fitting),
      covers: "places",
      walk: () => {
        if (first === undefined) return [];
        // Each list comes in order from its index, so SQLite merges them as they are read.
        const merged = second === undefined ? first : unionAll(first, second, ...others);
        return iterate(db, merged.orderBy(...newestFirst(order)));
      },
    },
  ];
}

/** Those that are suspended or in quarantine, if these are asked for; who asks for the others finds them on any road. */
export function markedRoads(db: SqliteDatabase, query: InstanceQuery): readonly Road[] {
  return [
    ...(query.suspended === true ? [markedRoad(db, query, "suspended")] : []),
    ...(query.quarantined === true ? [markedRoad(db, query, "quarantined")] : []),
  ];
}

const marks = { suspended: isSuspended, quarantined: isQuarantined };

function markedRoad(db: SqliteDatabase, query: InstanceQuery, mark: keyof typeof marks): Road {
  const order = { createdAtMs: instances.createdAtMs, key: instances.key };
  const isInRange = and(marks[mark], rangeOf(query, order));
  const length = counts[mark](db.$client).get()?.length ?? 0;
  const list = () =>
    db
      .select(order)
      .from(instances)
      .where(isInRange)
      .orderBy(...newestFirst(order));
  return { length, covers: mark, walk: () => (length === 0 ? [] : iterate(db, list())) };
}

// Each start looks for those in quarantine, and mostly finds none.
const counts = { suspended: describeCount(isSuspended), quarantined: describeCount(isQuarantined) };

function describeCount(isMarked: SQL) {
  return describeRead((db) => {
    const { key } = instances;
    const some = db.select({ key }).from(instances).where(isMarked).limit(EXAMINED_MAX).as("some");
    return db.select({ length: count() }).from(some);
  });
}

/** Those with an attribute, for each that is asked for. */
export function attributeRoads(db: SqliteDatabase, query: InstanceQuery): readonly Road[] {
  const order = { createdAtMs: attributes.createdAtMs, key: attributes.instance };
  return Object.entries(query.attributes ?? {}).map(([name, value]) => {
    const isGiven = and(eq(attributes.name, name), eq(attributes.value, value));
    const some = db.select(order).from(attributes).where(isGiven).limit(EXAMINED_MAX).as("some");
    const list = db
      .select(order)
      .from(attributes)
      .where(and(isGiven, rangeOf(query, order)))
      .orderBy(...newestFirst(order));
    return {
      length: db.select({ length: count() }).from(some).all()[0]?.length ?? 0,
      covers: "nothing",
      walk: () => iterate(db, list),
    };
  });
}

/** Those whose id begins as it is asked for, unless they are many. */
export function idRoad(
  db: SqliteDatabase,
  query: InstanceQuery,
  fitting: readonly Place[],
): readonly Road[] {
  const { idPrefix } = query;
  if (idPrefix === undefined || idPrefix === "") return [];
  const keys: number[] = [];
  for (const saga of new Set(fitting.map((place) => place.saga))) {
    const begins = and(
      eq(instances.saga, saga),
      gte(instances.instanceId, idPrefix),
      isBeforeEnd(instances.instanceId, idPrefix),
    );
    const room = ID_CANDIDATES_MAX + 1 - keys.length;
    const found = db.select({ key: instances.key }).from(instances).where(begins).limit(room).all();
    keys.push(...found.map(({ key }) => key));
    if (keys.length > ID_CANDIDATES_MAX) return [];
  }
  const order = { createdAtMs: instances.createdAtMs, key: instances.key };
  const list = db
    .select(order)
    .from(instances)
    .where(and(inArray(instances.key, keys), rangeOf(query, order)))
    // The plus keeps SQLite from walking all instances in this order.
    .orderBy(sql`+${order.createdAtMs} desc`, sql`+${order.key} desc`);
  return [{ length: keys.length, covers: "id", walk: () => iterate(db, list) }];
}

/** Texts that begin with a prefix are those from it to the next text of its length, in the order of bytes. */
function isBeforeEnd(column: SQLiteColumn, prefix: string): SQL | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === LAST_POINT) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are no characters, and UTF-8 has none.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return lt(column, String.fromCodePoint(...points, next));
}

const LAST_POINT = 0x10ffff;

interface Order {
  readonly createdAtMs: SQLiteColumn;
  readonly key: SQLiteColumn;
}

function newestFirst({ createdAtMs, key }: Order): [SQL, SQL] {
  return [desc(createdAtMs), desc(key)];
}

/** Started within the time that is asked for, and on this page or a later one. */
function rangeOf(
  { startedFromMs, startedBeforeMs, after }: InstanceQuery,
  { createdAtMs, key }: Order,
): SQL | undefined {
  return and(
    startedFromMs === undefined ? undefined : gte(createdAtMs, startedFromMs),
    startedBeforeMs === undefined ? undefined : lt(createdAtMs, startedBeforeMs),
    after && sql`(${createdAtMs}, ${key}) < (${after.createdAtMs}, ${after.position})`,
  );
}

function sumOf(places: readonly Place[]): number {
  return places.reduce((sum, place) => sum + place.instances, 0);
}

/** Reads row by row: Drizzle itself would read all of them. */
function iterate(db: SqliteDatabase, query: { toSQL(): Query }): IterableIterator<Milestone> {
  const { sql: text, params } = query.toSQL();
  return db.$client
    .prepare<unknown[], Milestone>(text)
    .raw()
    .iterate(...params);
}
