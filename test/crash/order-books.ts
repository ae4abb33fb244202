/** What the shop's books and the server's file say of orders when all is over: nothing, if all is well. */
import Database from "better-sqlite3";
import type { Effect } from "../../machines/order/shop-books.ts";
import type { OrderState } from "./order-clients.ts";

// What undoes what, in the order of the steps.
const undoOf = { reserve: "release", charge: "refund", ship: "cancelShipment" } as const;

/** What is wrong with an order, by all effects that the shop knows. */
export function problemsOf({ id, phase, output }: OrderState, all: readonly Effect[]): string[] {
  const effects = all.filter(({ orderId }) => orderId === id);
  const keys = effects.map(({ idempotencyKey }) => idempotencyKey);
  const calls = effects.map(({ call }) => call);
  const done = calls.filter((call): call is keyof typeof undoOf => call in undoOf);
  const undos = done.toReversed().map((call) => undoOf[call]);
  // Effects that found nothing to undo are part of the way, not of the books.
  const undone = effects.filter(({ undid }) => undid.length > 0).map(({ call }) => call);
  // An order whose notification ran out of attempts is completed all the same, and says so.
  const isWhole =
    calls.join() === "reserve,charge,ship,notify" ||
    (calls.join() === "reserve,charge,ship" && output?.notified === false);

  const verdicts: readonly (readonly [boolean, string])[] = [
    [new Set(keys).size === keys.length, "a key took effect twice"],
    [new Set(done).size === done.length, "a step took effect twice"],
    [phase === "completed" || phase === "compensated", `is ${phase} in the end`],
    [phase !== "completed" || isWhole, "is completed, but not all happened, or not in order"],
    [
      phase !== "compensated" || undone.join() === undos.join(),
      "is compensated, but not in reverse order, or something is left over",
    ],
  ];
  return verdicts
    .filter(([isWell]) => !isWell)
    .map(([, problem]) => `${id} ${problem}: ${calls.join()}`);
}

/** Whether the file is sound, the journals have no gaps, and nothing is left to do. */
export function integrityOf(path: string): object {
  const database = new Database(path, { readonly: true });
  const count = (sql: string): unknown => database.prepare(sql).pluck().get();
  const found = {
    integrity: count("PRAGMA integrity_check"),
    gaps: count(
      `SELECT count(*) FROM instances i WHERE revision <>
       (SELECT count(*) FROM journal j WHERE j.instance = i.key)`,
    ),
    outbox: count("SELECT count(*) FROM outbox WHERE status = 'live'"),
    timers: count("SELECT count(*) FROM timers"),
  };
  database.close();
  return found;
}

/** What `integrityOf` gives when all is well. */
export const sound = { integrity: "ok", gaps: 0, outbox: 0, timers: 0 };
