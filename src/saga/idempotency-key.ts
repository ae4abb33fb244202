/** Idempotency keys: names of operations that stay the same on every attempt, and are never used again. */
import { SagaError } from "../errors.ts";
import type { Chart } from "./chart.ts";

/** The idempotency key of an operation that an instance begins. */
export function keyOf(
  { saga, invocations }: Chart,
  activityId: string,
  facts: { instanceId: string; context: unknown; visitRevision: number },
): string {
  const own = invocations.get(activityId)?.idempotencyKey ?? null;
  if (own !== null) return checkedKey(own(facts), activityId);
  const { instanceId, visitRevision } = facts;
  return `${encodePart(saga.name)}/${encodePart(instanceId)}/${encodePart(activityId)}/${visitRevision}`;
}

/** Parts are percent-encoded, so that the key reads back and fits into an HTTP header. */
export function operationKey(parts: readonly string[]): string {
  return parts.map(encodePart).join("/");
}

// Nearly all parts are of these characters only, and to see that costs a fifth of the encoding.
const UNRESERVED = /^[\w.~!*'()-]*$/;

function encodePart(part: string): string {
  return UNRESERVED.test(part) ? part : encodeURIComponent(part);
}

const OWN_KEY_LENGTH_MAX = 500;

function checkedKey(key: unknown, activityId: string): string {
  if (typeof key === "string" && key.length > 0 && key.length <= OWN_KEY_LENGTH_MAX) return key;
  throw new SagaError(
    "SAGA_TRANSITION_FAILED",
    `meta.idempotencyKey of "${activityId}" gave ${JSON.stringify(key)}; give a string of 1-${OWN_KEY_LENGTH_MAX} characters`,
  );
}
