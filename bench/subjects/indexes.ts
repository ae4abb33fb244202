/** How a file is filled: each page is written once, and indexes are built at the end, out of sorted rows. */
import type { Database } from "better-sqlite3";

/** Until the file is opened as a store, which makes all settings anew. A crash meanwhile loses it. */
export function prepareFilling(db: Database): void {
  db.pragma("synchronous = OFF");
  db.pragma("journal_mode = MEMORY");
  db.pragma("foreign_keys = OFF");
}

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
