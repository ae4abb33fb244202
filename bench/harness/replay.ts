/**
 * The machine's limit for recorded batches: the same rows, written by raw prepared statements of better-sqlite3 in
 * transactions of the same size with the same settings, and nothing else around them. It even knows beforehand
 * which columns of a row will differ.
 */
import type { Statement } from "better-sqlite3";
import { openConnection } from "../../src/store/sqlite/connection.ts";
import { openSqlite } from "../../src/index.ts";
import type { Batches, Change } from "./recorder.ts";

/** Writes all batches into a new file with our schema; gives the milliseconds that it took. */
export async function replay(path: string, batches: Batches): Promise<number> {
  await openSqlite(path).close();
  const db = openConnection(path);
  const statements = new Map<string, Statement>();
  const prepared = batches.map((batch) =>
    batch.map((change) => {
      const sql = toSql(change);
      const statement = statements.get(sql) ?? db.prepare(sql);
      statements.set(sql, statement);
      return { statement, values: toValues(change) };
    }),
  );
  const [begin, commit] = [db.prepare("BEGIN IMMEDIATE"), db.prepare("COMMIT")];

  const begunAt = performance.now();
  for (const batch of prepared) {
    begin.run();
    for (const { statement, values } of batch) statement.run(...values);
    commit.run();
  }
  const tookMs = performance.now() - begunAt;
  db.close();
  return tookMs;
}

function toSql({ table, operation, columns }: Change): string {
  const names = columns.map((column) => `"${column}"`);
  switch (operation) {
    case "insert": {
      const marks = columns.map(() => "?").join(", ");
      return `INSERT INTO "${table}" (${names.join(", ")}) VALUES (${marks})`;
    }
    case "update":
      return `UPDATE "${table}" SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE rowid = ?`;
    case "delete":
      return `DELETE FROM "${table}" WHERE rowid = ?`;
  }
}

function toValues({ operation, rowid, values }: Change): unknown[] {
  return operation === "insert" ? [...values] : [...values, rowid];
}
