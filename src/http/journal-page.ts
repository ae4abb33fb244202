/** Which page of a journal a query asks for. */
import { SagaError } from "../errors.ts";
import { isObject } from "./json-body.ts";
import { httpLimits } from "./limits.ts";

export interface JournalPage {
  /** Revision of the last entry before the page; 0: from the first. */
  readonly after: number;
  readonly limit: number;
}

/** @throws {SagaError} SAGA_REQUEST_INVALID for other parameters than `after` and `limit`, or no such numbers. */
export function readJournalPage(query: unknown): JournalPage {
  const parameters = isObject(query) ? query : {};
  const unknown = Object.keys(parameters).find((name) => name !== "after" && name !== "limit");
  if (unknown !== undefined) {
    throw invalid(`${JSON.stringify(unknown)} is no parameter here; known: after, limit`);
  }
  const { after, limit } = parameters;
  return {
    after: readInteger("after", after ?? "0", { min: 0, max: Number.MAX_SAFE_INTEGER }),
    limit: readInteger("limit", limit ?? String(httpLimits.journalPageDefault), {
      min: 1,
      max: httpLimits.journalPageMax,
    }),
  };
}

// A parameter that is given twice is a list.
function readInteger(
  name: string,
  text: unknown,
  { min, max }: { min: number; max: number },
): number {
  const value = typeof text === "string" && /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw invalid(`${name} is no integer from ${min} to ${max}`);
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", message);
}
