/** Recorded rows with something left out: what that something costs is what they take less. */
import type { Database } from "better-sqlite3";
import { dropIndexes } from "../subjects/indexes.ts";
import type { Batches, Change } from "./recorder.ts";
import type { Changed } from "./replay.ts";

/** What is written instead, and how the file differs from ours. */
export interface Fewer {
  readonly batches: Batches;
  readonly alter?: Exclude<Changed["alter"], undefined>;
}

/** Each row of the table is left out. */
export function withoutTable(batches: Batches, table: string): Fewer {
  return { batches: mapped(batches, (change) => (change.table === table ? null : change)) };
}

/** Numbers and texts of these columns are 0 and empty. */
export function withEmpty(batches: Batches, names: readonly string[]): Fewer {
  const emptied = ({ columns, values, ...change }: Change): Change => ({
    ...change,
    columns,
    values: values.map((value, index) => {
      if (!names.includes(columns[index] ?? "")) return value;
      return typeof value === "string" ? "" : 0;
    }),
  });
  return { batches: mapped(batches, emptied) };
}

/** Rows are found by their numbers alone. */
export function withoutIndexes(batches: Batches): Fewer {
  return { batches, alter: (db) => void dropIndexes(db) };
}

const two: Readonly<Record<string, readonly string[]>> = {
  instances: ["key", "instance_id", "revision", "snapshot"],
  journal: ["position", "instance", "revision", "at_ms", "event_type", "event"],
};

/** A snapshot and an event for each transition, in two tables that have nothing else. */
export function twoRows(batches: Batches): Fewer {
  return { batches: mapped(batches, toTwo), alter: layTwo };
}

function toTwo({ table, columns, values, ...change }: Change): Change | null {
  const kept = two[table];
  if (kept === undefined) return null;
  const written = columns.flatMap((name, index) => (kept.includes(name) ? [index] : []));
  return {
    ...change,
    table: `bench_two_${table}`,
    columns: written.map((index) => columns[index] ?? ""),
    values: written.map((index) => values[index] ?? null),
  };
}

function layTwo(db: Database): void {
  db.exec(`
    CREATE TABLE bench_two_instances (key INTEGER PRIMARY KEY, instance_id TEXT UNIQUE, revision INTEGER, snapshot TEXT);
    CREATE TABLE bench_two_journal (position INTEGER PRIMARY KEY, instance INTEGER, revision INTEGER, at_ms INTEGER,
      event_type TEXT, event TEXT);
  `);
}

function mapped(batches: Batches, toChange: (change: Change) => Change | null): Batches {
  return batches.map((batch) =>
    batch.flatMap((change) => {
      const kept = toChange(change);
      return kept === null ? [] : [kept];
    }),
  );
}
