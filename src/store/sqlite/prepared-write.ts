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

type ReadValue = (values: object) => unknown;

function toBinder(params: readonly unknown[]): (values: object) => unknown[] {
  const readers = params.map(toReader);
  return (values) => readers.map((read) => read(values));
}

function toReader(param: unknown): ReadValue {
  if (is(param, Placeholder)) return (values) => valueOf(values, param.name);
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { encoder, value } = param;
    return (values) => encoder.mapToDriverValue(valueOf(values, value.name));
  }
  return () => param;
}

function valueOf(values: object, name: string): unknown {
  const value: unknown = Reflect.get(values, name);
  // better-sqlite3 would bind it as NULL.
  if (value === undefined) throw new Error(`a write lacks the value of "${name}"`);
  return value;
}
