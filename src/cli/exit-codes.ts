/**
 * How the command ends: a number that a script can tell the cases by. The table is public API, and
 * `docs/reference/cli.md` has it too; a test keeps the two equal.
 */
import { SagaHttpError } from "../client/http-error.ts";
import { errorStatus, SagaError } from "../errors.ts";

export const exitCodes = {
  /** Done, and nothing to complain about. */
  done: 0,
  /** Failed for a reason that no other code tells. */
  failed: 1,
  /** The command line cannot be read, or asks for what cannot be. */
  usage: 2,
  /** It was done, and found something wrong: `check`, `paths`, `doctor`, `verify`, `migrate-db --check`. */
  found: 3,
  /** The server, or the instance as it stands, refuses what was asked for. */
  refused: 4,
  /** There is no such saga or instance. */
  missing: 5,
  /** The server cannot be reached, or cannot answer now. */
  unavailable: 6,
  /** The configuration, or a saga in the machines folder, is not fit to run. */
  invalid: 7,
  /** The database file is in use, of another program, or damaged. */
  store: 8,
  /** What was waited for did not come in time. */
  late: 9,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Somebody would rather not go on: Ctrl-C or Escape at a question. */
export class Interrupted extends Error {}

const byCode: Readonly<Record<string, ExitCode>> = {
  SAGA_COMMAND_INVALID: exitCodes.usage,
  SAGA_CHART_INVALID: exitCodes.invalid,
  SAGA_DEFINITION_INVALID: exitCodes.invalid,
  SAGA_CONFIG_INVALID: exitCodes.invalid,
  SAGA_VERSION_UNKNOWN: exitCodes.invalid,
  SAGA_SNAPSHOT_INVALID: exitCodes.invalid,
  SAGA_STORE_LOCKED: exitCodes.store,
  SAGA_STORE_TOO_NEW: exitCodes.store,
  SAGA_STORE_INVALID: exitCodes.store,
  SAGA_STORE_MISMATCH: exitCodes.store,
  SAGA_STORE_DAMAGED: exitCodes.store,
  SAGA_STORE_TAKEN: exitCodes.store,
  SAGA_STORE_FULL: exitCodes.store,
  SAGA_STORE_BUSY: exitCodes.store,
  SAGA_STORE_OUTCOME_UNKNOWN: exitCodes.store,
  SAGA_UNREACHABLE: exitCodes.unavailable,
  SAGA_WAIT_TIMEOUT: exitCodes.late,
  SAGA_REQUEST_TIMEOUT: exitCodes.unavailable,
};

/** How a command ends that failed with this error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Interrupted) return exitCodes.interrupted;
  if (!(error instanceof SagaError || error instanceof SagaHttpError)) return exitCodes.failed;
  const status = error instanceof SagaError ? errorStatus[error.code] : error.status;
  return byCode[error.code] ?? exitCodeOfStatus(status);
}

function exitCodeOfStatus(status: number): ExitCode {
  if (status === 404) return exitCodes.missing;
  if (status === 429 || status === 502 || status === 503 || status === 504) {
    return exitCodes.unavailable;
  }
  return status >= 400 && status < 500 ? exitCodes.refused : exitCodes.failed;
}
