/**
 * Walks with crashes: at which moments of a path a process may die, and how what it leaves goes on.
 *
 * What lies between two writes is not seen by anybody but the world: so these moments are all there are.
 */
import type { Move } from "../check/move.ts";
import { inPlaceAfter } from "./ledger.ts";
import type { Path } from "./paths.ts";
import type { Boundary, Remains, Rig } from "./rig.ts";
import type { Rigs } from "./rigs.ts";
import { messageOf } from "./walk.ts";

export interface CrashPoint {
  readonly remains: Remains;
  /** The move during which the process died; -1: during the start. */
  readonly step: number;
  /** Which moment of that move; counts from 0. */
  readonly nth: number;
  readonly boundary: Boundary;
  /** Whether the runtime finishes that move after the crash, with nobody's help. */
  readonly isDone: boolean;
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

/** A path without a crash. */
export interface Smooth {
  readonly points: readonly CrashPoint[];
  /** How everything stood after the start, and after each move; null if that cannot be told. */
  readonly rests: readonly (string | null)[];
  readonly end: End;
}

/** Walks a path without a crash, and keeps what crashes at its moments would leave, as far as they are wanted. */
export async function walkSmoothly(
  rigs: Rigs,
  { steps }: Path,
  isWanted: (step: number, nth: number) => boolean,
): Promise<Smooth> {
  const moments = new Moments(isWanted);
  const rig = await rigs.create(undefined, moments.see);
  await rig.begin();
  const rests = [await rig.standing()];
  for (const [index, { move, settled }] of steps.entries()) {
    moments.during(index, (boundary) => isDoneByItself(move, boundary, rig));
    await rig.perform(move, { index, untilMs: rig.place.startMs + settled.atMs });
    rests.push(await rig.standing());
  }
  const end = await endOf(rigs, rig);
  await rigs.release(rig);
  return { points: moments.points, rests, end };
}

/** How it went on after a crash. */
export interface After {
  /** The number of moves after which everything stood as if there had been no crash; null: never. */
  readonly alikeAfter: number | null;
  /** Null if it came to stand alike: then it ends alike. */
  readonly end: End | { readonly error: string } | null;
  /** Moments at which it may die again, until it stood alike. */
  readonly points: readonly CrashPoint[];
}

/** Opens what a crash has left, and makes the moves that are left, until everything stands as without the crash. */
export async function goOn(
  rigs: Rigs,
  { steps }: Path,
  { from, rests, isFragile }: { from: CrashPoint; rests: Smooth["rests"]; isFragile: boolean },
): Promise<After> {
  const moments = new Moments(() => isFragile);
  moments.during(from.step, () => from.isDone);
  const rig = await rigs.create(from.remains, moments.see);
  const moves = async (): Promise<number | null> => {
    if (from.step === -1) await rig.begin();
    if (from.step === -1 && isAlike(rests[0], await rig.standing())) return 0;
    for (const [index, { move }] of steps.entries()) {
      if (index < from.step) continue;
      if (index > from.step || !from.isDone) {
        moments.during(index, (boundary) => isDoneByItself(move, boundary, rig));
        await rig.perform(move, { index });
      }
      if (isAlike(rests[index + 1], await rig.standing())) return index + 1;
    }
    return null;
  };
  try {
    const alikeAfter = await moves();
    const end = alikeAfter === null ? await endOf(rigs, rig) : null;
    return { alikeAfter, end, points: moments.points };
  } catch (error) {
    return { alikeAfter: null, end: { error: messageOf(error) }, points: [] };
  } finally {
    await rigs.release(rig);
  }
}

function isAlike(smooth: string | null | undefined, crashed: string | null): boolean {
  return smooth !== null && smooth === crashed;
}

/** The moments of a walk. */
class Moments {
  readonly points: CrashPoint[] = [];
  readonly #isWanted: (step: number, nth: number) => boolean;
  #isDone: (boundary: Boundary) => boolean = () => false;
  #step = -1;
  #nth = 0;
  #writes = 0;
  #mark = "";

  constructor(isWanted: (step: number, nth: number) => boolean) {
    this.#isWanted = isWanted;
  }

  during(step: number, isDone: (boundary: Boundary) => boolean): void {
    if (step !== this.#step) this.#nth = 0;
    this.#step = step;
    this.#isDone = isDone;
  }

  readonly see = (boundary: Boundary, rig: Rig): void => {
    if (boundary !== "before") this.#writes += 1;
    const mark = `${this.#writes} ${rig.nowMs} ${rig.ledger.length}`;
    // The rows, the time and the world are what they were at the moment before: so is what comes of a crash.
    if (mark === this.#mark && boundary === "before") return;
    this.#mark = mark;
    const [step, nth] = [this.#step, this.#nth];
    this.#nth += 1;
    if (!this.#isWanted(step, nth)) return;
    const isDone = this.#isDone(boundary);
    this.points.push({ remains: rig.remains(), step, nth, boundary, isDone });
  };
}

function isDoneByItself(move: Move, boundary: Boundary, { hasAnswered }: Rig): boolean {
  switch (move.kind) {
    // Whoever sent it was not answered, and sends it again under the same key.
    case "send":
      return false;
    // Before its result was kept the attempt is made again.
    case "settle":
      return boundary === "after" && hasAnswered;
    case "fire":
    case "settleLate":
    case "lapse":
    case "takeEffect":
    case "crash":
      return true;
  }
}

async function endOf({ setting }: Rigs, rig: Rig): Promise<End> {
  const { state, phase, output } = await rig.view();
  return {
    state,
    phase,
    output,
    effects: rig.ledger.map(({ activity }) => activity),
    inPlace: inPlaceAfter(setting.chart, rig.ledger),
  };
}
