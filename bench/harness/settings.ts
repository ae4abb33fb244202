/** The settings of a database file as the store makes them, read back from SQLite. */
import { openConnection } from "../../src/store/sqlite/connection.ts";

const LEVELS = ["OFF", "NORMAL", "FULL", "EXTRA"];

/** Opens `path` just as the store does. No store may have it open. */
export function readSettings(path: string): Readonly<Record<string, string>> {
  const client = openConnection(path);
  const read = (name: string): string => String(client.pragma(name, { simple: true }));
  const settings = {
    synchronous: LEVELS[Number(read("synchronous"))] ?? "unknown",
    journal_mode: read("journal_mode"),
    wal_autocheckpoint: read("wal_autocheckpoint"),
    page_size: read("page_size"),
  };
  client.close();
  return settings;
}
