/** Readiness: why a runtime should be sent nothing now, each reason with a code for programs and a text for people. */
import { isFatalToStore } from "../../errors.ts";
import type { SagaError } from "../../errors.ts";
import type { StoreRemark } from "../../store/store.ts";

export interface ReadinessFacts {
  /** Why it takes nothing any more, or null. */
  readonly closed: SagaError | null;
  /** Why its store takes nothing for the moment, or null. */
  readonly shut: SagaError | null;
  /** How long a commit takes that is too slow, or null. */
  readonly slowCommitMs: number | null;
}

/** Empty: it is ready. */
export function unreadinessOf({
  closed,
  shut,
  slowCommitMs,
}: ReadinessFacts): readonly StoreRemark[] {
  const reasons: StoreRemark[] = [];
  if (closed !== null) {
    reasons.push({
      code: isFatalToStore(closed) ? "store-failed" : "draining",
      text: closed.message,
    });
  }
  if (shut !== null) {
    reasons.push({
      code: shut.code === "SAGA_STORE_FULL" ? "disk-full" : "store-busy",
      text: shut.message,
    });
  }
  if (slowCommitMs !== null) {
    const text = `a commit takes ${Math.round(slowCommitMs)} ms; look at the disk`;
    reasons.push({ code: "commit-slow", text });
  }
  return reasons;
}
