/**
 * Acts as moves: what a person asks for in one go ("fail three times", "let it time out") becomes the moves that it
 * is made of, so that a path is made of moves alone and says what happened.
 */
import { abandonedOf, dueOrder } from "../testing/position.ts";
import type { Setting } from "../testing/position.ts";
import type { Act, SimulationMove } from "./path.ts";
import { isOver, play } from "./play.ts";
import type { Point } from "./point.ts";

/** Moves that one act comes to at most. */
const MOVES_PER_ACT_MAX = 60;

export interface Expanded {
  readonly moves: readonly SimulationMove[];
  /** Why it went no further; null if it came to its end. */
  readonly reason: string | null;
}

export function expand(setting: Setting, point: Point, act: Act): Expanded {
  const way = new Way(setting, point);
  switch (act.kind) {
    case "fireTimer":
      return way.walk(
        ({ standing }) => standing.timers.some(({ timerId }) => timerId === act.timerId),
        (at) => firing(at),
        "there is no such timer now",
      );
    case "timeOut":
      return way.walk(
        (at) => isMade(at, act.activityId),
        (at) => firing(at),
        `no attempt of ${act.activityId} is being made now`,
      );
    case "fail":
      return fail(way, act);
    case "goOn":
      return goOn(way);
    case "send":
    case "fire":
    case "settle":
    case "takeEffect":
    case "settleLate":
    case "lapse":
    case "crash":
    case "wait":
    case "child":
      return (way.go(act), way.done(null));
  }
}

/** Moves one after the other, each from where the one before it led. */
class Way {
  readonly #setting: Setting;
  readonly #moves: SimulationMove[] = [];
  #reason: string | null = null;
  point: Point;

  constructor(setting: Setting, point: Point) {
    this.#setting = setting;
    this.point = point;
  }

  get canGoOn(): boolean {
    return this.#reason === null && !isOver(this.point);
  }

  /** Whether it can happen. */
  go(move: SimulationMove): boolean {
    if (this.#moves.length >= MOVES_PER_ACT_MAX) {
      this.#reason = `it takes more than ${MOVES_PER_ACT_MAX} moves`;
      return false;
    }
    const played = play(this.#setting, this.point, move);
    if (played.kind === "refused") {
      this.#reason = played.reason;
      return false;
    }
    this.#moves.push(move);
    const last = played.frames.at(-1);
    if (last !== undefined) this.point = last.after;
    if (last?.verdict === "failed") this.#reason = last.fault;
    return this.#reason === null;
  }

  /** Makes moves for as long as something is the case; there must be one at first. */
  walk(
    isSo: (at: Point) => boolean,
    next: (at: Point) => SimulationMove | null,
    otherwise: string,
  ): Expanded {
    if (!isSo(this.point)) return this.done(otherwise);
    while (isSo(this.point) && this.canGoOn) {
      const move = next(this.point);
      if (move === null) return this.done("nothing would end it");
      if (!this.go(move)) break;
    }
    return this.done(null);
  }

  done(reason: string | null): Expanded {
    return { moves: this.#moves, reason: this.#reason ?? reason };
  }
}

function fail(way: Way, act: Act & { kind: "fail" }): Expanded {
  const { activityId, outcome, times } = act;
  for (let made = 0; made < times; made += 1) {
    const hasBegun = made === 0 || waitForAttempt(way, activityId);
    if (!hasBegun) return way.done(`the chart gave up after ${made} of ${times}`);
    if (!way.go({ kind: "settle", activityId, outcome })) return way.done(null);
  }
  return way.done(null);
}

/** Whether the chart makes another attempt, after it has waited. If it does anything else first, it has given up. */
function waitForAttempt(way: Way, activityId: string): boolean {
  while (!isMade(way.point, activityId)) {
    const isElsewhere = way.point.standing.activities.some(({ abandoned }) => !abandoned);
    const move = isElsewhere || !way.canGoOn ? null : firing(way.point);
    if (move === null || !way.go(move)) return false;
  }
  return true;
}

function goOn(way: Way): Expanded {
  const hasSomething = (at: Point): boolean => nextOf(at) !== null;
  return way.walk(hasSomething, nextOf, "it waits for an event from outside");
}

/** What happens next if all goes well; null if somebody must do something. */
function nextOf(at: Point): SimulationMove | null {
  if (isOver(at)) return null;
  const [left] = abandonedOf(at);
  if (left !== undefined) return { kind: "lapse", activityId: left.activityId };
  const [live] = at.standing.activities;
  if (live !== undefined) return { kind: "settle", activityId: live.activityId, outcome: "ok" };
  // A timer beside a wait for an event is its end, and not what goes well.
  const isRetry = at.standing.snapshot.hasTag("retrying");
  return isRetry ? firing(at) : null;
}

function firing({ standing }: Point): SimulationMove | null {
  const [first] = dueOrder(standing.timers);
  return first === undefined ? null : { kind: "fire", event: first.event.type };
}

function isMade({ standing }: Point, activityId: string): boolean {
  return standing.activities.some((one) => one.activityId === activityId && !one.abandoned);
}
