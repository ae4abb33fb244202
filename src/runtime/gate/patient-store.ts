/**
 * A patient store: while another program holds the database, what is asked of it is asked again, after a pause in which
 * the event loop is free. Nothing was written then, so each of its verbs may be called again as it was.
 *
 * A backup tool or a shell holds a database for moments. Waiting inside SQLite would stop everything else for as long.
 */
import type { Clock } from "../../clock.ts";
import { SagaError } from "../../errors.ts";

/** In all, for one call; whoever sends something should not wait much longer for an answer. */
export const STORE_PATIENCE_MS = 2_000;

/** The first pause; each one is twice as long as the one before. */
const PAUSE_MS_MIN = 25;
/** So that a store that waits 50 ms by itself holds the loop for a fifth of the time. */
const PAUSE_MS_MAX = 200;

/** A probe asks whether it would wait, and an end must not. */
const impatient: ReadonlySet<PropertyKey> = new Set(["probe", "close"]);

export interface Patience {
  readonly clock: Clock;
  readonly patienceMs: number;
  /** True once it is known that the store takes nothing: then nothing waits any longer. */
  readonly isGivenUp: () => boolean;
}

/** A verb that is patient; `name` is its name. */
export function patiently(
  name: PropertyKey,
  verb: (...args: unknown[]) => unknown,
  patience: Patience,
): (...args: unknown[]) => unknown {
  if (impatient.has(name)) return verb;
  return (...args) => {
    const answer = verb(...args);
    if (!(answer instanceof Promise)) return answer;
    return answer.catch((error: unknown) => {
      if (!isBusy(error)) throw error;
      return askAgain(() => verb(...args), error, patience);
    });
  };
}

async function askAgain(
  ask: () => unknown,
  first: unknown,
  { clock, patienceMs, isGivenUp }: Patience,
): Promise<unknown> {
  const endsAt = clock.monotonic() + patienceMs;
  let [error, pauseMs] = [first, PAUSE_MS_MIN];
  while (!isGivenUp() && clock.monotonic() < endsAt) {
    const delayMs = Math.min(pauseMs, endsAt - clock.monotonic());
    await new Promise<void>((resolve) => clock.schedule(delayMs, resolve));
    pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    try {
      return await ask();
    } catch (next) {
      if (!isBusy(next)) throw next;
      error = next;
    }
  }
  throw error;
}

function isBusy(error: unknown): boolean {
  return error instanceof SagaError && error.code === "SAGA_STORE_BUSY";
}
