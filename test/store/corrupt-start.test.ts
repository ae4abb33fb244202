import { once } from "node:events";
import {
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { SagaError } from "../../src/errors.ts";
import { checkLocal } from "../../src/store/sqlite/database-path.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { key, writeSet } from "../../src/testing/store-records.ts";
import { killProcess, startProcess } from "./child-process.ts";
import { freshDatabasePath } from "./database-path.ts";

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** What happens to the file of a store that was closed in order, and what the next opening says to it. */
const misfortunes: readonly {
  name: string;
  happen: (path: string) => Promise<void> | void;
  code: string;
  why?: string;
}[] = [
  { name: "is deleted", happen: (path) => rmSync(path), code: "SAGA_STORE_MISMATCH", why: "lost" },
  {
    name: "is empty",
    happen: (path) => truncateSync(path),
    code: "SAGA_STORE_MISMATCH",
    why: "lost",
  },
  {
    name: "is a new database",
    happen: (path) => {
      rmSync(path);
      new Database(path).exec("VACUUM").close();
    },
    code: "SAGA_STORE_MISMATCH",
    why: "lost",
  },
  {
    name: "is another store",
    happen: async (path) => writeFileSync(path, readFileSync(await closedStore(9))),
    code: "SAGA_STORE_MISMATCH",
    why: "other",
  },
  {
    name: "is a copy from before",
    happen: async (path) => {
      const before = readFileSync(path);
      await commitTo(path, 3);
      writeFileSync(path, before);
    },
    code: "SAGA_STORE_MISMATCH",
    why: "older",
  },
  {
    name: "is cut off",
    happen: (path) => truncateSync(path, statSync(path).size - 4_096),
    code: "SAGA_STORE_DAMAGED",
  },
  {
    name: "is cut off in its header",
    happen: (path) => truncateSync(path, 50),
    code: "SAGA_STORE_DAMAGED",
  },
  {
    name: "has a page of rubbish",
    happen: (path) => {
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.fill(0xa5, 3 * 4_096, 4 * 4_096));
    },
    code: "SAGA_STORE_DAMAGED",
  },
  {
    name: "is of another application",
    happen: (path) => {
      rmSync(path);
      new Database(path).exec("CREATE TABLE accounts (id)").close();
    },
    code: "SAGA_STORE_INVALID",
  },
  {
    name: "is no database",
    happen: (path) => writeFileSync(path, "x".repeat(9_999)),
    code: "SAGA_STORE_INVALID",
  },
  {
    name: "has an identity that cannot be read",
    happen: (path) => writeFileSync(`${path}.id`, "{"),
    code: "SAGA_STORE_MISMATCH",
    why: "unreadable",
  },
];

test.each(misfortunes)(
  "a store whose file $name is refused and never taken for a new one",
  async (one) => {
    const path = await closedStore(2);
    await one.happen(path);
    const before = existsSync(path) ? readFileSync(path) : null;

    const refusal = refusalOf(path);

    expect(refusal.code).toBe(one.code);
    expect(refusal.details["why"]).toBe(one.why);
    expect(refusal.message).toContain(path);
    expect(existsSync(path) ? readFileSync(path) : null).toEqual(before);
  },
);

test("a store that ended by kill -9 and whose WAL is gone is refused", async () => {
  const path = freshDatabasePath();
  await commitAndBeKilled(path);
  await openSqlite(path).close();
  await commitAndBeKilled(path);
  rmSync(`${path}-wal`);

  expect(refusalOf(path)).toMatchObject({ code: "SAGA_STORE_MISMATCH", details: { why: "older" } });
});

test("an operator who knows better deletes the identity, and what is there goes on", async () => {
  const path = await closedStore(2);
  const before = readFileSync(path);
  await commitTo(path, 3);
  writeFileSync(path, before);
  expect(refusalOf(path).message).toContain(`delete "${path}.id"`);

  rmSync(`${path}.id`);

  const store = openSqlite(path);
  expect((await store.load(key))?.record.revision).toBe(2);
  await store.close();
  await openSqlite(path).close();
});

test("a store moves with its identity, and a copy alone is a store of its own", async () => {
  const path = await closedStore(2);
  const moved = freshDatabasePath();
  const copy = freshDatabasePath();
  writeFileSync(copy, readFileSync(path));
  renameSync(path, moved);
  renameSync(`${path}.id`, `${moved}.id`);

  for (const place of [moved, copy]) {
    const store = openSqlite(place);
    expect((await store.load(key))?.record.revision).toBe(2);
    await store.close();
  }
});

test("an opening that was lost before its identity was written is no loss", async () => {
  const path = await closedStore(2);
  const identity = readFileSync(`${path}.id`);
  await openSqlite(path).close();
  writeFileSync(`${path}.id`, identity);

  await expect(openSqlite(path).close()).resolves.toBeUndefined();
});

test("all files of a store are its owner's alone", async () => {
  const path = freshDatabasePath();
  const umask = process.umask(0);
  const store = openSqlite(path);
  await store.commit([writeSet(1)]);
  process.umask(umask);

  const modes = ["", "-wal", "-shm", ".lock", ".id"].map((end) => modeOf(`${path}${end}`));

  expect(modes).toEqual([0o600, 0o600, 0o600, 0o600, 0o600]);
  await store.close();
});

test("a network file system is refused", () => {
  const tmpfs = 0x01021994;
  expect(() => checkLocal("/srv/sagas.db", tmpfs)).not.toThrow();
  for (const network of [0x6969, 0xff534d42, 0xfe534d42]) {
    expect(() => checkLocal("/srv/sagas.db", network)).toThrow(
      expect.objectContaining({ code: "SAGA_STORE_INVALID" }),
    );
  }
});

test("relaxed durability is asked for, read back, and warned of", async () => {
  const path = freshDatabasePath();

  const relaxed = openSqlite(path, { durability: "relaxed" });
  const remarks = relaxed.remarks?.() ?? [];
  expect(await relaxed.commit([writeSet(1)])).toEqual(["committed"]);
  await relaxed.close();
  const full = openSqlite(path);

  expect(remarks.map(({ code }) => code)).toEqual(["durability-relaxed"]);
  expect(full.remarks?.()).toEqual([]);
  expect((await full.load(key))?.record.revision).toBe(1);
  await full.close();
});

/** A store in whose folder nothing else lies, closed after so many revisions. */
async function closedStore(revisions: number): Promise<string> {
  const path = join(dirname(freshDatabasePath()), "a.db");
  for (let revision = 1; revision <= revisions; revision++) await commitTo(path, revision);
  return path;
}

async function commitTo(path: string, revision: number): Promise<void> {
  const store = openSqlite(path);
  expect(await store.commit([writeSet(revision)])).toEqual(["committed"]);
  await store.close();
}

async function commitAndBeKilled(path: string): Promise<void> {
  const child = startProcess("committing-process.ts", path);
  if (child.stdout === null) throw new Error("the output of the process is not piped");
  await once(child.stdout, "data");
  await killProcess(child);
}

function refusalOf(path: string): SagaError {
  try {
    void openSqlite(path).close();
  } catch (error) {
    if (error instanceof SagaError) return error;
    throw error;
  }
  throw new Error("it was opened");
}
