/** Play: what one move makes of a simulated instance, or why it cannot happen there. */
import type { EventObject } from "xstate";
import { outputOf } from "../check/samples.ts";
import type { Samples } from "../check/samples.ts";
import { SagaError } from "../errors.ts";
import { refusalOf } from "../saga/accepts.ts";
import { stateOf } from "../saga/chart.ts";
import { normalize } from "../saga/codec.ts";
import type { PendingActivity } from "../saga/effect.ts";
import { decodeSnapshot, encodeSnapshot } from "../saga/snapshot.ts";
import { advance, hear, settle, start, toEvent } from "../saga/step.ts";
import type { Outcome } from "../saga/step.ts";
import { answerTo, hasEffect } from "../testing/answers.ts";
import { entered, inPlaceOf } from "../testing/ledger.ts";
import { inputOf, receivedAs } from "../testing/payloads.ts";
import { abandonedOf, dueOrder, isHeldBack } from "../testing/position.ts";
import type { Setting } from "../testing/position.ts";
import type { SimulationMove } from "./path.ts";
import { firstPoint, lapseOf, standingAt } from "./point.ts";
import type { Frame, Point } from "./point.ts";
import { Reel } from "./reel.ts";

export type Played =
  | { readonly kind: "played"; readonly frames: readonly Frame[] }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * The first frames of an instance.
 *
 * @throws {SagaError} SAGA_INPUT_INVALID, SAGA_TRANSITION_FAILED if the chart throws on it.
 */
export function begin(setting: Setting): readonly Frame[] {
  const { chart, samples, instanceId, startMs } = setting;
  const input = normalize(inputOf(chart.saga, samples));
  const { next, effects } = start(chart, input, { instanceId, revision: 1, nowMs: startMs });
  const after = standingAt(setting, firstPoint(setting, next), next);
  const first: Frame = {
    cause: "start",
    verdict: "applied",
    heard: null,
    before: null,
    after,
    effects,
    fault: null,
  };
  const reel = new Reel(setting, after, effects);
  reel.settle();
  return [first, ...reel.frames];
}

/** @throws {SagaError} SAGA_SIMULATION_INVALID if it never comes to rest; SAGA_CHECK_INVALID if a sample throws. */
export function play(setting: Setting, point: Point, move: SimulationMove): Played {
  const reel = new Reel(setting, point);
  const reason = make(reel, move);
  if (reason !== null) return { kind: "refused", reason };
  if (!reel.hasFailed) reel.settle();
  return { kind: "played", frames: reel.frames };
}

/** Null, or why it cannot happen. */
function make(reel: Reel, move: SimulationMove): string | null {
  if (isOver(reel.point) && move.kind !== "settleLate" && move.kind !== "lapse") {
    return "the instance has ended";
  }
  switch (move.kind) {
    case "send":
      return send(reel, move.event);
    case "fire":
      return fireFirst(reel, move.event);
    case "wait":
      return (reel.pass(reel.point.nowMs + move.ms), null);
    case "settle":
      return settleAttempt(reel, move);
    case "takeEffect": {
      const activity = begun(reel, move.activityId);
      if (typeof activity === "string") return activity;
      return (reel.happen("move", withEffect(reel, reel.point, activity)), null);
    }
    case "settleLate":
    case "lapse":
      return endLeft(reel, move);
    case "crash":
      return (reel.happen("move", restarted(reel)), null);
    case "child":
      return endChild(reel, move);
  }
}

export function isOver({ standing }: Point): boolean {
  return standing.snapshot.status !== "active";
}

function send(reel: Reel, given: EventObject): string | null {
  const { chart } = reel.setting;
  const { snapshot } = reel.point.standing;
  let event: EventObject;
  try {
    event = receivedAs(chart.saga, given);
  } catch (error) {
    if (error instanceof SagaError) return error.message;
    throw error;
  }
  const { standing } = reel.point;
  const isTaken = reel.step({ cause: "move", heard: event }, (moment) =>
    advance(chart, standing, event, moment),
  );
  if (isTaken) return null;
  if (chart.saga.parks.includes(event.type)) return (reel.park(event), null);
  const { why, guards } = refusalOf(chart, snapshot, event);
  const said = guards.length === 0 ? "" : `: ${guards.join(", ")} said no`;
  return `${event.type} is not taken in ${stateOf(snapshot)} (${why}${said})`;
}

function fireFirst(reel: Reel, eventType: string): string | null {
  const [first] = dueOrder(reel.point.standing.timers);
  if (first?.event.type !== eventType) {
    const what = first === undefined ? "no timer is set" : `${first.event.type} is due first`;
    return `${eventType} cannot fire: ${what}`;
  }
  reel.pass(Math.max(reel.point.nowMs, first.dueAtMs), "move");
  return null;
}

