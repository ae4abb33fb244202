/** Fills a file with copies of its instances by raw statements: a million, of three entries each, takes half a minute. */
import Database from "better-sqlite3";
import { getTableColumns } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { chainOfJournal, sealOfInstance } from "../../src/store/sqlite/row-seals.ts";
import { instances, journal } from "../../src/store/sqlite/schema.ts";
import { chainStart } from "../../src/store/sqlite/seal.ts";
import { dropIndexes, prepareFilling } from "./indexes.ts";

/** When the first instance started, and the time between two starts. */
export const START_MS = Date.UTC(2026, 0, 1);
export const STEP_MS = 100;

const TRANSACTION_ROWS = 50_000;
const SHARES = 10_000;

type Row = Record<string, number | string | null>;

/** Ids of one length, so that the begin of one is that of a thousand. */
export function idOf(index: number): string {
  return `p-${String(index).padStart(7, "0")}`;
}

/** Copies `template-<n>` so often that it has `shares[n]` of 10,000 instances; the most common come last. */
export function fill(path: string, count: number, shares: readonly number[]): void {
  const db = new Database(path);
  prepareFilling(db);
  db.pragma("cache_size = -500000");
  const copy = prepareCopy(db);
  const buildIndexes = dropIndexes(db);
  // Mixed within each ten thousand: those that are still open first.
  const order = shares.flatMap((share, index) => Array.from({ length: share }, () => index));
  const templates = order.toReversed();
  for (let from = 0; from < count; from += TRANSACTION_ROWS) {
    db.exec("BEGIN");
    for (let index = from; index < Math.min(count, from + TRANSACTION_ROWS); index += 1) {
      copy(index, templates[index % SHARES] ?? 0);
    }
    db.exec("COMMIT");
  }
  buildIndexes();
  db.exec(
    "UPDATE places SET instances = (SELECT count(*) FROM instances WHERE instances.place = places.key)",
  );
  db.close();
}

/** Rows as they are copied: what differs is put in their place, so no row is made anew. */
interface Template {
  readonly row: Row;
  readonly entries: readonly { readonly row: Row; readonly values: Values }[];
  /** The row as the schema names its columns. */
  readonly values: Values;
}

type Values = Record<string, unknown>;

function prepareCopy(db: Database.Database): (index: number, template: number) => void {
  const templates = db
    .prepare<[], Row>("SELECT * FROM instances ORDER BY key")
    .all()
    .map((row): Template => {
      const entries = journalOf(db, row).map((entry) => ({
        row: entry,
        values: toValues(journal, entry),
      }));
      return { row, entries, values: toValues(instances, row) };
    });
  const first = templates[0];
  if (first === undefined) throw new Error("there is no instance to copy");
  const insertInstance = prepareInsert(db, "instances", first.row);
  const insertEntry = prepareInsert(db, "journal", first.entries[0]?.row ?? {});
  const insertAttribute = db.prepare(
    "INSERT INTO attributes (instance, created_at_ms, name, value) VALUES (?, ?, ?, ?)",
  );

  return (index, template) => {
    const { row, entries, values } = templates[template] ?? first;
    const createdAtMs = START_MS + index * STEP_MS;
    const given = attributesOf(index);
    const instanceId = idOf(index);
    chain({ saga: String(row["saga"]), instanceId }, entries, createdAtMs);
    const head = String(entries.at(-1)?.row["hash"]);
    const times = { createdAtMs, updatedAtMs: createdAtMs + 50 };
    Object.assign(values, { instanceId, attributes: given, ...times });
    row["instance_id"] = instanceId;
    row["attributes"] = JSON.stringify(given);
    row["created_at_ms"] = times.createdAtMs;
    row["updated_at_ms"] = times.updatedAtMs;
    row["head"] = head;
    row["seal"] = sealOfInstance(values, head);
    const instance = insertInstance(row);
    for (const name in given) {
      insertAttribute.run(instance, createdAtMs, name, given[name as keyof typeof given]);
    }
    for (const { row: entry } of entries) {
      entry["instance"] = Number(instance);
      insertEntry(entry);
    }
  };
}

function attributesOf(index: number) {
  // An odd region, so that it never meets the even half.
  return {
    customer: `c-${Math.floor(index / 10)}`,
    region: `r-${(index % 2) + 2 * (index % 3)}`,
    parity: index % 2 === 0 ? "even" : "odd",
  };
}

/** The journal as that of another instance: at other times, and with the hashes that it has then. */
function chain(
  name: { saga: string; instanceId: string },
  entries: Template["entries"],
  createdAtMs: number,
): void {
  let before = chainStart(name);
  for (const [step, { row, values }] of entries.entries()) {
    const atMs = createdAtMs + step * 25;
    values["atMs"] = atMs;
    row["at_ms"] = atMs;
    before = chainOfJournal(before, values);
    row["hash"] = before;
  }
}

/** A row as the schema names its columns. */
function toValues(table: SQLiteTable, row: Row): Values {
  return Object.fromEntries(
    Object.entries<SQLiteColumn>(getTableColumns(table)).map(([name, column]) => {
      const kept = row[column.name] ?? null;
      return [name, kept === null ? null : column.mapFromDriverValue(kept)] as const;
    }),
  );
}

function journalOf(db: Database.Database, row: Row): readonly Row[] {
  return db
    .prepare<[unknown], Row>("SELECT * FROM journal WHERE instance = ? ORDER BY revision")
    .all(row["key"]);
}

/** All columns but the first, which numbers the rows. */
function prepareInsert(
  db: Database.Database,
  table: string,
  sample: Row,
): (row: Row) => number | bigint {
  const columns = Object.keys(sample).slice(1);
  const insert = db.prepare(
    `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
  );
  return (row) => insert.run(columns.map((column) => row[column])).lastInsertRowid;
}
