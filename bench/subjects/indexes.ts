/** Indexes while a file is filled: built at the end, out of sorted rows, they take a fraction of the time. */
import type { Database } from "better-sqlite3";

/** Drops all indexes, those that keep rows unique among them; gives what builds them again, as they were. */
export function dropIndexes(db: Database): () => void {
  const indexes = db
    .prepare<[], { name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
    )
    .all();
  for (const { name } of indexes) db.exec(`DROP INDEX "${name}"`);
  return () => {
    for (const { sql } of indexes) db.exec(sql);
  };
}
