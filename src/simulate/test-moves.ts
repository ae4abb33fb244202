/**
 * A simulated path as the moves and samples of a test: answers that were given by hand become samples, and what a test
 * on the real runtime cannot do is told.
 */
import type { Move } from "../check/move.ts";
import type { Samples } from "../check/samples.ts";
import { oneOf } from "../check/samples.ts";
import type { PendingActivity } from "../saga/effect.ts";
import type { Setting } from "../testing/position.ts";
import type { SimulationMove } from "./path.ts";
import { sampleOutput } from "./play.ts";
import type { Frame, Point } from "./point.ts";

/** Outputs of activities, by name, that stand in a test in place of the samples. */
export type GivenOutputs = Readonly<Record<string, readonly unknown[]>>;

export interface TestMoves {
  readonly moves: readonly Move[];
  readonly outputs: GivenOutputs;
  /** By kind, what attempts fail with in place of the samples. */
  readonly errors: { readonly rejected?: unknown; readonly transient?: unknown };
  /** Why there can be no such test; empty if there can. */
  readonly reasons: readonly string[];
}

type Settle = SimulationMove & { readonly kind: "settle" };

interface Asked {
  readonly move: SimulationMove;
  /** Where the instance stood before the move. */
  readonly point: Point;
}

/** `frames`: those of the whole path, each with the index of its move. */
export function toTestMoves(
  setting: Setting,
  moves: readonly SimulationMove[],
  frames: readonly { readonly frame: Frame; readonly at: number }[],
): TestMoves {
  const asked = moves.map((move, at): Asked => ({ move, point: pointBefore(frames, at) }));
  const outputs = outputsOf(setting, asked);
  const reasons = new Set<string>();
  const errors: { rejected?: unknown; transient?: unknown } = {};
  const told = asked.flatMap((each): readonly Move[] => {
    const { move } = each;
    switch (move.kind) {
      case "wait":
        return [];
      case "child":
        reasons.add("a test cannot say how a child ends; start the child's own saga in it");
        return [];
      case "settle":
        for (const reason of noteError(errors, move)) reasons.add(reason);
        return [withChoice(setting, each, outputs)];
      case "send":
      case "fire":
      case "takeEffect":
      case "settleLate":
      case "lapse":
      case "crash":
        return [move];
    }
  });
  return { moves: told, outputs, errors, reasons: [...reasons] };
}

/** The samples with the answers of the test. */
export function samplesWith(
  samples: Samples,
  { outputs, errors }: Pick<TestMoves, "outputs" | "errors">,
): Samples {
  const chosen = Object.entries(outputs).map(([src, [first, ...others]]) => [
    src,
    others.length === 0 ? first : oneOf(first, ...others),
  ]);
  const isPlain = errors.rejected === undefined && errors.transient === undefined;
  return {
    ...samples,
    outputs: { ...samples.outputs, ...(Object.fromEntries(chosen) as object) },
    ...(isPlain ? {} : { errors: { ...DEFAULT_ERRORS, ...samples.errors, ...errors } }),
  };
}

const DEFAULT_ERRORS = {
  rejected: Object.assign(new Error("rejected"), { kind: "rejected" }),
  transient: Object.assign(new Error("no definite answer"), { kind: "unknown" }),
};

function pointBefore(
  frames: readonly { readonly frame: Frame; readonly at: number }[],
  at: number,
): Point {
  const before = frames.findLast((one) => one.at < at);
  if (before === undefined) throw new Error("a path has a first frame");
  return before.frame.after;
}

/** Of activities that are answered by hand at least once, all of the answers on the path. */
function outputsOf(setting: Setting, asked: readonly Asked[]): GivenOutputs {
  const found = new Map<string, unknown[]>();
  const answers = asked.flatMap(({ move, point }) => {
    if (move.kind !== "settle" || move.outcome !== "ok") return [];
    const activity = attemptOf(point, move);
    return activity === undefined ? [] : [{ move, point, activity }];
  });
  const byHand = new Set(
    answers.filter(({ move }) => "output" in move).map(({ activity }) => activity.src),
  );
  for (const { move, point, activity } of answers) {
    if (!byHand.has(activity.src)) continue;
    const output = answerOf(setting, { move, point }, activity);
    const known = found.get(activity.src) ?? [];
    if (indexOf(known, output) === -1) found.set(activity.src, [...known, output]);
  }
  return Object.fromEntries(found);
}

function answerOf(
  setting: Setting,
  { move, point }: { move: Settle; point: Point },
  activity: PendingActivity,
): unknown {
  if ("output" in move) return move.output;
  return sampleOutput(setting, point, activity, move.choice ?? 0);
}

function withChoice(setting: Setting, { move, point }: Asked, outputs: GivenOutputs): Move {
  const { output: _, error: __, choice, ...plain } = move as Settle;
  const activity = attemptOf(point, move as Settle);
  const given = activity === undefined ? undefined : outputs[activity.src];
  if (activity === undefined || given === undefined || plain.outcome !== "ok") {
    return choice === undefined ? plain : { ...plain, choice };
  }
  const index = indexOf(given, answerOf(setting, { move: move as Settle, point }, activity));
  return index <= 0 ? plain : { ...plain, choice: index };
}

function attemptOf({ standing }: Point, { activityId }: Settle): PendingActivity | undefined {
  return standing.activities.find((one) => one.activityId === activityId && !one.abandoned);
}

function indexOf(outputs: readonly unknown[], output: unknown): number {
  const text = JSON.stringify(output);
  return outputs.findIndex((one) => JSON.stringify(one) === text);
}

/** Samples know one error of each kind. */
function noteError(
  errors: { rejected?: unknown; transient?: unknown },
  move: Settle,
): readonly string[] {
  if (move.outcome === "ok") return [];
  const kind = move.outcome === "rejected" ? "rejected" : "transient";
  if (!("error" in move)) return [];
  const isOther = kind in errors && JSON.stringify(errors[kind]) !== JSON.stringify(move.error);
  errors[kind] = move.error;
  return isOther ? ["a test knows one error of each kind; the path has several"] : [];
}
