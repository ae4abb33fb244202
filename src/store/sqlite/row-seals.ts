/** What is sealed of each table, and what is chained. */
import { crc32 } from "node:zlib";
import {
  actions,
  answers,
  children,
  instances,
  journal,
  messages,
  outbox,
  parked,
  timers,
} from "./schema.ts";
import { chainOf, sealOf } from "./seal.ts";

// Order, leases and what is written alone are not.
const sealOfRecord = sealOf(instances, ["key", "place", "quarantined", "head"]);
export const sealOfTimer = sealOf(timers, ["key"]);
export const sealOfEffect = sealOf(outbox, [
  "key",
  "status",
  "leaseUntilMs",
  "owner",
  "lostUntilMs",
]);
export const sealOfAnswer = sealOf(answers, []);
export const sealOfParked = sealOf(parked, []);
export const sealOfChild = sealOf(children, ["key", "state", "stateSeal"]);
export const sealOfMessage = sealOf(messages, ["position"]);
export const sealOfAction = sealOf(actions, ["position"]);

/** The hash of a journal entry. It holds for the instance by what the chain begins with. */
export const chainOfJournal = chainOf(journal, ["position"]);

/** Of an instance, and of the hash of its last journal entry. */
export function sealOfInstance(record: object, head: string): number {
  return crc32(head, sealOfRecord(null, record));
}
