/**
 * What an error of SQLite means to the one who called the store.
 *
 * Only two kinds say that nothing was written: busy and full. After an error of the disk nobody knows,
 * since a commit whose fsync failed may still be there after the next opening.
 */
import { SagaError } from "../../errors.ts";
import type { ErrorCode } from "../../errors.ts";

/** The error as the store port names it. What is no fault of the disk is a bug of ours and stays as it is. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof SagaError) return error;

  const code = sqliteCodeOf(error) ?? fileSystemCodeOf(error);
  if (code === null) return error;
  if (isBusy(code)) {
    return new SagaError(
      "SAGA_STORE_BUSY",
      `nothing was written, another program holds the database (${code}); try again`,
      { cause: error },
    );
  }
  if (isFull(code)) {
    return new SagaError("SAGA_STORE_FULL", "nothing was written, the disk is full; free space", {
      cause: error,
    });
  }
  return isDiskFault(code) ? outcomeUnknown(error) : error;
}

/** The error of COMMIT itself: whatever it is, only busy and full leave no doubt. */
export function toCommitError(error: unknown): unknown {
  const mapped = toStoreError(error);
  return mapped instanceof SagaError ? mapped : outcomeUnknown(error);
}

/** While opening, most of what fails is the file that was given: no commit hangs on it. */
export function toOpenError(error: unknown, path: string): unknown {
  const code = sqliteCodeOf(error) ?? fileSystemCodeOf(error);
  const said = code === null ? null : openRefusal(code, path);
  return said === null ? toStoreError(error) : new SagaError(...said, { cause: error });
}

function openRefusal(code: string, path: string): [ErrorCode, string] | null {
  if (code.startsWith("SQLITE_CORRUPT")) {
    return ["SAGA_STORE_DAMAGED", `"${path}" is damaged (${code}); restore a backup`];
  }
  if (isNoSpace(code)) {
    const text = `cannot open "${path}", its disk is full (${code}); free space there, such as "${path}.ballast", and start again`;
    return ["SAGA_STORE_FULL", text];
  }
  if (code === "EIO" || code.startsWith("SQLITE_IOERR")) {
    const text = `cannot open "${path}", its disk fails (${code}); see to the disk, and start again`;
    return ["SAGA_STORE_OUTCOME_UNKNOWN", text];
  }
  if (!isWrongFile(code)) return null;
  const text = `cannot use "${path}" as a store (${code}); give a writable path of a Sagachart database, or of none`;
  return ["SAGA_STORE_INVALID", text];
}

/** SQLite's extended result code, also of an error that Drizzle wrapped; null if SQLite did not raise it. */
export function sqliteCodeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ("code" in error && typeof error.code === "string" && error.code.startsWith("SQLITE_")) {
    return error.code;
  }
  return error.cause === undefined ? null : sqliteCodeOf(error.cause);
}

/** Node's code of a system call that failed: `EACCES`. */
function fileSystemCodeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return null;
  return String(error.code);
}

function isFull(code: string): boolean {
  return code === "SQLITE_FULL" || code === "ENOSPC" || code === "EDQUOT";
}

// The shared memory beside a file is the first thing to need space. While a file is opened nothing hangs on it yet;
// later it is extended when a commit is in the WAL already, and nobody knows.
function isNoSpace(code: string): boolean {
  return isFull(code) || code === "SQLITE_IOERR_SHMSIZE" || code === "SQLITE_IOERR_SHMOPEN";
}

function isWrongFile(code: string): boolean {
  return (
    isDiskContent(code) ||
    code.startsWith("SQLITE_CANTOPEN") ||
    code.startsWith("SQLITE_READONLY") ||
    !code.startsWith("SQLITE_")
  );
}

function outcomeUnknown(cause: unknown): SagaError {
  return new SagaError(
    "SAGA_STORE_OUTCOME_UNKNOWN",
    `nobody knows what was written (${sqliteCodeOf(cause) ?? String(cause)}); stop, and open the store again`,
    { cause },
  );
}

export function isBusy(code: string): boolean {
  return code.startsWith("SQLITE_BUSY");
}

function isDiskFault(code: string): boolean {
  return (
    code === "EIO" ||
    code.startsWith("SQLITE_IOERR") ||
    code === "SQLITE_READONLY_DBMOVED" ||
    isDiskContent(code)
  );
}

function isDiskContent(code: string): boolean {
  return code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB";
}
