/**
 * The machine's limit for a list of batches: the same rows, written by raw prepared statements of
 * better-sqlite3 with the same settings, and nothing else around them.
 */
import Database from "better-sqlite3";
import type { WriteSet } from "../src/store/store.ts";

/** Writes all batches into a file with our schema; gives the milliseconds that it took. */
export function writeRaw(path: string, batches: readonly (readonly WriteSet[])[]): number {
  const db = new Database(path);
  for (const pragma of [
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "wal_autocheckpoint = 16384",
  ]) {
    db.pragma(pragma);
  }
  const write = prepareWriter(db);
  const begunAt = performance.now();
  for (const batch of batches) {
    db.exec("BEGIN IMMEDIATE");
    for (const writeSet of batch) write(writeSet);
    db.exec("COMMIT");
  }
  const tookMs = performance.now() - begunAt;
  db.close();
  return tookMs;
}

type Writer = (writeSet: WriteSet) => void;
type Key = number | bigint;

function prepareWriter(db: Database.Database): Writer {
  const writeInstance = prepareInstances(db);
  const writeTimers = prepareTimers(db);
  const writeEffects = prepareEffects(db);
  const insertJournal = db.prepare(
    `INSERT INTO journal (instance, revision, at_ms, source, event_type, event_id, state_before, state_after,
     phase, verdict, event, effects) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`,
  );
  return (writeSet) => {
    const key = writeInstance(writeSet);
    const { journal: j } = writeSet;
    insertJournal.run(
      [key, j.revision, j.atMs, j.source, j.eventType, j.eventId, j.stateBefore, j.stateAfter],
      [j.phase, j.verdict, j.event, j.effects],
    );
    writeTimers(key, writeSet);
    writeEffects(key, writeSet);
  };
}

function prepareInstances(db: Database.Database): (writeSet: WriteSet) => Key {
  const insert = db.prepare(
    `INSERT INTO instances (place, saga, instance_id, version, revision, phase, state, tags, fault, correlation_id,
     attributes, created_at_ms, updated_at_ms, snapshot) VALUES (1,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
  );
  const update = db
    .prepare(
      `UPDATE instances SET revision=?, phase=?, state=?, tags=?, fault=?, updated_at_ms=?, snapshot=?
       WHERE saga=? AND instance_id=? AND revision=? RETURNING key`,
    )
    .pluck();
  return ({ instance: i }) => {
    const tags = JSON.stringify(i.tags);
    if (i.revision === 1) {
      const attributes = JSON.stringify(i.attributes);
      const times = [i.createdAtMs, i.updatedAtMs];
      return insert.run(
        [i.saga, i.instanceId, i.version, 1, i.phase, i.state, tags, i.fault, i.correlationId],
        [attributes, ...times, i.snapshot],
      ).lastInsertRowid;
    }
    return update.get(
      [i.revision, i.phase, i.state, tags, i.fault, i.updatedAtMs, i.snapshot],
      [i.saga, i.instanceId, i.revision - 1],
    ) as Key;
  };
}

function prepareTimers(db: Database.Database): (key: Key, writeSet: WriteSet) => void {
  const insert = db.prepare(
    "INSERT INTO timers (instance, timer_id, send_id, due_at_ms, event) VALUES (?,?,?,?,?)",
  );
  const remove = db.prepare("DELETE FROM timers WHERE instance=? AND timer_id=?");
  return (key, { timersCancelled, timerFired, timersSet }) => {
    for (const timerId of timersCancelled) remove.run(key, timerId);
    if (timerFired !== null) remove.run(key, timerFired);
    for (const t of timersSet) insert.run(key, t.timerId, t.sendId, t.dueAtMs, t.event);
  };
}

function prepareEffects(db: Database.Database): (key: Key, writeSet: WriteSet) => void {
  const insert = db.prepare(
    `INSERT INTO outbox (instance, activity_id, generation, src, idempotency_key, attempt, status,
     lease_until_ms, owner, lost_until_ms, input) VALUES (?,?,?,?,?,?,?,?,?,?,?)`,
  );
  const remove = db.prepare(
    "DELETE FROM outbox WHERE instance=? AND activity_id=? AND generation=?",
  );
  return (key, { effectFinished: finished, effectsStarted }) => {
    if (finished !== null) remove.run(key, finished.activityId, finished.generation);
    for (const e of effectsStarted) {
      insert.run(
        [key, e.activityId, e.generation, e.src, e.idempotencyKey, e.attempt, e.status],
        [e.leaseUntilMs, 1, e.lostUntilMs, e.input],
      );
    }
  };
}
