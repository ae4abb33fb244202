/** The part of a store that lets go of instances that have ended. */
import type { InstanceKey } from "./family.ts";

/** Up to where ended instances were looked through: they are in the order of their last commits. */
export interface EndedCursor {
  readonly updatedAtMs: number;
  /** Orders those of the same time; of no other meaning. */
  readonly position: number;
}

export interface Deletion {
  /** Instances that are no more, children among them. */
  readonly deleted: readonly InstanceKey[];
  /** Rows that were deleted, of instances that are not gone yet as well. */
  readonly rows: number;
  /** Where the next look goes on; null: nothing is left that may go. */
  readonly next: EndedCursor | null;
}

export interface RetentionStore {
  /**
   * Deletes instances that have ended and made their last commit before `beforeMs`, the oldest first, with all that
   * belongs to them, in one durable transaction of about `rowsMax` rows (at least 1). A child goes with the instance
   * above all, not before it. One that is larger goes in several transactions: its children first, then what is
   * between the ends of its journal, the instance itself in the last one; until then it is still found, and the next calls go on
   * with it, also those of a later opening. Left alone are families of which one has not ended, is in quarantine, or
   * has effects or actions that are not done.
   *
   * @throws {SagaError} as `commit` does.
   */
  deleteEnded(options: {
    readonly beforeMs: number;
    readonly rowsMax: number;
    /** Null: from the first. */
    readonly after: EndedCursor | null;
  }): Promise<Deletion>;
}
