/** A process that opens a store, forgets it without closing it, says so, and lives until it is killed. */
import { setImmediate } from "node:timers/promises";
import { openSqlite } from "../../src/store/sqlite/open.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("give the path of a database");

openSqlite(path);
// Nobody refers to the store now. Finalizers run between turns, so one collection is not enough.
for (let round = 1; round <= 5; round++) {
  globalThis.gc?.();
  await setImmediate();
}
process.send?.("held");
// The channel to the parent keeps this process alive.
process.on("message", () => {});
