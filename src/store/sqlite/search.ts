/**
 * Finds instances, newest start first, at a cost that does not depend on how many there are.
 *
 * Each filter is a road: a list of instances in the order of starts, read from an index of its own. A search
 * walks the shortest road and looks at what it meets with the other filters, at a bounded number of instances
 * a page. No pattern is ever matched by the database.
 */
import { desc, eq, getTableColumns, inArray } from "drizzle-orm";
import type { InstancePage, InstanceQuery, InstanceSummary } from "../store.ts";
import { instances, places } from "./schema.ts";
import { prepareCounts } from "./search-counts.ts";
import { prepareDwell } from "./search-dwell.ts";
import {
  attributeRoads,
  EXAMINED_MAX,
  idRoad,
  placesRoad,
  startedRoad,
  markedRoads,
} from "./search-roads.ts";
import type { Place, Road } from "./search-roads.ts";
import { describeRead, once, type SqliteDatabase } from "./statements.ts";

export type Search = ReturnType<typeof prepareSearch>;

const prepareReadPlaces = describeRead((db) => db.select().from(places));

export function prepareSearch(db: SqliteDatabase) {
  const readPlaces = prepareReadPlaces(db.$client);
  const toCheck = prepareCheck(db);
  return {
    count: prepareCounts(db),
    dwell: prepareDwell(db.$client),

    find(query: InstanceQuery): InstancePage {
      const all = readPlaces.all().filter((place) => place.instances > 0);
      const fitting = all.filter((place) => isFitting(place, query));
      if (fitting.length === 0 || query.limit === 0) return { items: [], next: null };

      const isAnywhere = fitting.length === all.length;
      const roads = [
        startedRoad(db, query, all),
        ...(isAnywhere ? [] : placesRoad(db, query, fitting)),
        ...markedRoads(db, query),
        ...attributeRoads(db, query),
        ...idRoad(db, query, fitting),
      ];
      const road = roads.reduce((best, one) => (one.length < best.length ? one : best));
      const { keys, next } = walk(road, query, toCheck(query, isAnywhere ? null : fitting, road));
      return { items: readSummaries(db, keys), next };
    },
  };
}

/** Whether a place is one that the query looks for. */
function isFitting(place: Place, { saga, version, phases, state, tag }: InstanceQuery): boolean {
  return (
    (saga === undefined || place.saga === saga) &&
    (version === undefined || place.version === version) &&
    (phases === undefined || phases.includes(place.phase)) &&
    (tag === undefined || place.tags.includes(tag)) &&
    (state === undefined || isWithin(place.state, state))
  );
}

/** Whether one of the active states is the one of that path, or inside it. */
function isWithin(state: string, path: string): boolean {
  return state.split(",").some((leaf) => leaf === path || leaf.startsWith(`${path}.`));
}

/** Place, id, attributes, suspension and quarantine, as SQLite has them. */
type CheckedRow = [number, string, string, string | null, string | null];

function isMarked(wanted: boolean | undefined, mark: string | null): boolean {
  return wanted === undefined || wanted === (mark !== null);
}

type Check = (key: number) => boolean;

/** What an instance must still have that its road does not say. */
function prepareCheck(db: SqliteDatabase) {
  const prepared = once(() => {
    const { sql } = db
      .select({
        place: instances.place,
        instanceId: instances.instanceId,
        attributes: instances.attributes,
        suspended: instances.suspended,
        quarantined: instances.quarantined,
      })
      .from(instances)
      .where(eq(instances.key, 0))
      .toSQL();
    return db.$client.prepare<[number], CheckedRow>(sql).raw();
  });
  return (query: InstanceQuery, fitting: readonly Place[] | null, road: Road): Check => {
    if (isCovered(query, fitting, road)) return () => true;

    const wanted = Object.entries(query.attributes ?? {});
    const prefix = query.idPrefix ?? "";
    const fittingKeys = fitting && new Set(fitting.map((place) => place.key));
    return (key) => {
      const row = prepared().get(key);
      if (row === undefined) return false;
      const [place, instanceId, attributes, suspended, quarantined] = row;
      if (fittingKeys !== null && !fittingKeys.has(place)) return false;
      if (!instanceId.startsWith(prefix)) return false;
      if (!isMarked(query.suspended, suspended)) return false;
      if (!isMarked(query.quarantined, quarantined)) return false;
      if (wanted.length === 0) return true;
      // What every object inherits is no text, so that a name such as "constructor" finds nothing.
      const given = instances.attributes.mapFromDriverValue(attributes) as Record<string, string>;
      return wanted.every(([name, value]) => given[name] === value);
    };
  };
}

/**
 * Whether all instances on the road fit the query already. No road covers attributes: their table is a copy without
 * seals, and whoever cancels all that a search finds must not cancel another.
 */
function isCovered(query: InstanceQuery, fitting: readonly Place[] | null, road: Road): boolean {
  const { suspended, quarantined, idPrefix, attributes = {} } = query;
  const open = [
    fitting !== null && "places",
    suspended !== undefined && (suspended ? "suspended" : "others"),
    quarantined !== undefined && (quarantined ? "quarantined" : "others"),
    idPrefix !== undefined && "id",
    ...Object.keys(attributes).map(() => "attribute"),
  ].filter((filter) => filter !== false);
  return open.length === 0 || (open.length === 1 && open[0] === road.covers);
}

/** The next keys of a page, and where to go on. */
function walk(
  road: Road,
  { limit }: InstanceQuery,
  check: Check,
): { keys: readonly number[]; next: InstancePage["next"] } {
  const keys: number[] = [];
  let examined = 0;
  let next: InstancePage["next"] = null;
  for (const [createdAtMs, key] of road.walk()) {
    if (examined === EXAMINED_MAX) return { keys, next };
    examined += 1;
    if (check(key)) {
      if (keys.length === limit) return { keys, next };
      keys.push(key);
    }
    next = { createdAtMs, position: key };
  }
  return { keys, next: null };
}

function readSummaries(db: SqliteDatabase, keys: readonly number[]): readonly InstanceSummary[] {
  if (keys.length === 0) return [];
  const {
    key: _,
    place: _place,
    head: _head,
    seal: _seal,
    snapshot: _snapshot,
    ...summary
  } = getTableColumns(instances);
  return db
    .select(summary)
    .from(instances)
    .where(inArray(instances.key, [...keys]))
    .orderBy(desc(instances.createdAtMs), desc(instances.key))
    .all();
}
