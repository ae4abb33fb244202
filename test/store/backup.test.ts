/** Backups of a store that is open here, and is written to meanwhile. */
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { backUp } from "../../src/store/sqlite/backup.ts";
import { DatabaseFile } from "../../src/store/sqlite/inspect.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { databasePath } from "../fixtures/world.ts";

/** A store with a table of its own that takes a moment to copy. */
function openLarge(path: string) {
  const store = openSqlite(path, {
    setup: (tx) => {
      tx.run("CREATE TABLE IF NOT EXISTS my_rows (number INTEGER PRIMARY KEY, padding TEXT)");
      tx.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) " +
          "INSERT INTO my_rows SELECT i, hex(zeroblob(500)) FROM n",
      );
    },
  });
  onTestFinished(() => store.close());
}

test("the event loop turns while a backup is made, what is written meanwhile is kept, and the copy is as of one moment", async () => {
  const path = databasePath();
  openLarge(path);
  const target = join(dirname(path), "backup.db");
  const writer = new Database(path);
  onTestFinished(() => void writer.close());
  const [add, take] = [
    writer.prepare("INSERT INTO my_rows VALUES (?, '')"),
    writer.prepare("DELETE FROM my_rows WHERE number = ?"),
  ];
  let [turns, isDone] = [0, false];
  const moveARow = writer.transaction(() => (add.run(4_001 + turns), take.run(1 + turns)));
  const turn = (): void => {
    if (isDone || turns >= 4_000) return;
    moveARow();
    turns += 1;
    setImmediate(turn);
  };
  setImmediate(turn);

  await backUp(path, target);
  isDone = true;

  expect(turns).toBeGreaterThan(0);
  const copy = new Database(target, { readonly: true });
  onTestFinished(() => void copy.close());
  const seen = copy.prepare(
    "SELECT count(*) AS count, max(number) - min(number) AS span FROM my_rows",
  );
  // Each commit takes the first and adds one behind the last.
  expect(seen.get()).toEqual({ count: 4_000, span: 3_999 });
  const file = new DatabaseFile(target);
  onTestFinished(() => file.close());
  expect(file.verify().findings).toEqual([]);
});

test("of two backups to one name one gets it, and the other is refused", async () => {
  const path = databasePath();
  openLarge(path);
  const target = join(dirname(path), "backup.db");

  const ends = await Promise.allSettled([backUp(path, target), backUp(path, target)]);

  expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(ends.find(({ status }) => status === "rejected")).toMatchObject({
    reason: { code: "SAGA_COMMAND_INVALID" },
  });
  expect(readdirSync(dirname(path)).filter((name) => name.includes(".part"))).toEqual([]);
});

test("a backup that is not wanted any more gets no name", async () => {
  const path = databasePath();
  openLarge(path);
  const [target, stopping] = [join(dirname(path), "backup.db"), new AbortController()];

  const made = backUp(path, target, {
    signal: stopping.signal,
    onStarted: () => stopping.abort(),
  });

  await expect(made).rejects.toThrow(/abort/);
  expect(readdirSync(dirname(path)).filter((name) => name.startsWith("backup.db"))).toEqual([]);
});

test("a damaged file gives no backup", async () => {
  const path = databasePath();
  openLarge(path);
  const client = new Database(path);
  client.pragma("wal_checkpoint(TRUNCATE)");
  client.close();
  // The middle of the rows above; by a descriptor of its own it would drop the locks of this process.
  const middle = Math.floor(statSync(path).size / 2 / 4_096) * 4_096;
  execFileSync("dd", [
    "if=/dev/zero",
    `of=${path}`,
    "bs=4096",
    `seek=${middle / 4_096}`,
    "count=1",
    "conv=notrunc",
    "status=none",
  ]);

  const made = backUp(path, join(dirname(path), "backup.db"));

  await expect(made).rejects.toMatchObject({ code: "SAGA_STORE_DAMAGED" });
});
