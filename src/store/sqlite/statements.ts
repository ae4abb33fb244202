/**
 * Statements: a query is described with Drizzle once for the process, and prepared on a connection at its first use.
 *
 * Drizzle takes longer to build a query than SQLite to run it, and looks for the placeholders and columns of its own
 * prepared queries anew in each run. Here the text, the order of the values and the shape of the rows are worked out
 * once, so that a store opens in the time that SQLite needs.
 */
import type { Database, RunResult, Statement } from "better-sqlite3";
import { Column, getTableColumns, is, Param, Placeholder, Table } from "drizzle-orm";
import type { DriverValueEncoder, Query } from "drizzle-orm";
import { drizzle, type BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { InstanceKey } from "../store.ts";
import type { Seal } from "./seal.ts";
import { writtenOut } from "./written-out.ts";

/** Drizzle with the connection below it, for queries that are built as they are asked. */
export type SqliteDatabase = BetterSQLite3Database & { readonly $client: Database };

/** Drizzle without a connection, for queries that are only described. */
export type Describer = Pick<
  BetterSQLite3Database,
  "select" | "selectDistinct" | "insert" | "update" | "delete"
>;

type Describe<Described> = (db: Describer) => Described;

/** Prepares on a connection what was described. */
export type Prepare<Prepared> = (client: Database) => Prepared;

/**
 * `Values` has one property for each placeholder; it may have more. What a row has beside a record is given beside
 * it (`beside` goes first), since a copy of a record with one more property costs more than a write of it.
 */
export interface PreparedWrite<Values extends object, Beside extends object = object> {
  /** Answers the number of rows that changed. */
  run(values: Values & Beside): number;
  run(values: Values, beside: Beside): number;
}

/** A query of one column. */
export interface PreparedColumn<Values extends object, Beside extends object = object> {
  /** The column of the first row; undefined if there is none. */
  get(values: Values & Beside): unknown;
  get(values: Values, beside: Beside): unknown;
}

/** Rows as Drizzle would give them. An expression is given as SQLite gives it. */
export interface PreparedRead<Row> {
  get(values?: object, beside?: object): Row | undefined;
  all(values?: object): Row[];
}

interface BuiltQuery {
  toSQL(): Query;
}

interface BuiltSelect extends BuiltQuery {
  readonly _: { readonly selectedFields: object; readonly result: readonly unknown[] };
}

type RowOf<Select extends BuiltSelect> = Select["_"]["result"][number];

export function describeWrite<Values extends object, Beside extends object = object>(
  describe: Describe<BuiltQuery>,
): Prepare<PreparedWrite<Values, Beside>> {
  const { call, prepare } = describeRun(describe, "beside");
  return onceFor((client) => {
    const statement = prepare(client);
    return {
      run: (values: object, beside: object = NOTHING) =>
        call()(statement(), values, beside).changes,
    };
  });
}

/** `seal`: whether the seal of a row is given beside its record, or by itself. */
function describeRun(describe: Describe<BuiltQuery>, seal: "beside" | "alone") {
  const text = once(() => toText(describe(DESCRIBED)));
  return {
    call: once(() => toCall("run", text().sources, seal)),
    prepare: (client: Database) => once(() => client.prepare(text().sql)),
  };
}

/** A write of rows that carry their seals. */
export interface SealedWrite<Values extends object, Beside extends object> {
  /** `owner` is the instance that the row belongs to, if it does to one. Answers the number of rows that changed. */
  run(owner: InstanceKey | null, values: Values, beside: Beside): number;
}

export function describeSealed<Values extends object, Beside extends object = object>(
  seal: Seal,
  describe: Describe<BuiltQuery>,
): Prepare<SealedWrite<Values, Beside>> {
  const { call, prepare } = describeRun(describe, "alone");
  return onceFor((client) => {
    const statement = prepare(client);
    return {
      run: (owner, values, beside) =>
        call()(statement(), values, beside, seal(owner, values)).changes,
    };
  });
}

/** For one column of a row, or of one that is written and returned. */
export function describeColumn<Values extends object, Beside extends object = object>(
  describe: Describe<BuiltQuery>,
): Prepare<PreparedColumn<Values, Beside>> {
  const text = once(() => toText(describe(DESCRIBED)));
  const call = once(() => toCall("get", text().sources));
  return onceFor((client) => {
    const statement = once(() => client.prepare(text().sql).pluck());
    return {
      get: (values: object, beside: object = NOTHING) => call()(statement(), values, beside),
    };
  });
}

export function describeRead<Select extends BuiltSelect>(
  describe: Describe<Select>,
): Prepare<PreparedRead<RowOf<Select>>> {
  const text = once(() => {
    const select = describe(DESCRIBED);
    const toRow = toRowReader(select._.selectedFields) as (
      found: readonly unknown[],
    ) => RowOf<Select>;
    const { sql, sources } = toText(select);
    return { sql, toRow, get: toCall("get", sources), all: toCall("all", sources) };
  });
  return onceFor((client) => {
    const statement = once(() => client.prepare<unknown[], readonly unknown[]>(text().sql).raw());
    return {
      get(values = NOTHING, beside = NOTHING) {
        const found = text().get(statement(), values, beside) as readonly unknown[] | undefined;
        return found === undefined ? undefined : text().toRow(found);
      },
      all(values = NOTHING) {
        const found = text().all(statement(), values, NOTHING) as readonly (readonly unknown[])[];
        return found.map(text().toRow);
      },
    };
  });
}

/** Prepares once on a connection, however many stores are opened on it. */
function onceFor<Prepared>(prepare: Prepare<Prepared>): Prepare<Prepared> {
  const known = new WeakMap<Database, Prepared>();
  return (client) => {
    const before = known.get(client);
    if (before !== undefined) return before;
    const prepared = prepare(client);
    known.set(client, prepared);
    return prepared;
  };
}

/** Makes a thing when it is first asked for. */
export function once<Thing extends object>(make: () => Thing): () => Thing {
  let made: Thing | undefined;
  return () => (made ??= make());
}

const DESCRIBED = drizzle.mock();
const NOTHING: object = {};

interface Text {
  readonly sql: string;
  readonly sources: readonly Source[];
}

function toText(query: BuiltQuery): Text {
  const { sql, params } = query.toSQL();
  return { sql, sources: params.map(toSource) };
}

interface Calls {
  readonly run: (statement: Statement, values: object, beside: object, seal?: number) => RunResult;
  readonly get: (statement: Statement, values: object, beside: object) => unknown;
  readonly all: (statement: Statement, values: object, beside: object) => readonly unknown[];
}

/**
 * Calls a statement with a value of each source. Written out, each name is looked for at a place of its own in the
 * code; and 18 values that are arguments are bound in a fifth less time than as a list.
 */
function toCall<Verb extends keyof Calls>(
  verb: Verb,
  sources: readonly Source[],
  seal: "beside" | "alone" = "beside",
): Calls[Verb] {
  const values = sources.map(({ name }, index) => {
    // To put it beside the rest would be a copy of that for each row.
    if (name === "seal" && seal === "alone") return name;
    const place = `[${JSON.stringify(name)}]`;
    return name === null
      ? `sources[${index}].constant`
      : `kept(sources[${index}], beside${place}, values${place})`;
  });
  const text = `(statement, values, beside, seal) => statement.${verb}(${values.join()})`;
  return writtenOut(text, { sources, kept }) as Calls[Verb];
}

/** Where a bound value comes from. All have one shape, since they are gone through for each row that is written. */
interface Source {
  /** Null if the value is always the same. */
  readonly name: string | null;
  /** Null if it is bound as it is given. */
  readonly encoder: DriverValueEncoder<unknown, unknown> | null;
  readonly constant: unknown;
}

function toSource(param: unknown): Source {
  if (is(param, Placeholder)) return { name: param.name, encoder: null, constant: null };
  if (is(param, Param) && is(param.value, Placeholder)) {
    const encoder = isKeptAsIs(param.encoder) ? null : param.encoder;
    return { name: param.value.name, encoder, constant: null };
  }
  return { name: null, encoder: null, constant: param };
}

function isKeptAsIs(encoder: DriverValueEncoder<unknown, unknown>): boolean {
  return is(encoder, Column) && encoder.mapToDriverValue === Column.prototype.mapToDriverValue;
}

function kept({ name, encoder }: Source, beside: unknown, given: unknown): unknown {
  const value = beside === undefined ? given : beside;
  // better-sqlite3 would bind it as NULL.
  if (value === undefined) throw new Error(`a query lacks the value of "${name}"`);
  // A column of JSON would keep null as the text "null", which no condition finds.
  return encoder === null || value === null ? value : encoder.mapToDriverValue(value);
}

/** A row as an object that is written out; those of a table stand in a group of its name. */
function toRowReader(fields: object): (found: readonly unknown[]) => unknown {
  const decoders: (Decode | null)[] = [];
  const valueOf = (field: object): string => {
    const decoder = decoderOf(field);
    const index = decoders.push(decoder) - 1;
    return decoder === null ? `found[${index}]` : `decoded(decoders[${index}], found[${index}])`;
  };
  const literal = (named: object): string => {
    const parts = Object.entries(named).map(([name, field]: [string, object]) => {
      const part = is(field, Table) ? literal(getTableColumns(field)) : valueOf(field);
      return `${JSON.stringify(name)}: ${part}`;
    });
    return `{ ${parts.join()} }`;
  };
  const text = `(found) => (${literal(fields)})`;
  return writtenOut(text, { decoders, decoded }) as (found: readonly unknown[]) => unknown;
}

type Decode = (value: unknown) => unknown;

/** Null if a value is given as SQLite gives it. */
function decoderOf(field: object): Decode | null {
  const isDecoded =
    is(field, Column) && field.mapFromDriverValue !== Column.prototype.mapFromDriverValue;
  return isDecoded ? (value) => field.mapFromDriverValue(value) : null;
}

function decoded(decode: Decode, value: unknown): unknown {
  return value === null ? null : decode(value);
}
