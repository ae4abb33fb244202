/**
 * The seal of a lease: a sum in a generated column, which SQLite works out in each write, since a lease is prolonged by
 * writes that do not read it.
 */
import { sql } from "drizzle-orm";

// Any one bit of the three changes the sum, and so does a null that comes or goes.
export const leaseSealInSql = sql.raw(
  `3 * ifnull("lease_until_ms", -1) + 5 * ifnull("owner", -1) + 7 * ifnull("lost_until_ms", -1)`,
);

export interface SealedLease {
  readonly leaseUntilMs: number | null;
  readonly owner: number | null;
  readonly lostUntilMs: number | null;
}

export function sealOfLease({ leaseUntilMs, owner, lostUntilMs }: SealedLease): number {
  return 3 * (leaseUntilMs ?? -1) + 5 * (owner ?? -1) + 7 * (lostUntilMs ?? -1);
}
