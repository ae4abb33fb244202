/**
 * XState and Drizzle as one writes it by hand: an actor, and each snapshot of it put into a row before anything
 * else happens. The same chart as ours; no journal, no outbox, no fences, nothing found again after a crash.
 */
import { join } from "node:path";
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { sql } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { createActor, fromPromise } from "xstate";
import { orderSaga } from "../subjects/four-steps.ts";
import { LEVELS, order, runPeer } from "./run.mjs";

const snapshots = sqliteTable("snapshots", {
  id: text("id").primaryKey(),
  state: text("state").notNull(),
  snapshot: text("snapshot", { mode: "json" }).notNull(),
  updatedAt: integer("updated_at").notNull(),
});

const machine = orderSaga.machine.provide({
  actors: Object.fromEntries(
    Object.entries(orderSaga.activities).map(([name, work]) => [name, fromPromise(() => work({}))]),
  ),
});

await runPeer(async ({ folder, prepared }) => {
  const client = new Database(join(folder, "xstate.db"));
  client.pragma("journal_mode = WAL");
  client.pragma("synchronous = FULL");
  const db = drizzle(client);
  client.exec(
    "CREATE TABLE snapshots (id TEXT PRIMARY KEY, state TEXT NOT NULL, snapshot TEXT NOT NULL, updated_at INTEGER NOT NULL)",
  );
  const save = prepared ? prepareSave(db) : (row) => saveBuilt(db, row);

  return {
    settings: `synchronous=${LEVELS[client.pragma("synchronous", { simple: true })]}`,
    run: (id) =>
      new Promise((resolve, reject) => {
        const actor = createActor(machine, { id, input: order });
        const keep = () => {
          const snapshot = actor.getPersistedSnapshot();
          save({ id, state: JSON.stringify(snapshot.value), snapshot, updatedAt: Date.now() });
        };
        actor.subscribe({ next: keep, complete: resolve, error: reject });
        actor.start();
      }),
  };
});

function saveBuilt(db, { id, ...rest }) {
  db.insert(snapshots)
    .values({ id, ...rest })
    .onConflictDoUpdate({ target: snapshots.id, set: rest })
    .run();
}

function prepareSave(db) {
  const names = ["id", "state", "snapshot", "updatedAt"];
  const values = Object.fromEntries(names.map((name) => [name, sql.placeholder(name)]));
  const { id: _, ...rest } = values;
  const statement = db
    .insert(snapshots)
    .values(values)
    .onConflictDoUpdate({ target: snapshots.id, set: rest })
    .prepare();
  return (row) => statement.run(row);
}
