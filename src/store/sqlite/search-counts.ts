/** How many instances stand where: the places, without those that are empty. */
import { asc, eq, gt, sql } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { InstanceCount } from "../store.ts";
import { places } from "./schema.ts";

export function prepareCounts(db: BetterSQLite3Database) {
  const { saga, version, phase, state } = places;
  // Places that differ in their tags alone are one state.
  const instances = sql<number>`sum(${places.instances})`;
  return (filter: { saga?: string }): readonly InstanceCount[] =>
    db
      .select({ saga, version, phase, state, instances })
      .from(places)
      .where(filter.saga === undefined ? undefined : eq(saga, filter.saga))
      .groupBy(saga, version, phase, state)
      .having(gt(instances, 0))
      .orderBy(asc(saga), asc(version), asc(phase), asc(state))
      .all();
}
