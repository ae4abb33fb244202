/**
 * The identity: a small file beside the database, `<file>.id`, that knows which store was here and how far it had come.
 *
 * A database that is lost, cut off, exchanged, or older than it was would else be taken for what it is not: a new
 * store, or all there is. What the identity tells was durable in the database first, so it never asks for too much.
 * An operator who knows better deletes it.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import type { Database } from "better-sqlite3";
import { SagaError } from "../../errors.ts";

export interface Identity {
  readonly storeId: string;
  /** How often the store had been opened. */
  readonly epoch: number;
  /** The last position of the journal when the store was closed last. */
  readonly position: number;
}

/** Null if no store is known to have been here. @throws {SagaError} SAGA_STORE_MISMATCH if it cannot be read. */
export function readIdentity(file: string): Identity | null {
  let text: string;
  try {
    text = readFileSync(identityPath(file), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  const identity = parse(text);
  if (identity === null) throw mismatch(file, "unreadable", "it cannot be read");
  return identity;
}

/** Whole or not at all, whenever the power fails. */
export function writeIdentity(file: string, identity: Identity): void {
  const path = identityPath(file);
  const part = `${path}.part`;
  const descriptor = openSync(part, "w", 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(identity)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(part, path);
}

/** What a database says of itself; null if it is new. */
export function identityOf(client: Database): Identity | null {
  const hasMeta = client.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get();
  if (hasMeta === undefined) return null;
  const row = client
    .prepare<[], Omit<Identity, "position">>('SELECT store_id AS "storeId", epoch FROM meta')
    .get();
  return row === undefined ? null : { ...row, position: positionOf(client) };
}

/** The last position of the journal. */
export function positionOf(client: Database): number {
  return (
    client
      .prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")
      .pluck()
      .get() ?? 0
  );
}

/** @throws {SagaError} SAGA_STORE_MISMATCH unless the file is the store that was here, and has all that it had. */
export function checkIdentity(file: string, known: Identity | null, found: Identity | null): void {
  if (known === null) return;
  if (found === null) throw lost(file, known);
  if (found.storeId !== known.storeId) {
    throw mismatch(file, "other", `the store ${known.storeId} was here, this is ${found.storeId}`);
  }
  if (found.epoch < known.epoch || found.position < known.position) {
    const { epoch, position } = found;
    throw mismatch(
      file,
      "older",
      `it ends at opening ${epoch} and position ${position}, and had come to ${known.epoch} and ${known.position}; ` +
        "its -wal file is missing, or it is a copy made earlier",
    );
  }
}

/** @throws {SagaError} SAGA_STORE_MISMATCH if a store was here and there is no file any more. */
export function checkPresent(file: string, known: Identity | null): void {
  if (known !== null && !existsSync(file)) throw lost(file, known);
}

function lost(file: string, { storeId }: Identity): SagaError {
  return mismatch(file, "lost", `the store ${storeId} was here, and the file is empty or gone`);
}

function mismatch(file: string, why: string, text: string): SagaError {
  return new SagaError(
    "SAGA_STORE_MISMATCH",
    `"${file}" is not what "${identityPath(file)}" tells: ${text}; put the right file there, or a backup with ` +
      `"sagachart restore"; to go on with what is there, delete "${identityPath(file)}"`,
    { details: { why } },
  );
}

function identityPath(file: string): string {
  return `${file}.id`;
}

function parse(text: string): Identity | null {
  try {
    const { storeId, epoch, position } = JSON.parse(text) as Partial<Identity>;
    const isRight =
      typeof storeId === "string" && Number.isSafeInteger(epoch) && Number.isSafeInteger(position);
    return isRight ? ({ storeId, epoch, position } as Identity) : null;
  } catch {
    return null;
  }
}
