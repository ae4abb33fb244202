/**
 * Damage: whether what was read is what was written, by the seals of rows and the chain of the journal.
 *
 * An instance is looked at whenever it is read whole: its row, what is pending, and the end of its journal. The whole
 * chain is looked at by `sagachart verify`.
 */
import type { Database } from "better-sqlite3";
import type { Damage, InstanceKey } from "../store.ts";
import {
  chainOfJournal,
  sealOfAction,
  sealOfChild,
  sealOfEffect,
  sealOfInstance,
  sealOfMessage,
  sealOfParked,
  sealOfTimer,
} from "./row-seals.ts";
import { sealOfLease } from "./lease-seal.ts";
import type {
  actions,
  children,
  instances,
  journal,
  messages,
  outbox,
  parked,
  timers,
} from "./schema.ts";
import { chainStart, sealOfState } from "./seal.ts";

export type OnDamage = (damage: Damage) => void;

/** Tells of damage of the instance with that key in its table. */
export type OnDamageOf = (instance: number, what: string) => void;

export type JournalRow = typeof journal.$inferSelect;

/** The rows of one instance. */
export interface InstanceRows {
  readonly row: typeof instances.$inferSelect;
  /** The last two entries of its journal; of a journal of one, that one. */
  readonly tail: readonly JournalRow[];
  readonly timers: readonly (typeof timers.$inferSelect)[];
  readonly effects: readonly (typeof outbox.$inferSelect)[];
  readonly parked: readonly (typeof parked.$inferSelect)[];
  readonly children: readonly (typeof children.$inferSelect)[];
}

/** What of an instance is not as it was written, for people; null if all is. */
export function damageOf({ row, tail, ...pending }: InstanceRows): string | null {
  const whole =
    <Row>(isWhole: (owner: InstanceKey, one: Row) => boolean) =>
    (one: Row): boolean =>
      isWhole(row, one);
  return (
    (isInstanceWhole(row) ? null : "its row is not as it was written") ??
    damageOfTail(row, tail) ??
    first(pending.timers, whole(isTimerWhole), ({ timerId }) => `timer "${timerId}"`) ??
    first(pending.effects, whole(isEffectWhole), ({ activityId }) => `activity "${activityId}"`) ??
    first(
      pending.parked,
      whole(isParkedWhole),
      ({ sequence }) => `the event parked at ${sequence}`,
    ) ??
    first(pending.children, whole(isChildWhole), ({ childId }) => `child "${childId}"`)
  );
}

/** Whether an entry follows on the one with the hash `before`. */
export function isLinked(entry: JournalRow, before: string): boolean {
  return chainOfJournal(before, entry) === entry.hash;
}

function isInstanceWhole(row: InstanceRows["row"]): boolean {
  return row.seal === sealOfInstance(row, row.head);
}

// Seals are made of the text of a name, and the same bytes may have become no text.
function isName({ saga, instanceId }: InstanceKey): boolean {
  return typeof saga === "string" && typeof instanceId === "string";
}

export function isTimerWhole(owner: InstanceKey, row: typeof timers.$inferSelect): boolean {
  return isName(owner) && row.seal === sealOfTimer(owner, row);
}

export function isEffectWhole(owner: InstanceKey, row: typeof outbox.$inferSelect): boolean {
  const isStatus = row.status === "live" || row.status === "abandoned";
  const isSealed =
    isName(owner) && row.seal === sealOfEffect(owner, row) && row.leaseSeal === sealOfLease(row);
  return isStatus && isSealed;
}

function isParkedWhole(owner: InstanceKey, row: typeof parked.$inferSelect): boolean {
  return row.seal === sealOfParked(owner, row);
}

function isChildWhole(owner: InstanceKey, row: typeof children.$inferSelect): boolean {
  return row.seal === sealOfChild(owner, row) && row.stateSeal === sealOfState(row.state);
}

export function isMessageWhole(row: typeof messages.$inferSelect): boolean {
  return row.seal === sealOfMessage(null, row);
}

export function isActionWhole(owner: InstanceKey, row: typeof actions.$inferSelect): boolean {
  return isName(owner) && row.seal === sealOfAction(owner, row);
}

/**
 * The name of an instance that rows belong to, as the index has it: its own row, which may be the damaged one, is not
 * asked. Rare, so it may read the whole index.
 */
export function prepareOwnerOf(client: Database): (instance: number) => InstanceKey | null {
  const find = client.prepare<[number], InstanceKey>(
    'SELECT saga, instance_id AS "instanceId" FROM instances INDEXED BY instances_name WHERE key = ?',
  );
  return (instance) => find.get(instance) ?? null;
}

/** The rows that are as they were written; of the others is told. */
export function wholeOnes<Row>(
  rows: readonly Row[],
  isWhole: (row: Row) => boolean,
  tell: (row: Row) => void,
): readonly Row[] {
  return rows.filter((row) => {
    if (isWhole(row)) return true;
    tell(row);
    return false;
  });
}

function damageOfTail(row: InstanceRows["row"], tail: readonly JournalRow[]): string | null {
  const { revision, head } = row;
  const last = tail.at(-1);
  if (last === undefined || last.revision !== revision) {
    return `its journal does not end at revision ${revision}`;
  }
  const before = revision === 1 ? chainStart(row) : tail.at(-2)?.hash;
  if (before === undefined) return `entry ${revision - 1} of its journal is missing`;
  const isWhole = last.hash === head && isLinked(last, before);
  return isWhole ? null : `entry ${revision} of its journal is not as it was written`;
}

function first<Row>(
  rows: readonly Row[],
  isWhole: (row: Row) => boolean,
  nameOf: (row: Row) => string,
): string | null {
  const damaged = rows.find((row) => !isWhole(row));
  return damaged === undefined ? null : `${nameOf(damaged)} is not as it was written`;
}
