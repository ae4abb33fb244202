/** What a store does for the day when its disk is full: space set aside, and a probe that asks whether there is some again. */
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { ballastPath, keepBallast } from "../../src/store/sqlite/ballast.ts";
import { probeDatabase } from "../../src/store/sqlite/probe.ts";
import { freshDatabasePath } from "./database-path.ts";

test("ballast is made once, for its owner alone, and a smaller one is left as it is", async () => {
  const path = freshDatabasePath();

  const first = await keepBallast(path, 3_000_000);
  const { size, mode } = statSync(ballastPath(path));
  writeFileSync(ballastPath(path), "what was left of it");
  const second = await keepBallast(path, 3_000_000);

  expect([first, second]).toEqual(["made", "there"]);
  expect([size, mode & 0o777]).toEqual([3_000_000, 0o600]);
  expect(statSync(ballastPath(path)).size).toBeLessThan(100);
});

test("ballast of no size is not made, nor one that would fill the disk", async () => {
  const path = freshDatabasePath();

  expect(await keepBallast(path, 0)).toBe("unwanted");
  // A petabyte.
  expect(await keepBallast(path, 1e15)).toBe("no-room");
  expect(readdirSync(dirname(path))).toEqual([]);
});

test("a probe tells that another has the lock, at once, and leaves the patience and the folder as they were", () => {
  const path = freshDatabasePath();
  const [client, other] = [new Database(path), new Database(path)];
  onTestFinished(() => {
    client.close();
    other.close();
  });
  client.pragma("journal_mode = WAL");
  client.exec("CREATE TABLE notes (text)");
  client.pragma("busy_timeout = 60000");
  other.exec("BEGIN IMMEDIATE");

  expect(() => probeDatabase(client)).toThrow(expect.objectContaining({ code: "SQLITE_BUSY" }));
  const patience = client.pragma("busy_timeout", { simple: true });
  other.exec("ROLLBACK");
  probeDatabase(client);

  expect(patience).toBe(60_000);
  expect(client.inTransaction).toBe(false);
  expect(existsSync(`${path}.probe`)).toBe(false);
});
