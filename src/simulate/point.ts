/** Points: where a simulated instance stands, and the frames between them: one for each step that its chart makes. */
import type { EventObject } from "xstate";
import { NOTHING_DONE } from "../check/ledger.ts";
import type { Effect, PendingActivity } from "../saga/effect.ts";
import type { Standing } from "../saga/step.ts";
import { abandonedOf } from "../testing/position.ts";
import type { Position, Setting } from "../testing/position.ts";

export interface Point extends Position {
  /** Events that came early, in order. */
  readonly parked: readonly EventObject[];
  /** Until when each attempt that the chart has left may still take effect, by its name. */
  readonly lapsesAtMs: Readonly<Record<string, number>>;
}

/**
 * Why a step happened: because of the move itself, or of what follows from it by itself: a timer that is due at
 * the same time, an event that was kept, a message of the instance to itself, a lease that lapses.
 */
export type Cause = "start" | "move" | "timer" | "parked" | "message" | "lapse";

/**
 * `applied`: the chart took it. `parked`: it is kept until a state takes it. `unhandled`: no transition takes it, and
 * it is spent. `unheard`: it happened in the world, the chart knows nothing of it. `failed`: the chart threw.
 */
export type Verdict = "applied" | "parked" | "unhandled" | "unheard" | "failed";

export interface Frame {
  readonly cause: Cause;
  readonly verdict: Verdict;
  /** What the chart heard; null if it heard of nothing. */
  readonly heard: EventObject | null;
  /** Null in the first frame. */
  readonly before: Point | null;
  readonly after: Point;
  readonly effects: readonly Effect[];
  /** What the chart threw, or null. */
  readonly fault: string | null;
}

export function firstPoint({ startMs }: Setting, standing: Standing): Point {
  return {
    standing,
    revision: 1,
    nowMs: startMs,
    ledger: NOTHING_DONE,
    parked: [],
    lapsesAtMs: {},
  };
}

/** The point with another standing, and with the leases of attempts that were left on the way. */
export function standingAt({ leaseMs }: Setting, point: Point, standing: Standing): Point {
  const after = { ...point, standing };
  const lapses = abandonedOf(after).map((activity) => {
    const name = attemptName(activity);
    return [name, point.lapsesAtMs[name] ?? point.nowMs + leaseMs] as const;
  });
  return { ...after, lapsesAtMs: Object.fromEntries(lapses) };
}

export function lapseOf({ lapsesAtMs, nowMs }: Point, activity: PendingActivity): number {
  return lapsesAtMs[attemptName(activity)] ?? nowMs;
}

function attemptName({ activityId, generation }: PendingActivity): string {
  return `${activityId} ${generation}`;
}
