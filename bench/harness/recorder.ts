/**
 * Records every row that a store writes to its file, whoever writes it and by whatever statement: triggers copy
 * each change, all columns of it, into tables of our own. So the limit is made of what is really written, and
 * follows each change of the schema by itself.
 */
import Database from "better-sqlite3";

export type Value = number | bigint | string | Buffer | null;

/** One row that was written. */
export interface Change {
  readonly table: string;
  readonly operation: "insert" | "update" | "delete";
  readonly rowid: number;
  /** Columns and their values: all of a new row, those of an updated row that differ, none of a deleted one. */
  readonly columns: readonly string[];
  readonly values: readonly Value[];
}

/** Changes by transaction, in order. */
export type Batches = readonly (readonly Change[])[];

const PREFIX = "bench_";

/** Lays the triggers into a file that a store has made and closed. */
export function beginRecording(path: string): void {
  const db = new Database(path);
  db.exec(
    `CREATE TABLE ${PREFIX}changes (seq INTEGER PRIMARY KEY, name TEXT, operation TEXT, row INTEGER)`,
  );
  for (const table of tablesOf(db)) {
    const columns = columnsOf(db, table);
    const logged = columns.flatMap((column) => [`"new_${column}"`, `"old_${column}"`]);
    db.exec(`CREATE TABLE ${PREFIX}${table} (seq INTEGER PRIMARY KEY, ${logged.join(", ")})`);
    const log = { table, columns };
    db.exec(trigger({ ...log, operation: "insert", rowid: "NEW" }));
    db.exec(trigger({ ...log, operation: "update", rowid: "NEW" }));
    db.exec(trigger({ ...log, operation: "delete", rowid: "OLD" }));
  }
  db.close();
}

/** How far the recording is: everything up to this number belongs to transactions that are over. */
export function recordedUpTo(db: Database.Database): number {
  return Number(db.prepare(`SELECT coalesce(max(seq), 0) FROM ${PREFIX}changes`).pluck().get());
}

/** What was recorded, in batches that end at these numbers of `recordedUpTo`. */
export function readRecording(path: string, ends: readonly number[]): Batches {
  const db = new Database(path);
  const rows = new Map(
    tablesOf(db).map((table) => [
      table,
      { columns: columnsOf(db, table), read: reader(db, table) },
    ]),
  );
  const changes = db
    .prepare<[], { seq: number; name: string; operation: Change["operation"]; row: number }>(
      `SELECT seq, name, operation, row FROM ${PREFIX}changes ORDER BY seq`,
    )
    .all();
  const batches: Change[][] = [];
  let batch: Change[] = [];
  let next = 0;
  for (const { seq, name, operation, row } of changes) {
    const table = rows.get(name);
    if (table === undefined) throw new Error(`a row of "${name}" was recorded, which is no table`);
    const written = toWritten(operation, table.columns, table.read(seq));
    batch.push({ table: name, operation, rowid: row, ...written });
    if (seq === ends[next]) {
      batches.push(batch);
      batch = [];
      next += 1;
    }
  }
  db.close();
  return batches;
}

function toWritten(
  operation: Change["operation"],
  columns: readonly string[],
  logged: Readonly<Record<string, Value>>,
): { columns: readonly string[]; values: readonly Value[] } {
  const valueOf = (column: string): Value => logged[`new_${column}`] ?? null;
  const differs = (column: string): boolean => {
    const [before, after] = [logged[`old_${column}`] ?? null, valueOf(column)];
    return before instanceof Buffer && after instanceof Buffer
      ? !before.equals(after)
      : before !== after;
  };
  const written =
    operation === "insert" ? columns : operation === "update" ? columns.filter(differs) : [];
  return { columns: written, values: written.map(valueOf) };
}

function trigger(log: {
  readonly table: string;
  readonly columns: readonly string[];
  readonly operation: Change["operation"];
  readonly rowid: "NEW" | "OLD";
}): string {
  const { table, columns, operation, rowid } = log;
  const values = columns.flatMap((column) => [
    operation === "delete" ? "NULL" : `NEW."${column}"`,
    operation === "insert" ? "NULL" : `OLD."${column}"`,
  ]);
  return `CREATE TRIGGER ${PREFIX}${operation}_${table} AFTER ${operation} ON "${table}" BEGIN
    INSERT INTO ${PREFIX}changes (name, operation, row) VALUES ('${table}', '${operation}', ${rowid}.rowid);
    INSERT INTO ${PREFIX}${table} VALUES (last_insert_rowid(), ${values.join(", ")});
  END`;
}

function reader(
  db: Database.Database,
  table: string,
): (seq: number) => Readonly<Record<string, Value>> {
  const read = db.prepare<[number], Record<string, Value>>(
    `SELECT * FROM ${PREFIX}${table} WHERE seq = ?`,
  );
  return (seq) => read.get(seq) ?? {};
}

/** The tables of the store, without ours and SQLite's own. */
function tablesOf(db: Database.Database): readonly string[] {
  return db
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       AND name NOT LIKE '${PREFIX.replace("_", "\\_")}%' ESCAPE '\\'`,
    )
    .pluck()
    .all();
}

function columnsOf(db: Database.Database, table: string): readonly string[] {
  return db.prepare<[string], string>("SELECT name FROM pragma_table_info(?)").pluck().all(table);
}
