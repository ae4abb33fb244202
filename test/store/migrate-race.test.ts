import { once } from "node:events";
import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { writeSet } from "../../src/testing/store-records.ts";
import { killProcess, startProcess } from "./child-process.ts";
import { freshDatabasePath } from "./database-path.ts";

const STARTERS = 3;
const RACES = 2;
const KILLS = 4;
const KILL_MS_MAX = 120;

test("of three that start at once one migrates, and the others are refused or find it done", async () => {
  for (let race = 1; race <= RACES; race++) {
    const path = await oldDatabase();

    const told = await Promise.all(
      Array.from({ length: STARTERS }, () => outputOf(startProcess("migrating-process.ts", path))),
    );

    expect(told.filter((text) => text.includes("\nmigrated")).length).toBe(1);
    for (const text of told) expect(text).toMatch(/migrated|SAGA_STORE_LOCKED/);
    expect(contentsOf(path)).toEqual({ schema: 2, notes: 20_000, faults: 1 });
    expect(contentsOf(`${path}.pre-2`)).toEqual({ schema: 1, notes: null, faults: 0 });
  }
});

test("a migration that is killed is made whole by the next start, or was", async () => {
  const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
  console.log(`migrate-race.test.ts: SEED=${seed}`);
  const found = { before: 0, after: 0 };
  for (let round = 0; round < KILLS; round++) {
    const path = await oldDatabase();
    const child = startProcess("migrating-process.ts", path);
    if (child.stdout === null) throw new Error("the output of the process is not piped");
    await once(child.stdout, "data");
    await waitMs((seed * (round + 1)) % KILL_MS_MAX);
    await killProcess(child);

    const { schema, notes, faults } = contentsOf(path);

    const whole = { schema: 2, notes: 20_000, faults: 1 };
    const untouched = { schema: 1, notes: null, faults: 0 };
    expect([whole, untouched]).toContainEqual({ schema, notes, faults });
    found[schema === 2 ? "after" : "before"] += 1;
    await outputOf(startProcess("migrating-process.ts", path));
    expect(contentsOf(path)).toEqual({ schema: 2, notes: 20_000, faults: 1 });
    expect(existsSync(`${path}.pre-2`)).toBe(true);
  }
  console.log(`migrate-race.test.ts: ${found.before} undone, ${found.after} done when killed`);
});

async function oldDatabase(): Promise<string> {
  const path = freshDatabasePath();
  const store = openSqlite(path);
  await store.commit([writeSet(1)]);
  await store.close();
  return path;
}

function contentsOf(path: string): { schema: number; notes: number | null; faults: number } {
  const client = new Database(path);
  const one = (sql: string): number => Number(client.prepare(sql).pluck().get());
  const hasNotes = one("SELECT count(*) FROM sqlite_schema WHERE name = 'notes'") === 1;
  const found = {
    schema: Number(client.pragma("user_version", { simple: true })),
    notes: hasNotes ? one("SELECT count(*) FROM notes") : null,
    faults: one("SELECT count(*) FROM instances WHERE fault IS NOT NULL"),
  };
  expect(client.pragma("integrity_check", { simple: true })).toBe("ok");
  client.close();
  return found;
}

async function outputOf(child: ReturnType<typeof startProcess>): Promise<string> {
  let text = "";
  child.stdout?.on("data", (part: Buffer) => (text += part.toString()));
  await once(child, "close");
  return text;
}

/** For a moment of another process that nobody can be told of. */
function waitMs(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
