/** Heads: what is known of a row from the commit before is compared with the file, and never believed against it. */
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { effectRecord, key, writeSet } from "../../src/testing/store-records.ts";
import { freshDatabasePath } from "./database-path.ts";

/** A store with an instance at revision 2, and somebody who writes to its file behind its back. */
async function begun() {
  const path = freshDatabasePath();
  const store = openSqlite(path);
  await store.commit([writeSet(1)]);
  await store.commit([writeSet(2)]);
  const behind = (statement: string): void => {
    const client = new Database(path);
    client.pragma("foreign_keys = OFF");
    client.exec(statement);
    client.close();
  };
  return { store, behind };
}

test.each([
  ["revision", "UPDATE instances SET revision = 7"],
  ["name", "UPDATE instances SET instance_id = 'o-2'"],
])("a row whose %s is another in the file is not written", async (_, statement) => {
  const { store, behind } = await begun();
  behind(statement);

  expect(await store.commit([writeSet(3)])).toEqual(["revision"]);

  await store.close();
});

test("a row that lies elsewhere in the file is found again", async () => {
  const { store, behind } = await begun();
  behind("UPDATE instances SET key = 99; UPDATE journal SET instance = 99");

  expect(await store.commit([writeSet(3)])).toEqual(["committed"]);

  expect(await store.load(key)).toMatchObject({ record: { revision: 3 }, damage: null });
  await store.close();
});

test("a row that lies elsewhere than it was read from is found again", async () => {
  const { store, behind } = await begun();
  const [before] = await store.loadMany([key]);
  behind("UPDATE instances SET key = 99; UPDATE journal SET instance = 99");

  expect(await store.commit([writeSet(3)])).toEqual(["committed"]);

  expect(before?.record.revision).toBe(2);
  expect(await store.load(key)).toMatchObject({ record: { revision: 3 }, damage: null });
  await store.close();
});

test("what was rolled back is not known any more", async () => {
  const { store } = await begun();
  const other = { ...key, instanceId: "o-2" };
  const lacks = writeSet(2, { key: other, effectFinished: effectRecord() });
  await store.commit([writeSet(1, { key: other })]);

  // The second has to be left out, so the first is written once more.
  expect(await store.commit([writeSet(3), lacks])).toEqual(["committed", "effect"]);
  expect(await store.commit([writeSet(4), writeSet(2, { key: other })])).toEqual([
    "committed",
    "committed",
  ]);

  for (const name of [key, other]) expect((await store.load(name))?.damage).toBeNull();
  await store.close();
});
