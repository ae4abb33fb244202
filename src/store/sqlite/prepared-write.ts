/**
 * Prepares a write that Drizzle built, and binds it without Drizzle.
 *
 * Drizzle's own prepared queries look for their placeholders anew in each run: with 100 write sets in a
 * transaction that took as long as SQLite itself. Here the names are looked up once.
 */
import type { Database } from "better-sqlite3";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import { is, Param, Placeholder, type Query } from "drizzle-orm";

/** Drizzle with the connection below it. */
export type SqliteDatabase = BetterSQLite3Database & { readonly $client: Database };

/** `Values` has one property for each placeholder; it may have more. */
export interface PreparedWrite<Values extends object> {
  /** Answers the number of rows that changed. */
  run(values: Values): number;
}

/** A write that returns one column. */
export interface PreparedReturning<Values extends object> {
  /** The column of the first row that was written; undefined if there was none. */
  get(values: Values): unknown;
}

/** A look before a write, of columns that are numbers. */
export interface PreparedRow<Values extends object, Row> {
  get(values: Values): Row | null;
}

interface BuiltQuery {
  toSQL(): Query;
}

export function prepareWrite<Values extends object>(
  client: Database,
  query: BuiltQuery,
): PreparedWrite<Values> {
  const { sql, params } = query.toSQL();
  const statement = client.prepare(sql);
  const bind = toBinder(params);
  return { run: (values) => statement.run(bind(values)).changes };
}

export function prepareReturning<Values extends object>(
  client: Database,
  query: BuiltQuery,
): PreparedReturning<Values> {
  const { sql, params } = query.toSQL();
  const statement = client.prepare(sql).pluck();
  const bind = toBinder(params);
  return { get: (values) => statement.get(bind(values)) };
}

/** Columns are named as in the database, so select only those that have one word. */
export function prepareRow<Values extends object, Row extends object>(
  client: Database,
  query: BuiltQuery,
): PreparedRow<Values, Row> {
  const { sql, params } = query.toSQL();
  const statement = client.prepare<unknown[], Row>(sql);
  const bind = toBinder(params);
  return { get: (values) => statement.get(bind(values)) ?? null };
}

type ReadValue = (values: object) => unknown;

function toBinder(params: readonly unknown[]): (values: object) => unknown[] {
  const readers = params.map(toReader);
  return (values) => readers.map((read) => read(values));
}

function toReader(param: unknown): ReadValue {
  if (is(param, Placeholder)) return (values) => valueOf(values, param.name);
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { encoder, value } = param;
    return (values) => {
      const given = valueOf(values, value.name);
      // A column of JSON would keep it as the text "null", which no condition finds.
      return given === null ? null : encoder.mapToDriverValue(given);
    };
  }
  return () => param;
}

function valueOf(values: object, name: string): unknown {
  const value: unknown = Reflect.get(values, name);
  // better-sqlite3 would bind it as NULL.
  if (value === undefined) throw new Error(`a write lacks the value of "${name}"`);
  return value;
}
