/**
 * What a chart reads of a failed attempt.
 *
 * An activity may be rejected with anything, and after a restart that is plain data. Only `kind: "rejected"`
 * says that surely nothing happened; whatever says less leaves the outcome unknown.
 */

// A service that asks for a day would hold the instance, and what it has done so far, for a day.
const RETRY_AFTER_MS_MAX = 5 * 60_000;

/** Whether the service refused, so that nothing happened. False for a timeout. */
export function isRejection(event: object): boolean {
  return fieldOf(event, "kind") === "rejected";
}

/** How long the service wants to be left alone, at most five minutes; null if it does not say. */
export function retryAfterMsOf(event: object): number | null {
  const asked = fieldOf(event, "retryAfterMs");
  return typeof asked === "number" && asked > 0 ? Math.min(asked, RETRY_AFTER_MS_MAX) : null;
}

/** Why the attempt failed, in words. An event without an error is the timeout of the attempt. */
export function failureMessage(event: object, attemptTimeoutMs: number): string {
  if (!("error" in event)) return `no answer within ${attemptTimeoutMs} ms`;
  const message = fieldOf(event, "message");
  return typeof message === "string" ? message : "failed without a message";
}

function fieldOf(event: object, field: "kind" | "message" | "retryAfterMs"): unknown {
  const error = "error" in event ? event.error : undefined;
  if (typeof error !== "object" || error === null) return undefined;
  return (error as Partial<Record<typeof field, unknown>>)[field];
}
