/** The SQLite store keeps what the port promises, in a file and in memory. */
import { sql } from "drizzle-orm";
import { testStore } from "../../src/testing/store-suite.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import type { SqliteTransaction } from "../../src/store/sqlite/transaction.ts";
import { freshDatabasePath } from "./database-path.ts";

const open = (path: string) =>
  openSqlite(path, {
    setup: (tx) => tx.run(sql`CREATE TABLE IF NOT EXISTS user_rows (text TEXT NOT NULL)`),
  });

const userRows = {
  add: (tx: unknown, row: string) =>
    void (tx as SqliteTransaction).run(sql`INSERT INTO user_rows VALUES (${row})`),
  read: (tx: unknown) =>
    (tx as SqliteTransaction)
      .all<{ text: string }>(sql`SELECT text FROM user_rows ORDER BY rowid`)
      .map(({ text }) => text),
};

testStore("SQLite in a file", {
  open,
  freshLocation: freshDatabasePath,
  isDurable: true,
  userRows,
});

testStore("SQLite in memory", {
  open,
  freshLocation: () => ":memory:",
  isDurable: false,
  userRows,
});
