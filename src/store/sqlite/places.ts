/**
 * The places where instances stand, and how many in each: kept in the transactions that move instances, so
 * that counts are exact and cost nothing to read.
 *
 * A batch changes each count once, however many instances come and go.
 */
import { and, eq, getTableColumns, placeholder, sql } from "drizzle-orm";
import type { InstanceRecord } from "../store.ts";
import { prepareReturning, prepareWrite, type SqliteDatabase } from "./prepared-write.ts";
import { places } from "./schema.ts";

type Standing = Pick<InstanceRecord, "saga" | "version" | "phase" | "state" | "tags">;

export type Places = ReturnType<typeof preparePlaces>;

export function preparePlaces(db: SqliteDatabase) {
  const findOrAdd = prepareFindOrAdd(db);
  const add = prepareWrite<{ key: number; by: number }>(
    db.$client,
    db
      .update(places)
      .set({ instances: sql`${places.instances} + ${placeholder("by")}` })
      .where(eq(places.key, placeholder("key"))),
  );
  /** Keys by name, of those that are surely committed. */
  const known = new Map<string, number>();
  /** Those of the open transaction, which may still be rolled back. */
  const found = new Map<string, number>();
  const changes = new Map<number, number>();
  const count = (place: number, by: number): void => {
    changes.set(place, (changes.get(place) ?? 0) + by);
  };

  return {
    /** Forgets what an earlier transaction left behind. */
    begin(): void {
      found.clear();
      changes.clear();
    },

    placeOf({ saga, version, phase, state, tags }: Standing): number {
      const name = JSON.stringify([saga, version, phase, state, tags]);
      let key = known.get(name) ?? found.get(name);
      if (key === undefined) {
        key = findOrAdd({ saga, version, phase, state, tags });
        found.set(name, key);
      }
      return key;
    },

    /** Counts an instance that goes from one place, null at its start, to another, null at its end. */
    move(from: number | null, to: number | null): void {
      if (from === to) return;
      if (from !== null) count(from, -1);
      if (to !== null) count(to, 1);
    },

    /** Last in a transaction: writes what has changed. */
    write(): void {
      for (const [key, by] of changes) if (by !== 0) add.run({ key, by });
    },

    /** After the transaction was committed. */
    keep(): void {
      for (const [name, key] of found) known.set(name, key);
      found.clear();
    },
  };
}

function prepareFindOrAdd(db: SqliteDatabase): (standing: Standing) => number {
  const { saga, version, phase, state, tags } = getTableColumns(places);
  const named = { saga, version, phase, state, tags };
  const bound = Object.entries(named).map(
    ([name, column]) => [name, sql`${sql.param(placeholder(name), column)}`] as const,
  );
  const values = Object.fromEntries(bound) as Record<keyof typeof named, ReturnType<typeof sql>>;
  const insert = prepareReturning<Standing>(
    db.$client,
    db
      .insert(places)
      .values({ ...values, instances: 0 })
      .onConflictDoNothing()
      .returning({ key: places.key }),
  );
  const isNamed = bound.map(([name, value]) => eq(named[name as keyof typeof named], value));
  const find = prepareReturning<Standing>(
    db.$client,
    db
      .select({ key: places.key })
      .from(places)
      .where(and(...isNamed)),
  );
  return (standing) => Number(find.get(standing) ?? insert.get(standing));
}
