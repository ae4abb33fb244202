/**
 * Partings: a crash has an undo wait until the lease of what was lost lapses. Time goes by meanwhile, so where regions stand
 * side by side, timers may fire in another order than on the path. From there on the path does not say any more where the
 * instance should be; but its journal does, and that is looked at instead.
 */
import { isDeepStrictEqual } from "node:util";
import { firedIn, wrongIn } from "./audit.ts";
import type { Evidence } from "./audit.ts";
import type { Setting } from "./position.ts";

/** Why an instance is not where its path says: it has parted from it, or else what is wrong, in words. */
export type Parting = "parted" | readonly string[];

/**
 * Of one that came to a place at another time than its path does. `paths`: what the path itself comes to, before and after
 * the move that was made last.
 */
export function partingOf(
  setting: Setting,
  evidence: Evidence,
  paths: readonly Evidence[],
): Parting {
  const fired = firedIn(evidence);
  // Timers that are lost or fire twice leave the path as well, and the journal tells.
  if (paths.some((path) => isDeepStrictEqual(firedIn(path), fired))) return [];
  const wrong = wrongIn(setting, evidence);
  return wrong.length === 0 ? "parted" : wrong;
}
