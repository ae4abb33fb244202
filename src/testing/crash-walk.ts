/**
 * Walks with crashes: at which moments of a path a process may die, and how what it leaves goes on.
 *
 * What lies between two writes is not seen by anybody but the world: so these moments are all there are.
 */
import type { Move } from "../check/move.ts";
import type { Place } from "./crash-tree.ts";
import { inPlaceAfter } from "./ledger.ts";
import type { Boundary, Remains } from "./remains.ts";
import type { Rig } from "./rig.ts";
import type { Rigs } from "./rigs.ts";

/** A moment at which the process dies. */
export interface CrashPoint {
  readonly remains: Remains;
  /** The move during which it died. */
  readonly place: Place;
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

/** Makes the move of a place as nobody does who was not answered: with the times of the path. */
export async function makeSmoothly(rig: Rig, { step, index }: Place): Promise<void> {
  if (step === null) await rig.begin();
  else await rig.perform(step.move, { index, untilMs: rig.place.startMs + step.settled.atMs });
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

/** Up to where moments were seen. */
export interface Mark {
  readonly writes: number;
  readonly mark: string;
}

const NO_MARK: Mark = { writes: 0, mark: "" };

/** The moments of a walk. */
export class Moments {
  points: CrashPoint[] = [];
  readonly #before: CrashPoint | null;
  #place: Place | null = null;
  #isWanted = false;
  #isMade = false;
  #writes: number;
  #mark: string;

  /** `before`: the crash after which it goes on. `from`: up to where they were seen of one that stood alike. */
  constructor(before: CrashPoint | null, from: Mark = NO_MARK) {
    this.#before = before;
    this.#writes = from.writes;
    this.#mark = from.mark;
  }

  get mark(): Mark {
    return { writes: this.#writes, mark: this.#mark };
  }

  /** Of another process, that stands as this one did at that mark. */
  from(mark: Mark): Moments {
    return new Moments(this.#before, mark);
  }

  /** `isMade`: the move is made, and what comes of it is under way. */
  during(place: Place, isWanted: boolean, isMade = false): void {
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
    const place = this.#place;
    if (!this.#isWanted || place === null) return;
    const move = place.step?.move;
    const isDone = this.#isMade || (move !== undefined && isDoneByItself(move, boundary, rig));
    const before = this.#before;
    this.points.push({ remains: rig.remains(), place, boundary, isDone, before });
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
