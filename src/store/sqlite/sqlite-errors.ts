/**
 * What an error of SQLite means to the one who called the store.
 *
 * Only two kinds say that nothing was written: busy and full. After an error of the disk nobody knows,
 * since a commit whose fsync failed may still be there after the next opening.
 */
import { SagaError } from "../../errors.ts";

/** The error as the store port names it. What is no fault of the disk is a bug of ours and stays as it is. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof SagaError) return error;

  const code = sqliteCodeOf(error);
  if (code === null) return error;
  if (isBusy(code)) {
    return new SagaError(
      "SAGA_STORE_BUSY",
      `nothing was written, another program holds the database (${code}); try again`,
      { cause: error },
    );
  }
  if (code === "SQLITE_FULL") {
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
  if (code?.startsWith("SQLITE_CORRUPT") === true) {
    return new SagaError("SAGA_STORE_DAMAGED", `"${path}" is damaged (${code}); restore a backup`, {
      cause: error,
    });
  }
  if (code === null || !isWrongFile(code)) return toStoreError(error);
  return new SagaError(
    "SAGA_STORE_INVALID",
    `cannot use "${path}" as a store (${code}); give a writable path of a Sagachart database, or of none`,
    { cause: error },
  );
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
    code.startsWith("SQLITE_IOERR") || code === "SQLITE_READONLY_DBMOVED" || isDiskContent(code)
  );
}

function isDiskContent(code: string): boolean {
  return code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB";
}
