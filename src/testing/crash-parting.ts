/**
 * Partings: a crash has an undo wait until the lease of what was lost lapses. Time goes by meanwhile, so where regions stand
 * side by side, timers may fire in another order than on the path. From there on the path does not say any more where the
 * instance should be; but its journal does, and that is looked at instead.
 */
import { isDeepStrictEqual } from "node:util";
import { firedIn, wrongIn } from "./audit.ts";
import type { Evidence } from "./audit.ts";
import type { Setting } from "./position.ts";

/**
 * Why an instance is not where its path says: `parted`, or what is wrong, in words. `paths`: what the path itself comes
 * to, before and after the move that was made last.
 */
export function partingOf(
  setting: Setting,
  { isLate, evidence }: { isLate: boolean; evidence: Evidence },
  paths: readonly Evidence[],
): "parted" | readonly string[] {
  const fired = firedIn(evidence);
  // A timer that is lost, or fires twice, leaves the path as well: but not without a wait, and the journal tells.
  if (!isLate || paths.some((path) => isDeepStrictEqual(firedIn(path), fired))) return [];
  const wrong = wrongIn(setting, evidence);
  return wrong.length === 0 ? "parted" : wrong;
}
