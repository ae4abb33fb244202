/**
 * Simulation: an instance of a saga that runs without any effect, move by move, as its reader likes. No activity is
 * called, nothing is written, and time is a number; what the chart does is computed by the steps that the runtime takes.
 *
 * It is stateless: a path goes in, all of its steps come out.
 */
import { SagaError } from "../errors.ts";
import { acceptedEvents, declaredEvents } from "../saga/accepts.ts";
import type { AnySaga } from "../saga/define.ts";
import type { PendingActivity, PendingChild } from "../saga/effect.ts";
import { choicesOf } from "../check/samples.ts";
import type { Samples } from "../check/samples.ts";
import { payloadsOf } from "../testing/payloads.ts";
import { abandonedOf, dueOrder, isHeldBack, settingOf } from "../testing/position.ts";
import type { Setting } from "../testing/position.ts";
import { expand } from "./expand.ts";
import { withForced } from "./forced.ts";
import type { Act, SimulationMove, SimulationPath } from "./path.ts";
import { MOVES_MAX } from "./path.ts";
import { begin, isOver, play, sampleOutput } from "./play.ts";
import { lapseOf } from "./point.ts";
import type { Frame, Point } from "./point.ts";
import { timerWords, toStep } from "./step.ts";
import type { SimulationStep } from "./step.ts";

export interface Simulation {
  readonly saga: string;
  readonly version: number;
  /** The path with the moves of the act; what could not happen is left out. */
  readonly path: SimulationPath;
  readonly steps: readonly SimulationStep[];
  readonly now: Now;
  /** The move that could not happen, or why an act went no further; null if all did. */
  readonly stopped: Stopped | null;
}

export interface Stopped {
  /** Index of the move; that of the first one behind the path for an act. */
  readonly move: number;
  readonly reason: string;
}

/** Where it stands, and what can happen next. */
export interface Now {
  readonly isOver: boolean;
  readonly context: unknown;
  /** Of an instance that ended; otherwise undefined. */
  readonly output: unknown;
  readonly error: unknown;
  readonly events: readonly NextEvent[];
  readonly activities: readonly NextActivity[];
  /** Attempts that the chart has left, and that may still take effect. */
  readonly left: readonly LeftAttempt[];
  /** In the order in which they are due. */
  readonly timers: readonly NextTimer[];
  readonly children: readonly Pick<PendingChild, "childId" | "src" | "kind" | "systemId">[];
  /** Types of events that came early and are kept, in order. */
  readonly parked: readonly string[];
}

export interface NextEvent {
  readonly type: string;
  /** It depends on its payload: a guard may refuse it. */
  readonly guarded: boolean;
  /** No state takes it now: it would be kept. */
  readonly early: boolean;
  /** Payloads from the samples, or made from the schema. */
  readonly payloads: readonly object[];
}

export interface NextActivity {
  readonly activityId: string;
  readonly src: string;
  readonly input: unknown;
  readonly attempt: number;
  readonly idempotencyKey: string;
  /** It waits until an attempt that was left can take effect no more. */
  readonly isHeldBack: boolean;
  /** What it may answer by the samples. */
  readonly outputs: readonly unknown[];
}

export interface LeftAttempt {
  readonly activityId: string;
  readonly src: string;
  readonly lapsesInMs: number;
}

export interface NextTimer {
  readonly timerId: string;
  readonly event: string;
  readonly words: string;
  readonly dueInMs: number;
}

/** How long a simulation may be computed before it is given up, ms. */
const SIMULATION_MS_MAX = 5_000;

export interface SimulateOptions {
  readonly act?: Act;
  /** What measures the time that it takes. */
  readonly monotonic: () => number;
}

/**
 * All steps of a path, and of what is to happen behind it.
 *
 * @throws {SagaError} SAGA_SIMULATION_INVALID if the path is too long, takes too long, or never comes to rest;
 * SAGA_CHART_INVALID, SAGA_INPUT_INVALID, SAGA_TRANSITION_FAILED if the saga cannot start with this input.
 */
export function simulate(
  saga: AnySaga,
  samples: Samples,
  path: SimulationPath,
  { act, monotonic }: SimulateOptions,
): Simulation {
  const setting = settingFor(saga, samples, path);
  const untilMs = monotonic() + SIMULATION_MS_MAX;
  const run = new Run(setting, () => {
    if (monotonic() <= untilMs) return;
    throw invalid(`the simulation takes longer than ${SIMULATION_MS_MAX / 1_000} s; shorten it`);
  });
  run.playAll(path.moves);
  if (act !== undefined && run.stopped === null) run.act(act);
  return {
    saga: saga.name,
    version: saga.version,
    path: { ...path, moves: run.moves },
    steps: run.steps,
    now: nowAt(setting, run.point),
    stopped: run.stopped,
  };
}

/**
 * The setting of a path: that of the samples, with an input of its own and forced guards if it has some.
 *
 * @throws {SagaError} SAGA_SIMULATION_INVALID if there is no such guard.
 */
