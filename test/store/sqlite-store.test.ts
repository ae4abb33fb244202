/** The SQLite store keeps what the port promises, in a file and in memory. */
import { testStore } from "../../src/testing/store-suite.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { freshDatabasePath } from "./database-path.ts";

testStore("SQLite in a file", {
  open: openSqlite,
  freshLocation: freshDatabasePath,
  isDurable: true,
});

testStore("SQLite in memory", {
  open: openSqlite,
  freshLocation: () => ":memory:",
  isDurable: false,
});
