/** Schedules as records, and the part of a store that keeps them. Definitions are opaque text here. */

/** The name of one schedule: `scheduleId` is unique within its saga. */
export interface ScheduleKey {
  readonly saga: string;
  readonly scheduleId: string;
}

/** What starts instances of a saga at its due times. */
export interface ScheduleRecord extends ScheduleKey {
  /** Number of writes, counts from 1. */
  readonly revision: number;
  /** When, how and with what instances are started; encoded by the runtime, never changed. */
  readonly definition: string;
  readonly isPaused: boolean;
  /** Null: it is paused, or has no due time any more. */
  readonly nextDueAtMs: number | null;
  /** The due time that was dealt with last, or null. */
  readonly lastDueAtMs: number | null;
  /** What came of it: `overlapped`: the last instance still ran; `missed`: nothing ran at that time; `refused`: see `lastError`. */
  readonly lastOutcome: "started" | "overlapped" | "missed" | "refused" | null;
  /** The instance that was started last, or null. */
  readonly lastInstanceId: string | null;
  /** Why the last start was refused; null if it was not. */
  readonly lastError: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface DueSchedule extends ScheduleKey {
  readonly dueAtMs: number;
}

/** The part of a store that keeps schedules. */
export interface ScheduleStore {
  /** @throws {SagaError} SAGA_SCHEDULE_DAMAGED if it is not as it was written; `listSchedules` as well. */
  loadSchedule(key: ScheduleKey): Promise<ScheduleRecord | null>;

  /**
   * Writes records in one durable transaction. Revision 1 creates a schedule; any other expects the stored one to
   * be one less. One that does not fit is left out as `revision` and leaves the others alone.
   */
  putSchedules(records: readonly ScheduleRecord[]): Promise<readonly ("committed" | "revision")[]>;

  /** False if it was not there. */
  deleteSchedule(key: ScheduleKey): Promise<boolean>;

  /** Schedules of a saga by their ids in the order of code points, those after `afterId` (null: from the first). */
  listSchedules(
    saga: string,
    page: { afterId: string | null; limit: number },
  ): Promise<readonly ScheduleRecord[]>;

  countSchedules(saga: string): Promise<number>;

  /** The `limit` schedules that are due first, in the order of their due times. */
  findSchedules(limit: number): Promise<readonly DueSchedule[]>;
}
