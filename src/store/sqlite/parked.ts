/** Parked events: how they are kept, found, and let go of exactly once. */
import type { Database } from "better-sqlite3";
import { and, asc, eq, gt, placeholder } from "drizzle-orm";
import type { ParkedRecord, WriteSet } from "../store.ts";
import { boundColumns } from "./columns.ts";
import { sealOfParked } from "./row-seals.ts";
import { instances, parked } from "./schema.ts";
import { describeRead, describeSealed, describeWrite } from "./statements.ts";

export function prepareParking(client: Database) {
  const insert = prepareInsert(client);
  const remove = prepareRemove(client);

  return {
    /** False if the parked event is gone. */
    unpark(instance: number, { unparked: sequence }: WriteSet): boolean {
      return sequence === null || remove.run({ instance, sequence }) === 1;
    },
    park(instance: number, { parked: record, instance: owner }: WriteSet): void {
      if (record !== null) insert.run(owner, record, { instance });
    },
  };
}

const prepareInsert = describeSealed<ParkedRecord, { instance: number }>(sealOfParked, (db) =>
  db.insert(parked).values(boundColumns(parked)),
);

const prepareRemove = describeWrite<{ instance: number; sequence: number }>((db) =>
  db
    .delete(parked)
    .where(
      and(
        eq(parked.instance, placeholder("instance")),
        eq(parked.sequence, placeholder("sequence")),
      ),
    ),
);

export const prepareFindParked = describeRead((db) =>
  db
    .selectDistinct({
      saga: instances.saga,
      instanceId: instances.instanceId,
      position: parked.instance,
    })
    .from(parked)
    .innerJoin(instances, eq(instances.key, parked.instance))
    .where(gt(parked.instance, placeholder("afterPosition")))
    .orderBy(asc(parked.instance))
    .limit(placeholder("limit")),
);
