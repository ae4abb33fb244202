/** What a user's code may do inside a transaction of the store, and what it may not. */
import Database from "better-sqlite3";
import { sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../src/index.ts";
import type { SqliteTransaction, Store } from "../../src/index.ts";
import { openConnection } from "../../src/store/sqlite/connection.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { writeSet } from "../../src/testing/store-records.ts";
import { createSales, sales } from "../fixtures/sale.ts";
import { freshDatabasePath } from "./database-path.ts";

const row = { saleId: "s-1", cents: 1 };

function openStore(path = ":memory:"): Store {
  const store = openSqlite(path, { setup: createSales });
  onTestFinished(() => store.close());
  return store;
}

/** Commits revision 1 of an instance with what `work` writes; answers the outcome, or the error. */
function commit(store: Store, work: (tx: SqliteTransaction) => unknown): Promise<unknown> {
  if (store.commitWith === undefined) throw new Error("the store has no transactions");
  return store
    .commitWith((tx) => (work(tx as SqliteTransaction), writeSet(1)))
    .catch((error: unknown) => error);
}

function salesOf(store: Store): Promise<unknown> {
  let found: unknown;
  return commit(store, (tx) => {
    found = tx.select().from(sales).all();
    throw new Error("only looking");
  }).then(() => found);
}

test.each([
  ["BEGIN"],
  ["COMMIT"],
  ["END TRANSACTION"],
  ["ROLLBACK"],
  ["  -- done\n /* really */ ; commit"],
  ["PRAGMA synchronous = OFF"],
  ["ATTACH DATABASE ':memory:' AS other"],
  ["VACUUM"],
])("%j is refused in words, and nothing is written", async (statement) => {
  const store = openStore();

  const error = await commit(store, (tx) => {
    tx.insert(sales).values(row).run();
    tx.run(sql.raw(statement));
  });

  expect(error).toMatchObject({
    code: "SAGA_TRANSACTION_INVALID",
    message: expect.stringContaining("the transaction of an activity takes no") as string,
  });
  expect(await salesOf(store)).toEqual([]);
});

test("a savepoint of the user's own undoes a part", async () => {
  const store = openStore();

  const outcome = await commit(store, (tx) => {
    tx.insert(sales).values(row).run();
    try {
      tx.transaction((nested) => {
        nested.insert(sales).values({ saleId: "s-2", cents: 2 }).run();
        nested.transaction((inner) => inner.delete(sales).run());
        nested.rollback();
      });
    } catch {
      // The part that it undid.
    }
  });

  expect(outcome).toBe("committed");
  expect(await salesOf(store)).toEqual([row]);
});

test("a transaction that SQLite rolled back does not go on without one", async () => {
  const store = openStore();

  const error = await commit(store, (tx) => {
    tx.insert(sales).values(row).run();
    try {
      tx.run(sql`INSERT OR ROLLBACK INTO shop_sales VALUES ('s-1', 2)`);
    } catch {
      // As if it did not matter.
    }
    tx.insert(sales).values({ saleId: "s-2", cents: 1 }).run();
  });

  expect(error).toMatchObject({ code: "SAGA_TRANSACTION_INVALID" });
  expect(await salesOf(store)).toEqual([]);
});

test("tx is of no use after its function, nor is a query that was prepared with it", async () => {
  const store = openStore();
  let kept: SqliteTransaction | undefined;
  let prepared: { run: () => unknown } | undefined;
  await commit(store, (tx) => {
    kept = tx;
    prepared = tx.insert(sales).values(row).prepare();
  });

  expect(() => kept?.insert(sales).values(row).run()).toThrow("tx was used after the function");
  expect(() => kept?.transaction(() => {})).toThrow("tx was used after the function");
  expect(() => prepared?.run()).toThrow("tx was used after the function");
  expect(await salesOf(store)).toEqual([]);
});

test("a disk that is full is no news for a chart, even if the user's code catches it", async () => {
  const client = openConnection(freshDatabasePath());
  client.exec("CREATE TABLE shop_sales (sale_id TEXT PRIMARY KEY, cents INTEGER NOT NULL)");
  const store = new SqliteStore({ client, epoch: 1, release: () => {} });
  onTestFinished(() => store.close());

  // As if the disk had room for no more than there is.
  client.pragma(`max_page_count = ${String(client.pragma("page_count", { simple: true }))}`);
  const error = await commit(store, (tx) => {
    try {
      tx.insert(sales)
        .values({ saleId: "x".repeat(100_000), cents: 1 })
        .run();
    } catch {
      // As if it did not matter.
    }
  });
  client.pragma("max_page_count = 100000");

  expect(error).toMatchObject({ code: "SAGA_STORE_FULL" });
  expect(await salesOf(store)).toEqual([]);
});

test("setup is undone and nothing stays open if it throws", () => {
  const path = freshDatabasePath();
  const failing = (tx: SqliteTransaction): void => {
    createSales(tx);
    throw new Error("no such migration");
  };

  expect(() => openSqlite(path, { setup: failing })).toThrow("no such migration");

  const reader = new Database(path, { readonly: true });
  const tables = reader.prepare("SELECT name FROM sqlite_schema WHERE name = 'shop_sales'").all();
  reader.close();
  expect(tables).toEqual([]);
  openStore(path);
});
