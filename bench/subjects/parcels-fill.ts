/** Fills a file with copies of its instances by raw statements: a million, of three entries each, takes some minutes. */
import Database from "better-sqlite3";
import { getTableColumns } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { chainOfJournal, sealOfInstance } from "../../src/store/sqlite/row-seals.ts";
import { instances, journal } from "../../src/store/sqlite/schema.ts";
import { chainStart } from "../../src/store/sqlite/seal.ts";

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
  db.pragma("synchronous = OFF");
  db.pragma("cache_size = -500000");
  const copy = prepareCopy(db);
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
  db.exec(
    "UPDATE places SET instances = (SELECT count(*) FROM instances WHERE instances.place = places.key)",
  );
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
}

function prepareCopy(db: Database.Database): (index: number, template: number) => void {
  const templates = db
    .prepare<[], Row>("SELECT * FROM instances ORDER BY key")
    .all()
    .map((row) => ({ row, entries: journalOf(db, row) }));
  const first = templates[0];
  if (first === undefined) throw new Error("there is no instance to copy");
  const insertInstance = prepareInsert(db, "instances", first.row);
  const insertEntry = prepareInsert(db, "journal", first.entries[0] ?? {});
  const insertAttribute = db.prepare(
    "INSERT INTO attributes (instance, created_at_ms, name, value) VALUES (?, ?, ?, ?)",
  );

  return (index, template) => {
    const { row, entries: copiedFrom } = templates[template] ?? first;
    const createdAtMs = START_MS + index * STEP_MS;
    const parity = index % 2 === 0 ? "even" : "odd";
    // An odd region, so that it never meets the even half.
    const region = `r-${(index % 2) + 2 * (index % 3)}`;
    const given = { customer: `c-${Math.floor(index / 10)}`, region, parity };
    const name = { saga: String(row["saga"]), instanceId: idOf(index) };
    const entries = chained(name, copiedFrom, (step) => createdAtMs + step * 25);
    const head = String(entries.at(-1)?.["hash"]);
    const copied = {
      ...row,
      instance_id: idOf(index),
      attributes: JSON.stringify(given),
      created_at_ms: createdAtMs,
      updated_at_ms: createdAtMs + 50,
      head,
    };
    const seal = sealOfInstance(toValues(instances, copied), head);
    const instance = insertInstance({ ...copied, seal });
    for (const [attribute, value] of Object.entries(given)) {
      insertAttribute.run(instance, createdAtMs, attribute, value);
    }
    for (const entry of entries) insertEntry({ ...entry, instance: Number(instance) });
  };
}

/** The journal as that of another instance: at other times, and with the hashes that it has then. */
function chained(
  name: { saga: string; instanceId: string },
  entries: readonly Row[],
  atMs: (step: number) => number,
): readonly Row[] {
  let before = chainStart(name);
  return entries.map((entry, step) => {
    const moved = { ...entry, at_ms: atMs(step) };
    before = chainOfJournal(before, toValues(journal, moved));
    return { ...moved, hash: before };
  });
}

/** A row as the schema names its columns. */
function toValues(table: SQLiteTable, row: Row): object {
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
