import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { writeSet } from "../../src/testing/store-records.ts";
import { killProcess, startProcess } from "./child-process.ts";
import { freshDatabasePath } from "./database-path.ts";

const REFUSAL_MS_MAX = 1_000;

test("a second process is refused at once, and admitted when the first was killed", async () => {
  const path = freshDatabasePath();
  const holder = startProcess("lock-holder.ts", path);
  await once(holder, "message");

  const start = performance.now();
  expect(() => openSqlite(path)).toThrow(
    expect.objectContaining({
      code: "SAGA_STORE_LOCKED",
      message: `"${path}" is in use by another store; stop the process that has it open, or give another path`,
    }),
  );
  expect(performance.now() - start).toBeLessThan(REFUSAL_MS_MAX);

  await killProcess(holder);

  const store = openSqlite(path);
  expect(await store.commit([writeSet(1)])).toEqual(["committed"]);
  await store.close();
});

test("a store that was forgotten without being closed is still open", async () => {
  const path = freshDatabasePath();
  // The holder lets the garbage collector run over a store that it refers to no longer.
  const holder = startProcess("lock-holder.ts", path);
  await once(holder, "message");

  expect(() => openSqlite(path)).toThrow(expect.objectContaining({ code: "SAGA_STORE_LOCKED" }));
});

test("a paused process keeps its store", async () => {
  const path = freshDatabasePath();
  const holder = startProcess("lock-holder.ts", path);
  await once(holder, "message");

  holder.kill("SIGSTOP");

  expect(() => openSqlite(path)).toThrow(expect.objectContaining({ code: "SAGA_STORE_LOCKED" }));
});

test("a database is opened once within a process too, and its first owner keeps it", async () => {
  const path = freshDatabasePath();
  const store = openSqlite(path);

  for (let round = 1; round <= 2; round++) {
    expect(() => openSqlite(path)).toThrow(expect.objectContaining({ code: "SAGA_STORE_LOCKED" }));
  }

  expect(await store.commit([writeSet(1)])).toEqual(["committed"]);
  await store.close();
});

test("a symbolic link to a database is the same database", async () => {
  const path = freshDatabasePath();
  const link = freshDatabasePath();
  const store = openSqlite(path);
  symlinkSync(path, link);

  expect(() => openSqlite(link)).toThrow(expect.objectContaining({ code: "SAGA_STORE_LOCKED" }));

  await store.close();
});

test("each database in memory is a store of its own", async () => {
  const first = openSqlite(":memory:");
  const second = openSqlite(":memory:");

  expect(await first.commit([writeSet(1)])).toEqual(["committed"]);
  expect(await second.commit([writeSet(1)])).toEqual(["committed"]);
  await first.close();
  await second.close();
});

test("closing gives the database to the next owner", async () => {
  const path = freshDatabasePath();
  await openSqlite(path).close();

  const holder = startProcess("lock-holder.ts", path);

  expect(await once(holder, "message")).toEqual(["held", undefined]);
  await killProcess(holder);
});
