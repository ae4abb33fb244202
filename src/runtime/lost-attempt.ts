/**
 * An attempt that was lost with its process may still take effect until its lease is over, while it is made again under
 * the same key.
 */
import type { Clock } from "../clock.ts";
import type { Attempt } from "./attempt.ts";

/** Whether the one before this attempt may still take effect. */
export function mayBeLost({ effect }: Attempt, nowMs: number): boolean {
  return effect.lostUntilMs !== null && effect.lostUntilMs > nowMs;
}

/**
 * What fails may be undone at once. But the attempt before it may yet take effect, and that would come after its undo.
 * Ends when that is over, when the attempt was left meanwhile, or when the process stops.
 */
export async function untilNoneIsLost(attempt: Attempt, clock: Clock): Promise<void> {
  const { signal } = attempt.controller;
  while (!signal.aborted && mayBeLost(attempt, clock.now())) {
    const waitMs = (attempt.effect.lostUntilMs ?? 0) - clock.now();
    await new Promise<void>((resolve) => {
      const cancel = clock.schedule(waitMs, resolve);
      signal.addEventListener("abort", () => resolve(cancel()), { once: true });
    });
  }
}