export function settingFor(saga: AnySaga, samples: Samples, path: SimulationPath): Setting {
  return settingOf(
    withForced(saga, path.guards),
    "input" in path ? { ...samples, input: path.input } : samples,
  );
}

/** All frames of a path, and how far it came. */
export class Run {
  readonly #setting: Setting;
  readonly #checkTime: () => void;
  readonly #moves: SimulationMove[] = [];
  readonly frames: { readonly frame: Frame; readonly at: number }[];
  point: Point;
  stopped: Stopped | null = null;

  constructor(setting: Setting, checkTime: () => void = () => {}) {
    this.#setting = setting;
    this.#checkTime = checkTime;
    this.frames = begin(setting).map((frame) => ({ frame, at: -1 }));
    this.point = lastOf(this.frames);
  }

  get moves(): readonly SimulationMove[] {
    return this.#moves;
  }

  get steps(): readonly SimulationStep[] {
    return this.frames.map(({ frame, at }) =>
      toStep(this.#setting, frame, { move: this.#moves[at] ?? null, at }),
    );
  }

  playAll(moves: readonly SimulationMove[]): void {
    for (const move of moves) {
      if (this.stopped !== null) return;
      this.#checkTime();
      this.play(move);
    }
  }

  play(move: SimulationMove): void {
    const at = this.#moves.length;
    if (at >= MOVES_MAX) throw invalid(`a path has at most ${MOVES_MAX} moves`);
    const played = play(this.#setting, this.point, move);
    if (played.kind === "refused") {
      this.stopped = { move: at, reason: played.reason };
      return;
    }
    this.#moves.push(move);
    for (const frame of played.frames) this.frames.push({ frame, at });
    const last = played.frames.at(-1);
    if (last === undefined) return;
    this.point = last.after;
    if (last.fault !== null) this.stopped = { move: at, reason: last.fault };
  }

  act(act: Act): void {
    const { moves, reason } = expand(this.#setting, this.point, act);
    this.playAll(moves);
    if (reason !== null) this.stopped ??= { move: this.#moves.length, reason };
  }
}

function lastOf(frames: readonly { readonly frame: Frame }[]): Point {
  const last = frames.at(-1);
  if (last === undefined) throw new Error("an instance has a first frame");
  return last.frame.after;
}

function nowAt(setting: Setting, point: Point): Now {
  const { standing, nowMs } = point;
  const { snapshot } = standing;
  const ended = isOver(point);
  return {
    isOver: ended,
    context: snapshot.context as unknown,
    output: snapshot.output as unknown,
    error: snapshot.error,
    events: ended ? [] : eventsAt(setting, point),
    activities: ended ? [] : activitiesAt(setting, point),
    left: abandonedOf(point).map((activity) => ({
      activityId: activity.activityId,
      src: activity.src,
      lapsesInMs: Math.max(0, lapseOf(point, activity) - nowMs),
    })),
    timers: dueOrder(standing.timers).map(({ timerId, event, dueAtMs }) => ({
      timerId,
      event: event.type,
      words: timerWords(event.type),
      dueInMs: Math.max(0, dueAtMs - nowMs),
    })),
    children: standing.children.map(({ childId, src, kind, systemId }) => ({
      childId,
      src,
      kind,
      systemId,
    })),
    parked: point.parked.map(({ type }) => type),
  };
}

function eventsAt({ chart, samples }: Setting, { standing }: Point): readonly NextEvent[] {
  const { saga } = chart;
  const accepted = acceptedEvents(chart, standing.snapshot);
  const types = new Set(accepted.map(({ type }) => type));
  const early = declaredEvents(chart).filter(
    (type) => !types.has(type) && saga.parks.includes(type),
  );
  return [
    ...accepted.map(({ type, guarded }) => ({ type, guarded, early: false })),
    ...early.map((type) => ({ type, guarded: false, early: true })),
  ].map((event) => ({ ...event, payloads: samplePayloads(saga, samples, event.type) }));
}

// Where neither samples nor schema tell, the reader writes one.
function samplePayloads(saga: AnySaga, samples: Samples, type: string): readonly object[] {
  try {
    return payloadsOf(saga, samples, type);
  } catch {
    return [];
  }
}

function activitiesAt(setting: Setting, point: Point): readonly NextActivity[] {
  const live = point.standing.activities.filter(({ abandoned }) => !abandoned);
  return live.map((activity: PendingActivity) => {
    const { activityId, src, input, attempt, idempotencyKey } = activity;
    const outputs = Array.from({ length: choicesOf(setting.samples, src) }, (_, choice) =>
      sampleOutput(setting, point, activity, choice),
    );
    const held = isHeldBack(setting, point, src);
    return { activityId, src, input, attempt, idempotencyKey, isHeldBack: held, outputs };
  });
}

function invalid(what: string): SagaError {
  return new SagaError("SAGA_SIMULATION_INVALID", what);
}
