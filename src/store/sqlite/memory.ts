/**
 * A database in memory that is opened again and again, each time on rows as they lay at some moment: for tests that let
 * a process die thousands of times. Its connection, its schema and its statements stay.
 */
import type { Database, Statement } from "better-sqlite3";
import type { EffectRecord, Store } from "../store.ts";
import { MEMORY, openConnection } from "./connection.ts";
import { toStore } from "./open.ts";

/** The rows of all tables, in the order of the tables: those that others refer to come first. */
export type Rows = readonly (readonly (readonly unknown[])[])[];

interface StoredTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly read: Statement<[]>;
  readonly clear: Statement<[]>;
  readonly insert: Statement;
}

/** A test has one instance, and its kin. */
const HEADS_MAX = 100;

/** What was, and what nobody goes by: an entry of a journal is in the hash that its instance has of it. */
const UNTOLD: ReadonlySet<string> = new Set(["journal", "sqlite_sequence", "meta"]);

/** A row, by its columns. */
export type ToldRow = Readonly<Record<string, unknown>>;

/** Rows, by their tables. */
export type Told = Readonly<Record<string, readonly ToldRow[]>>;

export class MemoryDatabase {
  readonly #client: Database = openConnection(MEMORY);
  readonly #tables: readonly StoredTable[] = tablesOf(this.#client);

  /** Opens it as a new owner does. One store at a time; what another one has written is gone. `null`: it is new. */
  open(rows: Rows | null): Store {
    this.#fill(rows);
    const lent = { isLent: true, headsMax: HEADS_MAX, release: () => {} };
    return toStore(this.#client, { file: MEMORY, options: {}, ...lent });
  }

  // Foreign keys stay on: SQLite prepares all statements anew whenever they are switched.
  #fill(rows: Rows | null): void {
    const fill = this.#client.transaction(() => {
      for (const { clear } of this.#tables.toReversed()) clear.run();
      for (const [index, { insert }] of this.#tables.entries()) {
        for (const row of rows?.[index] ?? []) insert.run(...row);
      }
    });
    fill.immediate();
  }

  /** As a process leaves rows that has begun none of the attempts that the last one was making. */
  unclaimed(rows: Rows): Rows {
    const epoch = this.#cell(rows, "meta", "epoch");
    const columns = this.#tables.find(({ name }) => name === "outbox")?.columns ?? [];
    const [owner, status] = [columns.indexOf("owner"), columns.indexOf("status")];
    const isHeld = (row: readonly unknown[]): boolean =>
      row[owner] === epoch && row[status] === ("live" satisfies EffectRecord["status"]);
    const lease = new Set([owner, columns.indexOf("lease_until_ms")]);
    const free = (row: readonly unknown[]): readonly unknown[] =>
      isHeld(row) ? row.map((cell, at) => (lease.has(at) ? null : cell)) : row;
    return this.#tables.map(({ name }, index) => {
      const found = rows[index] ?? [];
      return name === "outbox" ? found.map(free) : found;
    });
  }

  /** What is committed, as a process that dies now would leave it. */
  rows(): Rows {
    return this.#tables.map(({ read }) => read.all() as unknown[][]);
  }

  /**
   * All that decides what comes next. Of openings it tells only whether a lease is of the last one: which number that has
   * decides nothing. Nor does it matter until when an attempt was lost once that is over.
   */
  tell(rows: Rows, nowMs: number): Told {
    const epoch = this.#cell(rows, "meta", "epoch");
    const told = this.#tables.flatMap(({ name, columns }, index) => {
      if (UNTOLD.has(name)) return [];
      const found = (rows[index] ?? []).map((row) =>
        Object.fromEntries(columns.map((column, at) => [column, row[at]])),
      );
      return [[name, name === "outbox" ? found.map((row) => leaseOf(row, epoch, nowMs)) : found]];
    });
    return Object.fromEntries(told) as Told;
  }

  close(): void {
    this.#client.close();
  }

  #cell(rows: Rows, table: string, column: string): unknown {
    return rows[this.#tables.findIndex(({ name }) => name === table)]?.[0]?.[
      this.#column(table, column)
    ];
  }

  #column(table: string, column: string): number {
    return this.#tables.find(({ name }) => name === table)?.columns.indexOf(column) ?? -1;
  }
}

function leaseOf(row: ToldRow, epoch: unknown, nowMs: number): ToldRow {
  const { owner, lost_until_ms: lostUntilMs } = row;
  return {
    ...row,
    owner: owner === null ? null : owner === epoch,
    lost_until_ms: lostUntilMs === null || Number(lostUntilMs) <= nowMs ? null : lostUntilMs,
  };
}

function tablesOf(client: Database): readonly StoredTable[] {
  const names = client
    // All references are to instances, which come first.
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name <> 'instances', name",
    )
    .pluck()
    .all();
  return names.map((name) => {
    // What SQLite works out is not given to it.
    const columns = client
      .prepare<[string], string>("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0")
      .pluck()
      .all(name);
    const listed = columns.map((column) => `"${column}"`).join(", ");
    const values = columns.map(() => "?").join(", ");
    return {
      name,
      columns,
      read: client.prepare<[]>(`SELECT ${listed} FROM "${name}"`).raw(),
      clear: client.prepare<[]>(`DELETE FROM "${name}"`),
      insert: client.prepare(`INSERT INTO "${name}" (${listed}) VALUES (${values})`),
    };
  });
}
