/** The delays around a call, which an input may set. */
import { z } from "zod";

export interface AttemptDelays {
  /** Longest wait for the answer of one attempt. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Wait after the first attempt, before jitter; doubles with each attempt. */
  readonly backoffBaseMs?: number | undefined;
  /** Longest wait between two attempts, unless the service itself asks for more. */
  readonly backoffCapMs?: number | undefined;
}

// Long enough for a slow bank, short enough that a typing error does not hold an instance for a week.
const AttemptDelay = z.int().min(1).max(3_600_000);

/** As an input brings them. */
export const AttemptDelaysInput = z.strictObject({
  attemptTimeoutMs: AttemptDelay.optional(),
  backoffBaseMs: AttemptDelay.optional(),
  backoffCapMs: AttemptDelay.optional(),
});
