/**
 * Prepares a write that Drizzle built, and binds it without Drizzle.
 *
 * Drizzle's own prepared queries look for their placeholders anew in each run: with 100 write sets in a
 * transaction that took as long as SQLite itself. Here the names are looked up once.
 */
import type { Database } from "better-sqlite3";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { InstanceKey } from "../store.ts";
import type { Seal } from "./seal.ts";
import { is, Param, Placeholder, type Query } from "drizzle-orm";

/** Drizzle with the connection below it. */
export type SqliteDatabase = BetterSQLite3Database & { readonly $client: Database };

/**
 * `Values` has one property for each placeholder; it may have more. What a row has beside a record is given beside
 * it (`beside` goes first), since a copy of a record with one more property costs more than a write of it.
 */
export interface PreparedWrite<Values extends object, Beside extends object = object> {
  /** Answers the number of rows that changed. */
  run(values: Values & Beside): number;
  run(values: Values, beside: Beside): number;
}

/** A write that returns one column. */
export interface PreparedReturning<Values extends object, Beside extends object = object> {
  /** The column of the first row that was written; undefined if there was none. */
  get(values: Values & Beside): unknown;
  get(values: Values, beside: Beside): unknown;
}

/** A look before a write. */
export interface PreparedRow<Values extends object, Row, Beside extends object = object> {
  get(values: Values & Beside): Row | null;
  get(values: Values, beside: Beside): Row | null;
}

interface BuiltQuery {
  toSQL(): Query;
}

export function prepareWrite<Values extends object, Beside extends object = object>(
  client: Database,
  query: BuiltQuery,
): PreparedWrite<Values, Beside> {
  const { sql, params } = query.toSQL();
  const statement = client.prepare(sql);
  const bind = toBinder(params);
  return {
    run: (values: object, beside: object = NOTHING) => statement.run(bind(values, beside)).changes,
  };
}

/** A write of rows that carry their seals. */
export interface SealedWrite<Values extends object, Beside extends object> {
  /** `owner` is the instance that the row belongs to, if it does to one. Answers the number of rows that changed. */
  run(owner: InstanceKey | null, values: Values, beside: Beside): number;
}

export function prepareSealed<Values extends object, Beside extends object = object>(
  client: Database,
  query: BuiltQuery,
  seal: Seal,
): SealedWrite<Values, Beside> {
  const write = prepareWrite<Values, Beside & { readonly seal: number }>(client, query);
  return {
    run: (owner, values, beside) => write.run(values, { ...beside, seal: seal(owner, values) }),
  };
}

export function prepareReturning<Values extends object, Beside extends object = object>(
  client: Database,
  query: BuiltQuery,
): PreparedReturning<Values, Beside> {
  const { sql, params } = query.toSQL();
  const statement = client.prepare(sql).pluck();
  const bind = toBinder(params);
  return {
    get: (values: object, beside: object = NOTHING) => statement.get(bind(values, beside)),
  };
}

/** Columns are named as in the database, so select only those that have one word. */
export function prepareRow<
  Values extends object,
  Row extends object,
  Beside extends object = object,
>(client: Database, query: BuiltQuery): PreparedRow<Values, Row, Beside> {
  const { sql, params } = query.toSQL();
  const statement = client.prepare<unknown[], Row>(sql);
  const bind = toBinder(params);
  return {
    get: (values: object, beside: object = NOTHING) => statement.get(bind(values, beside)) ?? null,
  };
}

const NOTHING: object = {};

type ReadValue = (values: object, beside: object) => unknown;

function toBinder(params: readonly unknown[]): (values: object, beside: object) => unknown[] {
  const readers = params.map(toReader);
  return (values, beside) => readers.map((read) => read(values, beside));
}

function toReader(param: unknown): ReadValue {
  if (is(param, Placeholder)) return (values, beside) => valueOf(values, beside, param.name);
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { encoder, value } = param;
    return (values, beside) => {
      const given = valueOf(values, beside, value.name);
      // A column of JSON would keep it as the text "null", which no condition finds.
      return given === null ? null : encoder.mapToDriverValue(given);
    };
  }
  return () => param;
}

function valueOf(values: object, beside: object, name: string): unknown {
  const given: unknown = Reflect.get(beside, name);
  const value: unknown = given === undefined ? Reflect.get(values, name) : given;
  // better-sqlite3 would bind it as NULL.
  if (value === undefined) throw new Error(`a write lacks the value of "${name}"`);
  return value;
}
