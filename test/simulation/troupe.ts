/**
 * The sagas of all roles, each defined once in a process: to check and to read a chart costs more than a life does.
 * What they ask for is done by the process that lives at that moment; one that has died asks for nothing any more.
 */
import { fromCallback } from "xstate";
import { toChart } from "../../src/saga/chart.ts";
import type { Chart } from "../../src/saga/chart.ts";
import { familyOf } from "../../src/saga/family.ts";
import { assertDurable } from "../../src/saga/lint.ts";
import type { Action, Activity, AnySaga } from "../../src/saga/define.ts";
import { transaction } from "../../src/store/sqlite/transaction.ts";
import type { SqliteTransaction } from "../../src/store/sqlite/transaction.ts";
import type { Role } from "./cast/role.ts";

/** What a process does for its sagas. */
export interface Hands {
  readonly activityOf: (name: string) => Activity<unknown, unknown>;
  readonly actionOf: (name: string) => Action<never>;
  /** Writes a row under the key. */
  readonly write: (idempotencyKey: string, tx: SqliteTransaction) => object;
  /** Begins a callback. */
  readonly host: (sendBack: (event: { type: string }) => void) => void;
}

const sagas = new Map<string, AnySaga>();
let hands: Hands | null = null;

/** From now on `next` does what sagas ask for. */
export function lend(next: Hands): void {
  hands = next;
}

export function sagaOfRole(role: Role): AnySaga {
  const known = sagas.get(role.name);
  if (known !== undefined) return known;
  const saga = role.define(
    (name) => (asked) => lent().activityOf(name)(asked),
    (name) => (asked) => lent().actionOf(name)(asked),
    {
      transact: () => transaction(({ idempotencyKey, tx }) => lent().write(idempotencyKey, tx)),
      callback: () => fromCallback(({ sendBack }) => lent().host(sendBack)),
    },
  );
  sagas.set(role.name, saga);
  return saga;
}

const charts = new Map<string, ReadonlyMap<string, Chart>>();

/** By name of the saga. */
export function chartsOf(roles: readonly Role[]): ReadonlyMap<string, Chart> {
  return new Map(
    roles.flatMap((role) => {
      let family = charts.get(role.name);
      if (family === undefined) {
        const members = familyOf(sagaOfRole(role));
        members.forEach(assertDurable);
        family = new Map(members.map((saga) => [saga.name, toChart(saga)]));
        charts.set(role.name, family);
      }
      return [...family];
    }),
  );
}

function lent(): Hands {
  if (hands === null) throw new Error("no process lives");
  return hands;
}
