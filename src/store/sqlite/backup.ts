/**
 * A backup: a copy of a database file as of one moment, whole and synced before it gets its name.
 *
 * `VACUUM INTO` in a thread, since it takes seconds for a large file, in which whoever asked for it would answer nobody.
 * It reads as of one moment, however much a server writes meanwhile, and holds up no writer; the copy is compact.
 */
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import { SagaError } from "../../errors.ts";
import { createPrivately } from "./database-path.ts";
import { findPendingMigrations } from "./migrate.ts";
import { sqliteCodeOf, toOpenError } from "./sqlite-errors.ts";

/** Plain JavaScript, so that it runs the same from sources, from a build and from a bundle. */
const program = `
  const { parentPort, workerData } = require("node:worker_threads");
  const Database = require(workerData.driver);
  const open = (path, use) => {
    const client = new Database(path, { readonly: true, fileMustExist: true });
    try { return use(client); } finally { client.close(); }
  };
  try {
    open(workerData.source, (client) => client.prepare("VACUUM INTO ?").run(workerData.part));
    const damage = open(workerData.part, (client) => client.pragma("quick_check(1)", { simple: true }));
    parentPort.postMessage({ damage: damage === "ok" ? null : damage });
  } catch (error) {
    parentPort.postMessage({ code: error.code ?? null, message: error.message });
  }
`;

type Answer = { damage: string | null } | { code: string | null; message: string };

export interface BackupOptions {
  /** It is looked at when the copy is made: one that is not wanted any more gets no name. */
  readonly signal?: AbortSignal;
  /** Given what tells how many bytes were copied so far, while the copy is made. */
  readonly onStarted?: (copiedBytes: () => number) => void;
}

/**
 * Copies the database at `source`, which may be in use, to `target`, where nothing may be. Answers its size.
 *
 * @throws {SagaError} SAGA_COMMAND_INVALID if there is a file at `target` already, or no folder for it.
 * @throws {SagaError} SAGA_STORE_DAMAGED if the file, or the copy, is damaged.
 * @throws {SagaError} SAGA_STORE_FULL if there is no room for the copy. No part of it is left then.
 */
export async function backUp(
  source: string,
  target: string,
  options: BackupOptions = {},
): Promise<{ readonly bytes: number }> {
  const path = resolve(target);
  checkTarget(path);
  // A name of its own: two that are made at once must not write into one file.
  const part = `${path}.${randomBytes(4).toString("hex")}.part`;
  try {
    createPrivately(part);
    options.onStarted?.(() => statSync(part).size);
    const answer = await inThread(source, part);
    options.signal?.throwIfAborted();
    checkCopy(answer, part);
    sync(part);
    const bytes = statSync(part).size;
    putInPlace(part, path);
    return { bytes };
  } catch (error) {
    throw toBackupError(error, path);
  } finally {
    for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(`${part}${end}`, { force: true });
  }
}

async function inThread(source: string, part: string): Promise<Answer> {
  const driver = createRequire(import.meta.url).resolve("better-sqlite3");
  const thread = new Worker(program, { eval: true, workerData: { driver, source, part } });
  return new Promise<Answer>((answered, failed) => {
    thread.once("message", answered);
    thread.once("error", failed);
    thread.once("exit", () => failed(new Error("the thread of the backup ended")));
  });
}

function checkCopy(answer: Answer, part: string): void {
  if ("message" in answer) throw new Database.SqliteError(answer.message, answer.code ?? "");
  if (answer.damage !== null) {
    throw new SagaError("SAGA_STORE_DAMAGED", `the copy is damaged: ${answer.damage}`);
  }
  const copy = new Database(part, { readonly: true });
  try {
    findPendingMigrations(copy, part);
  } finally {
    copy.close();
  }
}

function checkTarget(path: string): void {
  if (existsSync(path)) throw inTheWay(path);
  if (!existsSync(dirname(path))) {
    throw new SagaError("SAGA_COMMAND_INVALID", `the folder ${dirname(path)} does not exist`);
  }
}

/** The name is taken by an empty file first, which only one can do; then the copy takes its place. */
function putInPlace(part: string, path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") throw inTheWay(path);
    throw error;
  }
  renameSync(part, path);
  sync(dirname(path));
}

function inTheWay(path: string): SagaError {
  return new SagaError("SAGA_COMMAND_INVALID", `there is a file at ${path}; give another path`);
}

/** What has its name is there after the loss of power, too: the file, then the folder that names it. */
function sync(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function toBackupError(error: unknown, path: string): unknown {
  const code = sqliteCodeOf(error);
  const isFull = code === "SQLITE_FULL" || hasNoSpace(error);
  if (!isFull) return toOpenError(error, path);
  const text = `there is no room for the copy at ${path}; give a path on another disk`;
  return new SagaError("SAGA_STORE_FULL", text, { cause: error });
}

function hasNoSpace(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOSPC";
}
