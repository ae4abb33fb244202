/**
 * The one error class of Sagachart and the table of its codes.
 *
 * A code is public API: it does not change its meaning, and it travels unchanged from the place that
 * throws to the HTTP answer. The table gives the status that the HTTP layer answers with.
 */

/** Code → HTTP status. Every code has its section in `docs/reference/errors.md`; a test keeps the two equal. */
export const errorStatus = {
  // What a caller got wrong.
  SAGA_REQUEST_INVALID: 400,
  SAGA_ID_INVALID: 400,
  SAGA_INPUT_INVALID: 400,
  SAGA_EVENT_INVALID: 400,
  SAGA_FORCE_REQUIRED: 400,
  SAGA_SCHEDULE_INVALID: 400,
  SAGA_COMMAND_INVALID: 400,
  SAGA_SIMULATION_INVALID: 400,
  SAGA_IMPORT_INVALID: 400,
  SAGA_STUDIO_READ_ONLY: 403,
  SAGA_ORIGIN_REFUSED: 403,
  SAGA_NOT_FOUND: 404,
  SAGA_INSTANCE_NOT_FOUND: 404,
  SAGA_OPERATION_NOT_FOUND: 404,
  SAGA_SCHEDULE_NOT_FOUND: 404,
  SAGA_SOURCE_NOT_FOUND: 404,
  SAGA_ROUTE_NOT_FOUND: 404,
  SAGA_METHOD_NOT_ALLOWED: 405,
  SAGA_REQUEST_TIMEOUT: 408,
  SAGA_WAIT_TIMEOUT: 408,
  SAGA_INSTANCE_EXISTS: 409,
  SAGA_INSTANCE_ENDED: 409,
  SAGA_SCHEDULE_EXISTS: 409,
  SAGA_SCHEDULES_TOO_MANY: 409,
  SAGA_EVENT_NOT_ACCEPTED: 409,
  SAGA_FILE_REFUSED: 409,
  SAGA_INSTANCE_SUSPENDED: 409,
  SAGA_OPERATION_NOT_POSSIBLE: 409,
  SAGA_JOURNAL_NOT_REPRODUCIBLE: 409,
  SAGA_SOURCE_CHANGED: 409,
  SAGA_BODY_TOO_LARGE: 413,
  SAGA_MEDIA_TYPE_UNSUPPORTED: 415,
  SAGA_IDEMPOTENCY_KEY_REUSED: 422,
  SAGA_TRANSITION_FAILED: 422,
  SAGA_EDIT_REFUSED: 422,
  SAGA_SOURCE_INVALID: 422,
  SAGA_DRAFT_INVALID: 422,
  SAGA_CONTEXT_NOT_SERIALIZABLE: 422,
  SAGA_SIMULATION_FAILED: 422,
  SAGA_SNAPSHOT_TOO_LARGE: 422,
  SAGA_INSTANCE_QUARANTINED: 423,
  SAGA_SCHEDULE_DAMAGED: 423,
  SAGA_MAILBOX_FULL: 429,
  SAGA_PARKING_FULL: 429,
  SAGA_STARTS_FULL: 429,
  SAGA_WAITERS_FULL: 429,
  SAGA_STREAMS_FULL: 429,
  SAGA_LAYOUTS_FULL: 429,
  SAGA_DRAFTS_FULL: 429,
  SAGA_SIMULATIONS_FULL: 429,
  SAGA_HEADERS_TOO_LARGE: 431,

  // What the author of a saga, or the one who runs it, got wrong.
  SAGA_CHART_INVALID: 500,
  SAGA_DEFINITION_INVALID: 500,
  SAGA_CHECK_INVALID: 500,
  SAGA_VERSION_UNKNOWN: 500,
  SAGA_SNAPSHOT_INVALID: 500,
  SAGA_TRANSACTION_INVALID: 500,
  SAGA_CONFIG_INVALID: 500,
  SAGA_SOURCE_NOT_WRITTEN: 500,
  SAGA_INTERNAL: 500,

  // What the store or the process cannot do now.
  SAGA_REVISION_CONFLICT: 503,
  SAGA_RUNTIME_CLOSED: 503,
  SAGA_NOT_READY: 503,
  SAGA_STORE_BUSY: 503,
  SAGA_STORE_LOCKED: 503,
  SAGA_STORE_TOO_NEW: 503,
  SAGA_STORE_INVALID: 503,
  SAGA_STORE_MISMATCH: 503,
  SAGA_STORE_DAMAGED: 503,
  SAGA_STORE_TAKEN: 503,
  SAGA_STORE_OUTCOME_UNKNOWN: 503,
  SAGA_STORE_FULL: 507,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/** Any error that Sagachart raises on purpose. `code` tells the cases apart; the text is for people. */
export class SagaError extends Error {
  readonly code: ErrorCode;
  /** Facts for the caller beside the text, as JSON: `accepts` of a refused event, `issues` of a bad input. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "SagaError";
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Whether a store that threw this is at its end: what it wrote is not known, or its file is another's. */
export function isFatalToStore(error: unknown): error is SagaError {
  return error instanceof SagaError && fatalToStore.has(error.code);
}

const fatalToStore: ReadonlySet<ErrorCode> = new Set([
  "SAGA_STORE_OUTCOME_UNKNOWN",
  "SAGA_STORE_TAKEN",
]);
