/**
 * What a schedule does at a due time: which one to start for, and which comes next. Pure, so that every rule
 * about missed and overlapping times is a table in a test.
 */
import type { Timing } from "./schedule-timing.ts";

/** What happens at a due time while the last instance still runs. */
export type Overlap = "skip" | "allow";

/** What is started after a time when nothing could be: the latest due time, all of them, or none. */
export type CatchUp = "one" | "all" | "none";

/** Due times that `all` catches up with. Those before the last so many are passed over. */
export const CATCH_UP_MAX = 100;

export interface DueFacts {
  /** The due time that the schedule waited for. */
  readonly dueAtMs: number;
  readonly nowMs: number;
  /** Since when this process is there to start instances: due times before are missed. */
  readonly openedAtMs: number;
  readonly catchUp: CatchUp;
  readonly overlap: Overlap;
  readonly isLastRunning: boolean;
  /** An earlier process started the instance of this due time, and was lost before it wrote that down. */
  readonly isStarted: boolean;
}

export interface DuePlan {
  /** The due time that is dealt with. */
  readonly dueAtMs: number;
  readonly verdict: "start" | "overlapped" | "missed";
  /** Due times before it, first and last, that are passed over; null: there are none. */
  readonly passedOver: { readonly firstMs: number; readonly lastMs: number } | null;
  /** May be past already: it is dealt with next then. Null: there is none. */
  readonly nextDueAtMs: number | null;
}

export function planDue(timing: Timing, facts: DueFacts): DuePlan {
  const { dueAtMs, nowMs, openedAtMs, catchUp, overlap, isLastRunning, isStarted } = facts;
  if (isStarted) return planFor(timing, facts, { chosenMs: dueAtMs, verdict: "start" });

  const max = catchUp === "all" ? CATCH_UP_MAX : 1;
  const recent = lastDueTimes(timing, { fromMs: dueAtMs, toMs: Math.max(nowMs, dueAtMs), max });
  const chosenMs = recent[0] ?? dueAtMs;
  const isMissed = catchUp === "none" && chosenMs < openedAtMs;
  const isOverlap = overlap === "skip" && isLastRunning;
  const verdict = isMissed ? "missed" : isOverlap ? "overlapped" : "start";
  return planFor(timing, facts, { chosenMs, verdict });
}

function planFor(
  timing: Timing,
  { dueAtMs }: DueFacts,
  { chosenMs, verdict }: { chosenMs: number; verdict: DuePlan["verdict"] },
): DuePlan {
  const [lastMs] =
    chosenMs === dueAtMs
      ? []
      : lastDueTimes(timing, { fromMs: dueAtMs, toMs: chosenMs - 1, max: 1 });
  return {
    dueAtMs: chosenMs,
    verdict,
    passedOver: lastMs === undefined ? null : { firstMs: dueAtMs, lastMs },
    nextDueAtMs: timing.next(chosenMs),
  };
}

const WINDOW_MS_MIN = 1_000;

/**
 * The last `max` due times from `fromMs`, which is one, to `toMs`, both included, ascending. They are looked for
 * in ever larger windows before `toMs`, so that a year of missed minutes costs no year of counting.
 */
export function lastDueTimes(
  timing: Timing,
  { fromMs, toMs, max }: { fromMs: number; toMs: number; max: number },
): readonly number[] {
  for (let windowMs = WINDOW_MS_MIN * max; ; windowMs *= 2) {
    const isWhole = toMs - windowMs <= fromMs;
    const found = isWhole ? [fromMs] : [];
    const afterMs = isWhole ? fromMs : toMs - windowMs;
    for (let at = timing.next(afterMs); at !== null && at <= toMs; at = timing.next(at)) {
      found.push(at);
    }
    if (isWhole || found.length >= max) return found.slice(-max);
  }
}
