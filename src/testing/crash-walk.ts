/**
 * Walks with crashes: at which moments of a path a process may die, and how what it leaves goes on.
 *
 * What lies between two writes is not seen by anybody but the world: so these moments are all there are.
 */
import type { Move } from "../check/move.ts";
import { placesOf } from "./crash-tree.ts";
import type { Place } from "./crash-tree.ts";
import { inPlaceAfter } from "./ledger.ts";
import type { Boundary, Remains, Rig } from "./rig.ts";
import type { Rigs } from "./rigs.ts";

/** A moment at which the process dies. */
export interface CrashPoint {
  readonly remains: Remains;
  /** The move during which it died. */
  readonly place: Place;
  /** Which moment of that move; counts from 0. */
  readonly nth: number;
  readonly boundary: Boundary;
  /** Whether the runtime finishes that move after the crash, with nobody's help. */
  readonly isDone: boolean;
  /** The crash before it, from which it was on its way; null: it is the first. */
  readonly before: CrashPoint | null;
}

/** How a path ends, as far as a crash may not change it. */
export interface End {
  readonly state: string;
  readonly phase: string;
  readonly output: unknown;
  /** What took effect, in order, each operation once. */
  readonly effects: readonly string[];
  readonly inPlace: readonly string[];
}

/**
 * Walks the path on which `place` was first seen without a crash; answers the moments of what was not gone through
 * before.
 */
export async function walkSmoothly(
  rigs: Rigs,
  root: Place,
  place: Place,
): Promise<readonly CrashPoint[]> {
  const moments = new Moments(null);
  const rig = await rigs.create(undefined, moments.see);
  for (const at of placesOf(root, place.path)) {
    const isNew = at.smooth === null;
    moments.during(at, isNew);
    const { step, index } = at;
    if (step === null) await rig.begin();
    else await rig.perform(step.move, { index, untilMs: rig.place.startMs + step.settled.atMs });
    if (!isNew) continue;
    const end = at.next.size === 0 ? await endOf(rigs, rig) : null;
    at.smooth = { standing: await rig.standing(), end };
  }
  await rigs.release(rig);
  return moments.points;
}

export async function endOf({ setting }: Rigs, rig: Rig): Promise<End> {
  const { state, phase, output } = await rig.view();
  return {
    state,
    phase,
    output,
    effects: rig.ledger.map(({ activity }) => activity),
    inPlace: inPlaceAfter(setting.chart, rig.ledger),
  };
}

/** Makes the move of a place as whoever was not answered makes it again. */
export async function makeMove(rig: Rig, { step, index }: Place): Promise<void> {
  if (step === null) await rig.begin();
  else await rig.perform(step.move, { index });
}

/** The moments of a walk. */
export class Moments {
  points: CrashPoint[] = [];
  readonly #before: CrashPoint | null;
  #place: Place | null = null;
  #isWanted = false;
  #isMade = false;
  #nth = 0;
  #writes = 0;
  #mark = "";

  /** `before`: the crash after which it goes on. */
  constructor(before: CrashPoint | null) {
    this.#before = before;
  }

  /** `isMade`: the move is made, and what comes of it is under way. */
  during(place: Place, isWanted: boolean, isMade = false): void {
    if (place !== this.#place) this.#nth = 0;
    this.#place = place;
    this.#isWanted = isWanted;
    this.#isMade = isMade;
  }

  /** Those since the last time. */
  take(): readonly CrashPoint[] {
    const taken = this.points;
    this.points = [];
    return taken;
  }

  readonly see = (boundary: Boundary, rig: Rig): void => {
    if (boundary !== "before") this.#writes += 1;
    const mark = `${this.#writes} ${rig.nowMs} ${rig.ledger.length}`;
    // The rows, the time and the world are what they were at the moment before: so is what comes of a crash.
    if (mark === this.#mark && boundary === "before") return;
    this.#mark = mark;
    const [place, nth] = [this.#place, this.#nth];
    this.#nth += 1;
    if (!this.#isWanted || place === null) return;
    const move = place.step?.move;
    const isDone = this.#isMade || (move !== undefined && isDoneByItself(move, boundary, rig));
    const before = this.#before;
    this.points.push({ remains: rig.remains(), place, nth, boundary, isDone, before });
  };
}

function isDoneByItself(move: Move, boundary: Boundary, { hasAnswered, hasFired }: Rig): boolean {
  switch (move.kind) {
    // Whoever sent it was not answered, and sends it again under the same key.
    case "send":
      return false;
    // Before its result was kept the attempt is made again.
    case "settle":
      return boundary === "after" && hasAnswered;
    case "fire":
      return hasFired;
    case "settleLate":
    case "lapse":
    case "takeEffect":
    case "crash":
      return true;
  }
}
