/**
 * Where a database file lies: under one name, on a disk of this machine, readable by nobody else.
 *
 * Nothing here opens a file that may be open already: closing it again would drop the locks of this process.
 */
import { closeSync, existsSync, mkdirSync, openSync, realpathSync, statfsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { SagaError } from "../../errors.ts";

/** Whoever may read the file may read what customers entrusted to it. */
const PRIVATE_MODE = 0o600;

/** Types of file systems as Linux tells them (statfs(2)) whose locks and shared memory do not reach other machines. */
const networkTypes = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
]);

/**
 * One name for one file, since a second one, through a symbolic link, would have a lock of its own. Makes its folder.
 *
 * @throws {SagaError} SAGA_STORE_INVALID if it lies on a network file system.
 */
export function toDatabasePath(path: string): string {
  const absolute = resolve(path);
  mkdirSync(dirname(absolute), { recursive: true });
  const file = existsSync(absolute)
    ? realpathSync(absolute)
    : join(realpathSync(dirname(absolute)), basename(absolute));
  checkLocal(file, statfsSync(dirname(file)).type);
  return file;
}

/** @throws {SagaError} SAGA_STORE_INVALID if a file system of that type cannot keep two machines apart. */
export function checkLocal(file: string, fileSystemType: number): void {
  const network = networkTypes.get(fileSystemType);
  if (network === undefined) return;
  throw new SagaError(
    "SAGA_STORE_INVALID",
    `"${file}" lies on ${network}, where SQLite can lose commits; use a local disk`,
  );
}

/** Makes an empty file that only its owner may read, unless there is one. SQLite gives its WAL the same mode. */
export function createPrivately(file: string): void {
  try {
    closeSync(openSync(file, "wx", PRIVATE_MODE));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
