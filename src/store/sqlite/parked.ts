/** Parked events: how they are kept, found, and let go of exactly once. */
import { and, asc, eq, gt, placeholder } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { ParkedRecord, ParkingInstance, WriteSet } from "../store.ts";
import { boundColumns } from "./columns.ts";
import { prepareSealed, prepareWrite, type SqliteDatabase } from "./prepared-write.ts";
import { sealOfParked } from "./row-seals.ts";
import { instances, parked } from "./schema.ts";

export function prepareParking(db: SqliteDatabase) {
  const park = prepareSealed<ParkedRecord, { instance: number }>(
    db.$client,
    db.insert(parked).values(boundColumns(parked)),
    sealOfParked,
  );
  const remove = prepareWrite<{ instance: number; sequence: number }>(
    db.$client,
    db
      .delete(parked)
      .where(
        and(
          eq(parked.instance, placeholder("instance")),
          eq(parked.sequence, placeholder("sequence")),
        ),
      ),
  );

  return {
    /** False if the parked event is gone. */
    unpark(instance: number, { unparked: sequence }: WriteSet): boolean {
      return sequence === null || remove.run({ instance, sequence }) === 1;
    },
    park(instance: number, { parked: record, instance: owner }: WriteSet): void {
      if (record !== null) park.run(owner, record, { instance });
    },
  };
}

export function prepareFindParked(db: BetterSQLite3Database) {
  const find = db
    .selectDistinct({
      saga: instances.saga,
      instanceId: instances.instanceId,
      position: parked.instance,
    })
    .from(parked)
    .innerJoin(instances, eq(instances.key, parked.instance))
    .where(gt(parked.instance, placeholder("afterPosition")))
    .orderBy(asc(parked.instance))
    .limit(placeholder("limit"))
    .prepare();
  return (page: { afterPosition: number; limit: number }): readonly ParkingInstance[] =>
    find.all(page);
}
