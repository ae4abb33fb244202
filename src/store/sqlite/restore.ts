/**
 * A restore: a backup in the place of a store that is damaged or lost.
 *
 * What the lost store did after the backup was made nobody knows: activities may have had their effects, and would be
 * performed again. So all instances that have not ended are suspended and all schedules paused, in the file, before it
 * gets its name; whoever restores it looks at them, and resumes. What was there before is put aside, not deleted.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import type { Database } from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { and, asc, eq, gt, isNull, notInArray, sql } from "drizzle-orm";
import { SagaError } from "../../errors.ts";
import { isEndPhase, phases } from "../../saga/phase.ts";
import type { InstanceKey, Suspension } from "../store.ts";
import { openConnection } from "./connection.ts";
import { createPrivately, toDatabasePath } from "./database-path.ts";
import { identityOf, readIdentity, writeIdentity } from "./identity.ts";
import type { Identity } from "./identity.ts";
import { DatabaseFile } from "./inspect.ts";
import { takeOwnerLock } from "./owner-lock.ts";
import { sealOfInstance, sealOfSchedule } from "./row-seals.ts";
import { instances, meta, outbox, schedules } from "./schema.ts";

export interface Restored {
  /** Where the file that was there lies now; null if there was none. */
  readonly aside: string | null;
  readonly suspended: number;
  /** Schedules that were paused. */
  readonly paused: number;
  /** Activities that the backup has not seen the end of: they are performed again, under the same keys. */
  readonly again: readonly (InstanceKey & { activityId: string; idempotencyKey: string })[];
}

/** More are counted nowhere: whoever has so many looks into the file. */
const AGAIN_MAX = 1_000;
const PAGE = 500;

/**
 * Puts `backup` in the place of the store at `path`, which nobody may have open.
 *
 * @throws {SagaError} SAGA_STORE_LOCKED, SAGA_STORE_DAMAGED, SAGA_STORE_INVALID, SAGA_STORE_TOO_NEW: nothing is changed then.
 */
export function restoreSqlite(backup: string, path: string, suspension: Suspension): Restored {
  const file = toDatabasePath(path);
  const lock = takeOwnerLock(file);
  try {
    const part = `${file}.restoring`;
    copyWhole(backup, part);
    const { identity, ...restored } = prepareCopy(part, epochBefore(file), suspension);
    const aside = putAside(file);
    renameSync(part, file);
    // Until now a start was refused, since the store that was here is gone.
    writeIdentity(file, identity);
    return { aside, ...restored };
  } finally {
    lock.release();
  }
}

/** @throws {SagaError} SAGA_STORE_DAMAGED if anything of the backup is not as it was written. */
function copyWhole(backup: string, part: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(`${part}${end}`, { force: true });
  createPrivately(part);
  const source = new DatabaseFile(backup);
  try {
    const [finding] = source.verify().findings;
    if (finding !== undefined) {
      throw new SagaError("SAGA_STORE_DAMAGED", `"${source.path}" is damaged: ${finding.text}`);
    }
    source.copyTo(part);
  } finally {
    source.close();
  }
}

function prepareCopy(part: string, epoch: number, suspension: Suspension) {
  const client = openConnection(part);
  try {
    const work = client.transaction(() => {
      const db = drizzle(client);
      db.update(meta)
        .set({ epoch: sql`max(${meta.epoch}, ${epoch})` })
        .run();
      return { suspended: suspendAll(client, suspension), paused: pauseAll(client) };
    });
    const done = work.immediate();
    client.pragma("wal_checkpoint(TRUNCATE)");
    return { ...done, again: unfinished(client), identity: identityOf(client) as Identity };
  } finally {
    client.close();
    sync(part);
  }
}

function suspendAll(client: Database, suspended: Suspension): number {
  const db = drizzle(client);
  let [count, after] = [0, -1];
  for (;;) {
    const rows = db
      .select()
      .from(instances)
      .where(
        and(
          gt(instances.key, after),
          isNull(instances.suspended),
          notInArray(instances.phase, phases.filter(isEndPhase)),
        ),
      )
      .orderBy(asc(instances.key))
      .limit(PAGE)
      .all();
    for (const row of rows) {
      after = row.key;
      const seal = sealOfInstance({ ...row, suspended }, row.head);
      db.update(instances).set({ suspended, seal }).where(eq(instances.key, row.key)).run();
    }
    count += rows.length;
    if (rows.length < PAGE) return count;
  }
}

/** Those that come due no more. */
function pauseAll(client: Database): number {
  const db = drizzle(client);
  const rows = db.select().from(schedules).where(eq(schedules.isPaused, false)).all();
  for (const row of rows) {
    const paused = { isPaused: true, nextDueAtMs: null };
    const seal = sealOfSchedule(null, { ...row, ...paused });
    db.update(schedules)
      .set({ ...paused, seal })
      .where(eq(schedules.key, row.key))
      .run();
  }
  return rows.length;
}

function unfinished(client: Database): Restored["again"] {
  return drizzle(client)
    .select({
      saga: instances.saga,
      instanceId: instances.instanceId,
      activityId: outbox.activityId,
      idempotencyKey: outbox.idempotencyKey,
    })
    .from(outbox)
    .innerJoin(instances, eq(instances.key, outbox.instance))
    .orderBy(asc(outbox.key))
    .limit(AGAIN_MAX)
    .all();
}

/** The last opening that is known of: leases of it must not look like ours. */
function epochBefore(file: string): number {
  try {
    return readIdentity(file)?.epoch ?? 0;
  } catch (error) {
    // Whatever is wrong with what was there is why it is replaced.
    if (error instanceof SagaError) return 0;
    throw error;
  }
}

function putAside(file: string): string | null {
  if (!existsSync(file)) return null;
  let count = 1;
  while (existsSync(`${file}.replaced-${count}`)) count += 1;
  const aside = `${file}.replaced-${count}`;
  // Its WAL goes with it, or would be taken for that of the copy.
  for (const end of ["-wal", "-shm", ""]) {
    if (existsSync(`${file}${end}`)) renameSync(`${file}${end}`, `${aside}${end}`);
  }
  return aside;
}

function sync(file: string): void {
  const descriptor = openSync(file, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
}
