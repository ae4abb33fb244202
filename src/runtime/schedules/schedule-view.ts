/**
 * The view of a schedule: what the runtime tells callers about it, and how it comes from its record.
 */
import { decode } from "../../saga/codec.ts";
import type { ScheduleRecord } from "../../store/store.ts";
import type { ScheduleDefinition } from "./schedule-definition.ts";
import type { CatchUp, Overlap } from "./schedule-plan.ts";

export interface ScheduleView {
  readonly saga: string;
  readonly id: string;
  /** Null if the schedule has `everyMs`. */
  readonly cron: string | null;
  readonly timeZone: string | null;
  /** Null if the schedule has `cron`. */
  readonly everyMs: number | null;
  readonly input: unknown;
  readonly overlap: Overlap;
  readonly catchUp: CatchUp;
  readonly attributes: Readonly<Record<string, string>>;
  readonly paused: boolean;
  /** Null while it is paused. */
  readonly nextDueAtMs: number | null;
  /** The due time that was dealt with last, and what came of it. */
  readonly lastDueAtMs: number | null;
  readonly lastOutcome: ScheduleRecord["lastOutcome"];
  readonly lastInstanceId: string | null;
  /** Why the last start was refused; null if it was not. */
  readonly lastError: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export function definitionOf(record: ScheduleRecord): ScheduleDefinition {
  return decode(record.definition) as ScheduleDefinition;
}

export function toScheduleView(record: ScheduleRecord): ScheduleView {
  const { timing, input, overlap, catchUp, attributes } = definitionOf(record);
  const isCron = "cron" in timing;
  return {
    saga: record.saga,
    id: record.scheduleId,
    cron: isCron ? timing.cron : null,
    timeZone: isCron ? timing.timeZone : null,
    everyMs: isCron ? null : timing.everyMs,
    input,
    overlap,
    catchUp,
    attributes,
    paused: record.isPaused,
    nextDueAtMs: record.nextDueAtMs,
    lastDueAtMs: record.lastDueAtMs,
    lastOutcome: record.lastOutcome,
    lastInstanceId: record.lastInstanceId,
    lastError: record.lastError,
    createdAtMs: record.createdAtMs,
    updatedAtMs: record.updatedAtMs,
  };
}
