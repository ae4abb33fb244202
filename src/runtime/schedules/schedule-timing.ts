/**
 * When a schedule is due: by a cron expression in a time zone, or at a fixed distance. Pure: it is asked about
 * times that it is given, and sets no timers.
 *
 * Croner's rules for clocks that are put forward or back hold: a fixed time that does not exist that day is due
 * as soon as the clock has been put forward, one that comes twice is due once, and what repeats by a wildcard is
 * due by elapsed time.
 */
import { Cron } from "croner";
import { SagaError } from "../../errors.ts";

export interface CronTiming {
  /** Five fields, or six with seconds first, or a nickname such as `@daily`. */
  readonly cron: string;
  /** A name of the IANA time zone database. */
  readonly timeZone: string;
}

export interface IntervalTiming {
  readonly everyMs: number;
}

export interface Timing {
  /** The first due time after `afterMs`; null if there is none. */
  readonly next: (afterMs: number) => number | null;
}

/** Characters of a cron expression: room for all fields as lists. */
export const CRON_LENGTH_MAX = 256;
export const EVERY_MS_MIN = 1_000;
/** A leap year. What comes rarer than that is a date, and cron knows those. */
export const EVERY_MS_MAX = 366 * 24 * 60 * 60 * 1_000;

/** Intervals count from `originMs`, so that they never drift. @throws {SagaError} SAGA_SCHEDULE_INVALID */
export function toTiming(timing: CronTiming | IntervalTiming, originMs: number): Timing {
  return "cron" in timing ? toCron(timing) : toInterval(timing, originMs);
}

function toInterval({ everyMs }: IntervalTiming, originMs: number): Timing {
  if (!Number.isSafeInteger(everyMs) || everyMs < EVERY_MS_MIN || everyMs > EVERY_MS_MAX) {
    throw invalid(`everyMs is ${everyMs}; give an integer from ${EVERY_MS_MIN} to ${EVERY_MS_MAX}`);
  }
  return {
    next: (afterMs) => {
      const passed = Math.floor((afterMs - originMs) / everyMs);
      return originMs + Math.max(1, passed + 1) * everyMs;
    },
  };
}

function toCron({ cron, timeZone }: CronTiming): Timing {
  checkTimeZone(timeZone);
  const job = parse(cron, timeZone);
  return {
    // oxlint-disable-next-line eslint/no-restricted-globals -- a time that was given; croner asks for no other then
    next: (afterMs) => job.nextRun(new Date(afterMs))?.getTime() ?? null,
  };
}

function parse(cron: string, timeZone: string): Cron {
  if (cron.length > CRON_LENGTH_MAX) {
    throw invalid(`the cron expression is longer than ${CRON_LENGTH_MAX} characters`);
  }
  let job: Cron;
  try {
    // Without a function to call it is an expression only: no timer is set.
    job = new Cron(cron, { timezone: timeZone, mode: "5-or-6-parts" });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "";
    throw invalid(`cron ${JSON.stringify(cron)} is not valid: ${reason}`, error);
  }
  if (job.getOnce() === null) return job;
  throw invalid(`cron ${JSON.stringify(cron)} is a date; give a cron expression`);
}

function checkTimeZone(timeZone: string): void {
  try {
    // Some versions of Node take offsets as well, which croner does not.
    if (!/^[A-Za-z]/.test(timeZone)) throw new RangeError("no name");
    // Throws for a zone that this Node does not know.
    Intl.DateTimeFormat("en", { timeZone });
  } catch (cause) {
    const shown = JSON.stringify(timeZone.slice(0, 60));
    throw invalid(`timeZone ${shown} is no name of the IANA time zone database`, cause);
  }
}

function invalid(message: string, cause?: unknown): SagaError {
  return new SagaError("SAGA_SCHEDULE_INVALID", message, { cause });
}
