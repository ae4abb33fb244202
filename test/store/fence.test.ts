import { once } from "node:events";
import { renameSync, rmSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { effectRecord, key, writeSet } from "../../src/testing/store-records.ts";
import { killProcess, startProcess } from "./child-process.ts";
import { freshDatabasePath } from "./database-path.ts";

const taken = expect.objectContaining({ code: "SAGA_STORE_TAKEN" });

test("an owner that was paused while another opened the file cannot commit any more", async () => {
  const path = freshDatabasePath();
  const store = openSqlite(path);
  await store.commit([writeSet(1)]);
  // Somebody believes that it is dead, and breaks its lock.
  rmSync(`${path}.lock`);
  const next = startProcess("lock-holder.ts", path);
  await once(next, "message");

  await expect(store.commit([writeSet(2)])).rejects.toThrow(taken);

  // For good: also what would only read.
  await expect(store.load(key)).rejects.toThrow(taken);
  await expect(store.extendLeases([{ ...key, ...effectRecord() }], 1)).rejects.toThrow(taken);
  await killProcess(next);
  await store.close();
  const after = openSqlite(path);
  expect((await after.load(key))?.record.revision).toBe(1);
  await after.close();
});

test.each(["deleted", "exchanged"])(
  "an owner whose file was %s cannot commit any more",
  async (how) => {
    const path = freshDatabasePath();
    const store = openSqlite(path);
    await store.commit([writeSet(1)]);
    const other = freshDatabasePath();
    new Database(other).exec("VACUUM").close();

    if (how === "deleted") rmSync(path);
    else renameSync(other, path);

    await expect(store.commit([writeSet(2)])).rejects.toThrow(taken);
    await store.close();
  },
);
