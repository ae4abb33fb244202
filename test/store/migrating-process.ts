/**
 * A process that starts as a store with a later schema would: takes the owner lock and migrates. It writes what
 * came of it; the migration takes long enough to be killed in.
 */
import { writeSync } from "node:fs";
import Database from "better-sqlite3";
import { SagaError } from "../../src/errors.ts";
import { migrate } from "../../src/store/sqlite/migrate.ts";
import { takeOwnerLock } from "../../src/store/sqlite/owner-lock.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("give the path of a database");

const rows = `WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO notes SELECT i, hex(randomblob(50)) FROM n`;
const statements = [
  "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)",
  rows,
  "UPDATE notes SET text = lower(text)",
  "CREATE INDEX notes_text ON notes (text)",
  "UPDATE instances SET fault = 'migrated'",
];

try {
  const lock = takeOwnerLock(path);
  const client = new Database(path);
  const applied = client.pragma("user_version", { simple: true });
  writeSync(1, "starting\n");
  if (applied === 1) migrate(client, path, { statements, schemaVersion: 2 });
  writeSync(1, applied === 1 ? "migrated\n" : "was migrated\n");
  client.close();
  lock.release();
} catch (error) {
  if (!(error instanceof SagaError)) throw error;
  writeSync(1, `${error.code}\n`);
}
process.disconnect();
