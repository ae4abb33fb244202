/** The probe of a store that took nothing: whether it would take a batch now. It leaves nothing behind. */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import type { Database } from "better-sqlite3";

/** What a large batch may add to the WAL; less would let in what is refused a moment later. */
const PROBE_BYTES = 1024 * 1024;

/** @throws what SQLite and the file system throw if the database is locked by another, or its disk is full. */
export function probeDatabase(client: Database): void {
  tryToLock(client);
  if (!client.memory) tryToGrow(`${client.name}.probe`);
}

// Without its patience, for which the event loop would stand still again and again.
function tryToLock(client: Database): void {
  const patienceMs = Number(client.pragma("busy_timeout", { simple: true }));
  client.pragma("busy_timeout = 0");
  try {
    client.exec("BEGIN IMMEDIATE; ROLLBACK");
  } finally {
    client.pragma(`busy_timeout = ${patienceMs}`);
  }
}

// A file of its own, since a database may still find room inside its WAL when there is none beside it.
function tryToGrow(path: string): void {
  try {
    const descriptor = openSync(path, "w", 0o600);
    try {
      writeSync(descriptor, Buffer.alloc(PROBE_BYTES, 1));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } finally {
    rmSync(path, { force: true });
  }
}
