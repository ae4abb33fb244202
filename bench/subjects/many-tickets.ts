/**
 * Files with very many tickets: one is opened by the runtime, the others are its rows under other ids, with the seals
 * and hashes that they have then, by raw statements that nothing is synced for. A million takes a minute or so.
 */
import Database from "better-sqlite3";
import { createRuntime, openSqlite } from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import { chainOfJournal, sealOfInstance, sealOfTimer } from "../../src/store/sqlite/row-seals.ts";
import { chainStart } from "../../src/store/sqlite/seal.ts";
import type { WriteSet } from "../../src/store/store.ts";
import { ticketSaga } from "../machines/ticket/index.ts";
import { dropIndexes, prepareFilling } from "./indexes.ts";
import { ticketId } from "./tickets.ts";

const TRANSACTION_TICKETS = 50_000;
/** The ticket that all are copies of. */
const TEMPLATE = "template";
const QUARTER_MS = 90 * 86_400_000;

export interface Fill {
  readonly count: number;
  /** When the timer of a ticket is due. */
  readonly dueAtMs: (index: number) => number;
}

/** Makes a file of `count` tickets that wait, and one more that they are copies of. */
export async function fillTickets(path: string, { count, dueAtMs }: Fill): Promise<void> {
  const template = await openTemplate(path);
  const db = new Database(path);
  prepareFilling(db);
  db.pragma("cache_size = -200000");
  const copy = prepareCopy(db, template);
  const buildIndexes = dropIndexes(db);
  for (let from = 0; from < count; from += TRANSACTION_TICKETS) {
    db.exec("BEGIN");
    for (let index = from; index < Math.min(count, from + TRANSACTION_TICKETS); index += 1) {
      copy(ticketId(index), dueAtMs(index));
    }
    db.exec("COMMIT");
  }
  buildIndexes();
  db.exec(
    "UPDATE places SET instances = (SELECT count(*) FROM instances WHERE instances.place = places.key)",
  );
  db.close();
  // So that the file is as a store leaves it.
  await openSqlite(path).close();
}

/** The write set by which the runtime opens a ticket. */
async function openTemplate(path: string): Promise<WriteSet> {
  const seen: WriteSet[] = [];
  const runtime = await createRuntime({
    store: seeing(openSqlite(path), (writeSets) => seen.push(...writeSets)),
    sagas: [ticketSaga],
  });
  const input = { subject: "a parcel is late", openMs: QUARTER_MS };
  await runtime.start(ticketSaga, { instanceId: TEMPLATE, input });
  await runtime.close();
  const [template] = seen;
  if (template === undefined) throw new Error("the ticket was not committed");
  return template;
}

function prepareCopy(
  db: Database.Database,
  template: WriteSet,
): (instanceId: string, dueAtMs: number) => void {
  const addInstance = prepareInsert(db, "instances", [
    "instance_id",
    "correlation_id",
    "head",
    "seal",
  ]);
  const addEntry = prepareInsert(db, "journal", ["instance", "hash"]);
  const addTimer = prepareInsert(db, "timers", ["instance", "due_at_ms", "seal"]);
  const [timer] = template.timersSet;
  if (timer === undefined) throw new Error("a ticket has no timer");
  return (instanceId, dueAtMs) => {
    const record = { ...template.instance, instanceId, correlationId: instanceId };
    const head = chainOfJournal(chainStart(record), template.journal);
    const seal = sealOfInstance(record, head);
    const instance = Number(addInstance(instanceId, instanceId, head, seal));
    addEntry(instance, head);
    addTimer(instance, dueAtMs, sealOfTimer(record, { ...timer, dueAtMs }));
  };
}

/** Copies the one row of a table, with a number of its own and other values in some columns. */
function prepareInsert(
  db: Database.Database,
  table: string,
  others: readonly string[],
): (...values: readonly unknown[]) => number | bigint {
  const row = db.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`).get() ?? {};
  const columns = Object.keys(row).slice(1);
  const kept = columns.filter((column) => !others.includes(column));
  const insert = db.prepare(
    `INSERT INTO ${table} (${[...others, ...kept].join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
  );
  const same = kept.map((column) => row[column]);
  return (...values) => insert.run(...values, ...same).lastInsertRowid;
}

/** The store, showing each batch before it commits it. */
export function seeing(store: Store, see: (writeSets: readonly WriteSet[]) => void): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "commit") return value.bind(target) as unknown;
      return (writeSets: readonly WriteSet[]) => {
        see(writeSets);
        return target.commit(writeSets);
      };
    },
  });
}
