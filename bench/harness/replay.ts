/**
 * The machine's limit for recorded batches: the same rows, written by raw prepared statements of better-sqlite3 in
 * transactions of the same size with the same settings, and nothing else around them. It even knows beforehand
 * which columns of a row will differ.
 */
import type { Database, Statement } from "better-sqlite3";
import { openConnection } from "../../src/store/sqlite/connection.ts";
import { openSqlite } from "../../src/index.ts";
import type { Batches, Change } from "./recorder.ts";

/** How a replay differs from the limit itself. */
export interface Changed {
  /** Left out: `FULL`, as the store has it. */
  readonly synchronous?: "FULL" | "OFF";
  /** Called before the clock runs. */
  readonly alter?: (db: Database) => void;
}

export interface Replay {
  /** Writes all batches. */
  run(this: void): void;
  close(): void;
}

/** Writes all batches into a new file with our schema; gives the milliseconds that it took. */
export async function replay(path: string, batches: Batches): Promise<number> {
  const replaying = await prepareReplay(path, batches);
  const begunAt = performance.now();
  replaying.run();
  const tookMs = performance.now() - begunAt;
  replaying.close();
  return tookMs;
}

/** All that is done before the clock runs. */
export async function prepareReplay(
  path: string,
  batches: Batches,
  { synchronous = "FULL", alter = () => {} }: Changed = {},
): Promise<Replay> {
  await openSqlite(path).close();
  const db = openConnection(path);
  db.pragma(`synchronous = ${synchronous}`);
  alter(db);
  const { texts, written } = toPlan(batches);
  const statements: readonly Statement[] = texts.map((text) => db.prepare(text));
  const [begin, commit] = [db.prepare("BEGIN IMMEDIATE"), db.prepare("COMMIT")];

  return {
    run() {
      for (const batch of written) {
        begin.run();
        for (const { text, values } of batch) statements[text]?.run(...values);
        commit.run();
      }
    },
    close: () => void db.close(),
  };
}

/** The texts of statements, and for each row the index of its text and what is bound. */
interface Plan {
  readonly texts: readonly string[];
  readonly written: readonly (readonly Written[])[];
}

interface Written {
  readonly text: number;
  readonly values: readonly unknown[];
}

// The same batches are written again in each round.
const plans = new WeakMap<Batches, Plan>();

function toPlan(batches: Batches): Plan {
  const known = plans.get(batches);
  if (known !== undefined) return known;
  const indexes = new Map<string, number>();
  const written = batches.map((batch) =>
    batch.map((change) => {
      const sql = toSql(change);
      const text = indexes.get(sql) ?? indexes.size;
      indexes.set(sql, text);
      return { text, values: toValues(change) };
    }),
  );
  const plan = { texts: [...indexes.keys()], written };
  plans.set(batches, plan);
  return plan;
}

function toSql({ table, operation, columns }: Change): string {
  const names = columns.map((column) => `"${column}"`);
  switch (operation) {
    case "insert": {
      const marks = columns.map(() => "?").join(", ");
      return `INSERT INTO "${table}" (${names.join(", ")}) VALUES (${marks})`;
    }
    case "update":
      return `UPDATE "${table}" SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE rowid = ?`;
    case "delete":
      return `DELETE FROM "${table}" WHERE rowid = ?`;
  }
}

function toValues({ operation, rowid, values }: Change): unknown[] {
  return operation === "insert" ? [...values] : [...values, rowid];
}
