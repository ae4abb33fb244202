/** What is sealed of each table, and what is chained. */
import {
  actions,
  answers,
  children,
  instances,
  journal,
  messages,
  outbox,
  parked,
  schedules,
  timers,
} from "./schema.ts";
import { chainOf, sealOf } from "./seal.ts";

// Order and what is written alone are not; leases have a seal of their own.
const sealOfRecord = sealOf(instances, ["key", "place", "quarantined", "head"]);
export const sealOfTimer = sealOf(timers, ["key"]);
export const sealOfEffect = sealOf(outbox, [
  "key",
  "status",
  "leaseUntilMs",
  "owner",
  "lostUntilMs",
  "leaseSeal",
]);
export const sealOfAnswer = sealOf(answers, []);
export const sealOfParked = sealOf(parked, []);
export const sealOfChild = sealOf(children, ["key", "state", "stateSeal"]);
export const sealOfMessage = sealOf(messages, ["position"]);
export const sealOfSchedule = sealOf(schedules, ["key"]);
export const sealOfAction = sealOf(actions, ["position"]);

/** The hash of a journal entry. It holds for the instance by what the chain begins with. */
export const chainOfJournal = chainOf(journal, ["position"]);

/** Of an instance, and of the hash of its last journal entry. */
export function sealOfInstance(record: object, head: unknown): number {
  // A flip may have made it no text at all.
  return sealOfRecord(null, record, String(head));
}
