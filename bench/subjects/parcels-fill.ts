/** Fills a file with copies of its instances by raw statements: a million in a minute or two. */
import Database from "better-sqlite3";

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
    .map((row) => ({ row, journal: journalOf(db, row) }));
  const first = templates[0];
  if (first === undefined) throw new Error("there is no instance to copy");
  const insertInstance = prepareInsert(db, "instances", first.row);
  const insertEntry = prepareInsert(db, "journal", first.journal[0] ?? {});
  const insertAttribute = db.prepare(
    "INSERT INTO attributes (instance, created_at_ms, name, value) VALUES (?, ?, ?, ?)",
  );

  return (index, template) => {
    const { row, journal } = templates[template] ?? first;
    const createdAtMs = START_MS + index * STEP_MS;
    const parity = index % 2 === 0 ? "even" : "odd";
    // An odd region, so that it never meets the even half.
    const region = `r-${(index % 2) + 2 * (index % 3)}`;
    const given = { customer: `c-${Math.floor(index / 10)}`, region, parity };
    const instance = insertInstance({
      ...row,
      instance_id: idOf(index),
      attributes: JSON.stringify(given),
      created_at_ms: createdAtMs,
      updated_at_ms: createdAtMs + 50,
    });
    for (const [name, value] of Object.entries(given)) {
      insertAttribute.run(instance, createdAtMs, name, value);
    }
    for (const [step, entry] of journal.entries()) {
      insertEntry({ ...entry, instance: Number(instance), at_ms: createdAtMs + step * 25 });
    }
  };
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
