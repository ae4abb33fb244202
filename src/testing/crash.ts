/**
 * Crashes: a path is walked once, and what a process that died would leave is kept at every write and at every effect.
 * From each of these remains the runtime is opened again and goes on, and must come to the same end and to the same
 * ledger as if nothing had happened.
 *
 * What lies between two writes is not seen by anybody but the world: so these moments are all there are.
 */
import { isDeepStrictEqual } from "node:util";
import type { Move } from "../check/move.ts";
import type { Chart } from "../saga/chart.ts";
import type { AnySaga } from "../saga/define.ts";
import { inPlaceAfter } from "./ledger.ts";
import { wordsOf } from "./path-name.ts";
import type { Path } from "./paths.ts";
import type { Setting } from "./position.ts";
import { literal } from "./ready-test.ts";
import type { Boundary, Remains, Rig } from "./rig.ts";
import type { RigOptions, Rigs } from "./rigs.ts";
import { failure, inRigs, messageOf } from "./walk.ts";

export interface CrashOptions extends RigOptions {
  /** Crash only at moves from this one on; those before it may be the moves of another path. Default 0. */
  readonly fromStep?: number;
}

export interface Crashes {
  /** How many moments the process died at. */
  readonly points: number;
}

interface CrashPoint {
  readonly remains: Remains;
  /** The move during which the process died; -1: during the start. */
  readonly step: number;
  readonly boundary: Boundary;
}

/** How a path ends, as far as a crash may not change it. */
interface End {
  readonly state: string;
  readonly phase: string;
  readonly output: unknown;
  /** What took effect, in order, each operation once. */
  readonly effects: readonly string[];
  readonly inPlace: readonly string[];
}

/**
 * Lets the process die at each moment of the path, and go on.
 *
 * @throws {Error} with a ready test if an end differs from that of the walk without a crash.
 */
export async function crashEverywhere(
  saga: AnySaga,
  path: Path,
  { fromStep = 0, ...options }: CrashOptions,
): Promise<Crashes> {
  return inRigs(saga, options, (rigs) => crashIn(rigs, path, fromStep));
}

/** Crashes on a path, one of many of the same saga. */
export async function crashIn(rigs: Rigs, path: Path, fromStep: number): Promise<Crashes> {
  const { chart } = rigs.setting;
  // In a file of its own: it is copied at every point.
  const rig = await rigs.create();
  const points = await walkOnce(rig, path, fromStep);
  const end = await endOf(chart, rig);
  await rigs.release(rig);
  for (const point of points) {
    const again = await rigs.create(point.remains);
    const actual = await goOn(again, path, point)
      .then(() => endOf(chart, again))
      .catch((error: unknown) => ({ error: messageOf(error) }));
    await rigs.release(again);
    again.discard(point.remains);
    if (!isDeepStrictEqual(actual, end)) {
      throw different(rigs.setting, path, { point, actual, end });
    }
  }
  return { points: points.length };
}

async function walkOnce(
  rig: Rig,
  { steps }: Path,
  fromStep: number,
): Promise<readonly CrashPoint[]> {
  const points: CrashPoint[] = [];
  let step = -1;
  let marks = "";
  rig.onBoundary = (boundary) => {
    const isFirst = step === -1 && fromStep === 0;
    if (step < fromStep && !isFirst) return;
    if (boundary === "after") writes += 1;
    const mark = `${writes} ${rig.nowMs} ${rig.ledger.length}`;
    // The file, the time and the world are what they were at the point before: so is what comes of a crash.
    if (mark === marks && boundary === "before") return;
    marks = mark;
    points.push({ remains: rig.remains(), step, boundary });
  };
  let writes = 0;
  await rig.begin();
  for (const [index, { move, settled }] of steps.entries()) {
    step = index;
    await rig.perform(move, { index, untilMs: rig.place.startMs + settled.atMs });
  }
  rig.onBoundary = () => {};
  return points;
}

async function goOn(rig: Rig, path: Path, { step, boundary }: CrashPoint): Promise<void> {
  if (step === -1) await rig.begin();
  for (const [index, { move }] of path.steps.entries()) {
    if (index < step) continue;
    if (index === step && isDoneByItself(move, boundary)) continue;
    await rig.perform(move, { index });
  }
}

/** Whether the runtime finishes the move after the crash, with nobody's help. */
function isDoneByItself(move: Move, boundary: Boundary): boolean {
  switch (move.kind) {
    // Whoever sent it was not answered, and sends it again under the same key.
    case "send":
      return false;
    // Before its result was kept the attempt is made again.
    case "settle":
      return boundary === "after";
    case "fire":
    case "settleLate":
    case "lapse":
    case "takeEffect":
    case "crash":
      return true;
  }
}

async function endOf(chart: Chart, rig: Rig): Promise<End> {
  const { state, phase, output } = await rig.view();
  return {
    state,
    phase,
    output,
    effects: rig.ledger.map(({ activity }) => activity),
    inPlace: inPlaceAfter(chart, rig.ledger),
  };
}

function different(
  setting: Setting,
  { name, steps }: Path,
  { point, actual, end }: { point: CrashPoint; actual: unknown; end: End },
): Error {
  const moves = steps.map(({ move }) => move);
  const { step, boundary } = point;
  const during = moves[step];
  const when = `${boundary} the commit of ${during === undefined ? "the start" : `"${wordsOf(during)}"`}`;
  return failure(setting, `${name}, with a crash ${when}`, {
    what: `it ends as ${literal(actual)}, without the crash as ${literal(end)}`,
    moves: withCrash(moves, point),
    expects: [
      `expect(seen.state).toBe(${literal(end.state)});`,
      `expect(seen.ledger.map(({ activity }) => activity)).toEqual(${literal(end.effects)});`,
    ],
  });
}

/** The moves with the crash as one of them. */
function withCrash(moves: readonly Move[], { step, boundary }: CrashPoint): readonly Move[] {
  const crash: Move = { kind: "crash" };
  const during = moves[step];
  if (during === undefined || boundary === "after") {
    return [...moves.slice(0, step + 1), crash, ...moves.slice(step + 1)];
  }
  const isInPlace =
    during.kind === "settle" && (during.outcome === "ok" || during.outcome === "lostReply");
  const effect: readonly Move[] = isInPlace
    ? [{ kind: "takeEffect", activityId: during.activityId }]
    : [];
  return [...moves.slice(0, step), ...effect, crash, ...moves.slice(step)];
}
