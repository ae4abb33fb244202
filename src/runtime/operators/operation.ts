/**
 * Operations: what an operator asks of an instance, as data, and its checks. Who asked and why is journaled.
 */
import type { EventObject } from "xstate";
import { SagaError } from "../../errors.ts";
import type { OperationName, OperationRecord } from "../../store/store.ts";

/** Characters of a reason: a sentence for whoever reads the journal, not a report. */
export const REASON_LENGTH_MAX = 500;
/** Characters of the name of an operator. */
export const BY_LENGTH_MAX = 200;

/** What may be asked of one instance. A fork is an operation too, but makes another instance. */
export const operationNames = [
  "cancel",
  "retry",
  "skip",
  "suspend",
  "resume",
  "terminate",
  "redeliver",
  "release",
] as const satisfies readonly OperationName[];

export type InstanceOperation = (typeof operationNames)[number];

export interface OperationRequest {
  readonly operation: InstanceOperation;
  /** For the journal; 1-500 characters. */
  readonly reason: string;
  /** Who asks; 1-200 characters. */
  readonly by?: string;
  /**
   * `terminate` leaves undone what was done, so it has to be asked for twice; so has a `release` of an instance whose
   * rows are still not as they were written: they are taken as they are then.
   */
  readonly force?: boolean;
}

/** An operation that may be carried out, if the instance is fit for it. */
export interface Operation {
  readonly name: InstanceOperation;
  readonly record: OperationRecord;
  readonly force: boolean;
}

/** @throws {SagaError} SAGA_REQUEST_INVALID, SAGA_FORCE_REQUIRED for `terminate` without `force`. */
export function checkOperation(request: OperationRequest): Operation {
  const name = operationNames.find((known) => known === request.operation);
  if (name === undefined) {
    throw new SagaError(
      "SAGA_REQUEST_INVALID",
      `operation is none of ${operationNames.join(", ")}`,
    );
  }
  const record = checkOperator(name, request);
  const { force = false } = request;
  if (typeof force !== "boolean") {
    throw new SagaError("SAGA_REQUEST_INVALID", "force is no boolean");
  }
  if (name === "terminate" && !force) {
    throw new SagaError(
      "SAGA_FORCE_REQUIRED",
      "terminate undoes nothing of what was done; cancel the instance, or ask again with force: true",
    );
  }
  return { name, record, force };
}

/** @throws {SagaError} SAGA_REQUEST_INVALID unless the reason and the name are texts of a fit length. */
export function checkOperator(
  operation: OperationName,
  { reason, by }: { reason: string; by?: string },
): OperationRecord {
  return {
    operation,
    by: by === undefined ? null : checkText("by", by, BY_LENGTH_MAX),
    reason: checkText("reason", reason, REASON_LENGTH_MAX),
  };
}

/** The chart's own event for an operation that the chart draws; null for those of the runtime. */
export function chartEventOf({ name, record }: Operation): EventObject | null {
  switch (name) {
    case "cancel":
    case "retry":
    case "skip":
      return { type: `saga.${name}`, reason: record.reason } as EventObject;
    case "suspend":
    case "resume":
    case "terminate":
    case "redeliver":
    case "release":
      return null;
  }
}

/** How messages name who asked. */
export function nameOf({ by }: OperationRecord): string {
  return by ?? "an operator";
}

function checkText(what: string, text: unknown, lengthMax: number): string {
  if (
    typeof text === "string" &&
    text.trim() !== "" &&
    text.length <= lengthMax &&
    !/\p{Surrogate}/u.test(text)
  ) {
    return text;
  }
  throw new SagaError("SAGA_REQUEST_INVALID", `${what} is not a text of 1-${lengthMax} characters`);
}
