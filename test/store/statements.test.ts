/** Statements: described once for the process, prepared on each connection when they are first used. */
import Database from "better-sqlite3";
import { eq, placeholder, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { afterEach, describe, expect, test } from "vitest";
import { boundColumns } from "../../src/store/sqlite/columns.ts";
import {
  describeColumn,
  describeRead,
  describeWrite,
  type Prepare,
} from "../../src/store/sqlite/statements.ts";

const parcels = sqliteTable("parcels", {
  key: integer("key").primaryKey(),
  isSent: integer("is_sent", { mode: "boolean" }).notNull(),
  tags: text("tags", { mode: "json" }).$type<readonly string[]>(),
  label: text("label"),
});
const houses = sqliteTable("houses", {
  key: integer("key").primaryKey(),
  parcel: integer("parcel").notNull(),
});

const open: Database.Database[] = [];
afterEach(() => open.splice(0).forEach((client) => client.close()));

function connect(): Database.Database {
  const client = new Database(":memory:");
  open.push(client);
  client.exec(
    "CREATE TABLE parcels (key INTEGER PRIMARY KEY, is_sent INTEGER NOT NULL, tags TEXT, label TEXT);" +
      "CREATE TABLE houses (key INTEGER PRIMARY KEY, parcel INTEGER NOT NULL);",
  );
  return client;
}

const prepareInsert = describeWrite<typeof parcels.$inferSelect>((db) =>
  db.insert(parcels).values(boundColumns(parcels)),
);

test("a query is described once, however many connections it is prepared on", () => {
  let described = 0;
  const prepare = describeRead((db) => {
    described += 1;
    return db.select().from(parcels);
  });

  const rows = [connect(), connect(), connect()].map((client) => {
    prepareInsert(client).run({ key: 1, isSent: true, tags: ["a"], label: null });
    return prepare(client).all();
  });

  expect(described).toBe(1);
  const row = { key: 1, isSent: true, tags: ["a"], label: null };
  expect(rows).toEqual([[row], [row], [row]]);
});

test("a query that is never asked is neither described nor prepared", () => {
  const prepare = describeRead((): never => {
    throw new Error("described");
  }) as Prepare<{ all(): unknown }>;
  const prepared = prepare(connect());

  expect(() => prepared.all()).toThrow("described");
});

describe("rows are read as Drizzle reads them", () => {
  test.each([
    ["values", { key: 1, isSent: true, tags: ["a", "b"], label: "x" }],
    ["nulls", { key: 1, isSent: false, tags: null, label: null }],
  ])("%s", (_, row) => {
    const client = connect();
    prepareInsert(client).run(row);

    const found = describeRead((db) => db.select().from(parcels))(client).all();

    expect(found).toEqual(drizzle(client).select().from(parcels).all());
    expect(found).toEqual([row]);
  });

  test("those of a join, in their groups", () => {
    const client = connect();
    prepareInsert(client).run({ key: 7, isSent: true, tags: ["a"], label: null });
    client.exec("INSERT INTO houses VALUES (3, 7)");
    const fields = { house: houses.key, row: parcels, twice: sql<number>`${houses.parcel} * 2` };

    const find = describeRead((db) =>
      db
        .select(fields)
        .from(houses)
        .innerJoin(parcels, eq(parcels.key, houses.parcel))
        .where(eq(houses.key, placeholder("key"))),
    )(client);

    const row = { key: 7, isSent: true, tags: ["a"], label: null };
    expect(find.get({ key: 3 })).toEqual({ house: 3, row, twice: 14 });
    expect(find.get({ key: 4 })).toBeUndefined();
  });
});

test("a value that is not given is an error, and not NULL", () => {
  const find = describeColumn<{ key: number }>((db) =>
    db
      .select({ label: parcels.label })
      .from(parcels)
      .where(eq(parcels.key, placeholder("key"))),
  )(connect());

  expect(() => find.get({} as never)).toThrow('a query lacks the value of "key"');
});
