/**
 * A connection whose transactions fail as a disk and its neighbours make them fail. The store above it is the real
 * one, so what it makes of each error is part of the simulation; so is SQLite below it.
 */
import Database from "better-sqlite3";

/** What may happen around a transaction; each may throw instead. */
export interface Occasions {
  /** Before it begins. */
  readonly onBegin: () => void;
  /** At its end: all rows are written. `commit` makes them durable. */
  readonly onCommit: (commit: () => void) => void;
}

/** The statements of a connection that were prepared, by their texts and modes. */
export type Prepared = Map<string, Database.Statement>;

/** The same connection, with `occasions` around its transactions. What one process has prepared the next need not. */
export function withOccasions(
  client: Database.Database,
  prepared: Prepared,
  { onBegin, onCommit }: Occasions,
): Database.Database {
  const driver = Object.create(client) as Database.Database;
  const prepare = (text: string): unknown => {
    const statement = onFirstUse(client, prepared, text);
    if (text === "BEGIN IMMEDIATE") {
      const run = (): void => {
        onBegin();
        statement.run();
      };
      return { run };
    }
    if (text === "COMMIT") return { run: () => onCommit(() => void statement.run()) };
    return statement;
  };
  Object.defineProperty(driver, "prepare", { value: prepare });
  // The process closes it; the disk stays.
  Object.defineProperty(driver, "close", { value: () => driver });
  return driver;
}

/** A process that soon dies uses few of its statements: most need not be prepared. */
function onFirstUse(
  client: Database.Database,
  prepared: Prepared,
  text: string,
): Database.Statement {
  let made: Database.Statement | undefined;
  const modes: ("pluck" | "raw")[] = [];
  const make = (): Database.Statement => {
    const name = `${modes.join(" ")} ${text}`;
    const known = prepared.get(name);
    if (known !== undefined) return known;
    const statement = client.prepare(text);
    for (const mode of modes) statement[mode]();
    prepared.set(name, statement);
    return statement;
  };
  const statement = (): Database.Statement => (made ??= make());
  const inMode = (mode: "pluck" | "raw") => () => {
    modes.push(mode);
    return lazy;
  };
  const lazy = {
    run: (...given: unknown[]) => statement().run(...given),
    get: (...given: unknown[]) => statement().get(...given),
    all: (...given: unknown[]) => statement().all(...given),
    pluck: inMode("pluck"),
    raw: inMode("raw"),
  } as unknown as Database.Statement;
  return lazy;
}

export function sqliteError(code: string): Error {
  return new Database.SqliteError(`simulated ${code}`, code);
}
