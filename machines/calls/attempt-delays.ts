/** The delays of a call that an input may set: how long an attempt may take, and how long to wait for the next. */
import { z } from "zod";

// Long enough for a slow bank, short enough that a typing error does not hold an instance for a week.
const AttemptDelay = z.int().min(1).max(3_600_000);

export const AttemptDelays = z.strictObject({
  attemptTimeoutMs: AttemptDelay.optional(),
  backoffBaseMs: AttemptDelay.optional(),
  backoffCapMs: AttemptDelay.optional(),
});