function settleAttempt(reel: Reel, move: SimulationMove & { kind: "settle" }): string | null {
  const activity = begun(reel, move.activityId);
  if (typeof activity === "string") return activity;
  const { setting } = reel;
  const ended = hasEffect(move.outcome) ? withEffect(reel, reel.point, activity) : reel.point;
  const outcome = outcomeOf(setting, ended, activity, move);
  const heard = toEvent(activity.activityId, outcome);
  const { standing } = reel.point;
  reel.move(ended);
  reel.step({ cause: "move", heard }, (moment) =>
    settle(setting.chart, standing, { activity, outcome }, moment),
  );
  return null;
}

/** The attempt that is being made, waited for if one is in its way that was left (promise 7); a text: why there is none. */
function begun(reel: Reel, activityId: string): PendingActivity | string {
  const find = (): PendingActivity | undefined =>
    reel.point.standing.activities.find((one) => one.activityId === activityId && !one.abandoned);
  for (;;) {
    const activity = find();
    if (activity === undefined) {
      return `no attempt of ${activityId} is being made in ${stateOf(reel.point.standing.snapshot)}`;
    }
    if (!isHeldBack(reel.setting, reel.point, activity.src)) return activity;
    const lapses = abandonedOf(reel.point).map((left) => lapseOf(reel.point, left));
    reel.pass(Math.min(...lapses));
    if (reel.hasFailed) return "the chart threw while an attempt that was left was waited for";
  }
}

/** How the attempt ends, and with what. */
function outcomeOf(
  setting: Setting,
  point: Point,
  activity: PendingActivity,
  move: SimulationMove & { kind: "settle" },
): Outcome {
  const samples = withAnswer(setting.samples, activity.src, move);
  const facts = { inPlace: inPlaceOf(point.ledger) };
  const answer = answerTo(samples, activity, move, facts);
  return answer.kind === "done" ? { ...answer, output: normalize(answer.output) } : answer;
}

/** The samples with what this move says by hand. */
function withAnswer(
  samples: Samples,
  src: string,
  move: SimulationMove & { kind: "settle" },
): Samples {
  if ("output" in move) return { ...samples, outputs: { ...samples.outputs, [src]: move.output } };
  if (!("error" in move)) return samples;
  const error = toThrown(move.error);
  return { ...samples, errors: { rejected: error, transient: error } };
}

/** What an activity would have thrown: JSON knows no errors. */
function toThrown(given: unknown): unknown {
  if (given === null || typeof given !== "object" || !("message" in given)) return given;
  const { message, ...fields } = given;
  return typeof message === "string" ? Object.assign(new Error(message), fields) : given;
}

/** What the activity would answer if all goes well; undefined if the sample throws. */
export function sampleOutput(
  { samples }: Setting,
  point: Point,
  activity: PendingActivity,
  choice: number,
): unknown {
  try {
    return outputOf(samples, activity, { inPlace: inPlaceOf(point.ledger) }, choice);
  } catch {
    return undefined;
  }
}

function withEffect(reel: Reel, point: Point, activity: PendingActivity): Point {
  const { src, idempotencyKey } = activity;
  const entry = { activity: src, idempotencyKey };
  return { ...point, ledger: entered(reel.setting.chart, point.ledger, entry) };
}

function endLeft(
  reel: Reel,
  move: SimulationMove & { kind: "settleLate" | "lapse" },
): string | null {
  const left = abandonedOf(reel.point).find(({ activityId }) => activityId === move.activityId);
  if (left === undefined) return `no attempt of ${move.activityId} was left`;
  if (move.kind === "lapse") return (reel.pass(lapseOf(reel.point, left), "move"), null);
  const ended = hasEffect(move.outcome) ? withEffect(reel, reel.point, left) : reel.point;
  reel.move(ended);
  reel.lapse(left, "move");
  return null;
}

function endChild(reel: Reel, move: SimulationMove & { kind: "child" }): string | null {
  const { childId, ending, output } = move;
  const { standing } = reel.point;
  const child = standing.children.find((one) => one.childId === childId);
  if (child === undefined) return `there is no child ${childId} now`;
  const error = toThrown(output ?? { message: "the child failed" });
  const outcome: Outcome = ending === "done" ? { kind: "done", output } : { kind: "error", error };
  const event = toEvent(childId, outcome);
  const news = { child: { childId, generation: child.generation }, event };
  reel.step({ cause: "move", heard: event }, (moment) =>
    hear(reel.setting.chart, standing, news, moment),
  );
  return null;
}

/** The instance as another process reads it back from the file. */
function restarted({ setting, point }: Reel): Point {
  const { chart } = setting;
  const { snapshot, visits } = point.standing;
  const text = encodeSnapshot(chart, snapshot, visits);
  const read = decodeSnapshot(chart, text);
  return { ...point, standing: { ...point.standing, ...read } };
}
