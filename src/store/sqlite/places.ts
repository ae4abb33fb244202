/**
 * The places where instances stand, and how many in each: kept in the transactions that move instances, so
 * that counts are exact and cost nothing to read.
 *
 * A batch changes each count once, however many instances come and go.
 */
import { and, eq, getTableColumns, placeholder, sql } from "drizzle-orm";
import type { Database } from "better-sqlite3";
import type { InstanceRecord } from "../store.ts";
import { boundColumns } from "./columns.ts";
import { places } from "./schema.ts";
import { describeColumn, describeWrite } from "./statements.ts";

type Standing = Pick<InstanceRecord, "saga" | "version" | "phase" | "state" | "tags">;

export type Places = ReturnType<typeof preparePlaces>;

export function preparePlaces(client: Database) {
  const find = prepareFind(client);
  const insert = prepareInsert(client);
  const add = prepareAdd(client);
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

    placeOf(standing: Standing): number {
      const { saga, version, phase, state, tags } = standing;
      // The name of a saga has no slash, and what follows the last one is empty or a list.
      const list = tags.length === 0 ? "" : JSON.stringify(tags);
      const name = `${saga}/${version}/${phase}/${state}/${list}`;
      let key = known.get(name) ?? found.get(name);
      if (key === undefined) {
        key = Number(find.get(standing) ?? insert.get(standing));
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

const prepareFind = describeColumn<Standing>((db) => {
  const isNamed = Object.entries(boundName()).map(([name, value]) =>
    eq(getTableColumns(places)[name as keyof Standing], value),
  );
  return db
    .select({ key: places.key })
    .from(places)
    .where(and(...isNamed));
});

const prepareInsert = describeColumn<Standing>((db) =>
  db
    .insert(places)
    .values({ ...boundName(), instances: 0 })
    .onConflictDoNothing()
    .returning({ key: places.key }),
);

const prepareAdd = describeWrite<{ key: number; by: number }>((db) =>
  db
    .update(places)
    .set({ instances: sql`${places.instances} + ${placeholder("by")}` })
    .where(eq(places.key, placeholder("key"))),
);

/** What names a place. */
function boundName() {
  const { saga, version, phase, state, tags } = boundColumns(places);
  return { saga, version, phase, state, tags };
}
