/**
 * The reel: frame after frame of one simulated instance. It makes the steps that the runtime would make, on the same
 * pure functions, and writes nothing, calls nothing, waits for nothing: time is a number.
 *
 * What follows from a step by itself follows here too: messages of an instance to itself, and events that came early.
 */
import type { EventObject } from "xstate";
import { SagaError } from "../errors.ts";
import type { Effect, PendingActivity, Sent } from "../saga/effect.ts";
import { advance, fire, hear, without } from "../saga/step.ts";
import type { Moment, Step } from "../saga/step.ts";
import { abandonedOf, dueOrder } from "../testing/position.ts";
import type { Setting } from "../testing/position.ts";
import { lapseOf, standingAt } from "./point.ts";
import type { Cause, Frame, Point } from "./point.ts";

/** Frames that one move makes at most: more is a chart that never comes to rest. */
export const FRAMES_PER_MOVE_MAX = 200;

/** What a frame tells beside the step. */
interface Facts {
  readonly cause: Cause;
  readonly heard: EventObject | null;
}

export class Reel {
  readonly setting: Setting;
  readonly #frames: Frame[] = [];
  /** Messages of the instance to itself that are not delivered yet. */
  readonly #mail: Sent[];
  #point: Point;

  /** `effects`: what the step asked for that came to `point`. */
  constructor(setting: Setting, point: Point, effects: readonly Effect[] = []) {
    this.setting = setting;
    this.#point = point;
    this.#mail = effects.flatMap(ownMail);
  }

  get point(): Point {
    return this.#point;
  }

  get frames(): readonly Frame[] {
    return this.#frames;
  }

  /** Whether the chart threw: then nothing more happens. */
  get hasFailed(): boolean {
    return this.#frames.at(-1)?.verdict === "failed";
  }

  /** A step of the chart; false, and no frame, if no transition takes it. */
  step(facts: Facts, next: (moment: Moment) => Step | null): boolean {
    const before = this.#point;
    const { instanceId } = this.setting;
    const revision = before.revision + 1;
    let step: Step | null;
    try {
      step = next({ instanceId, revision, nowMs: before.nowMs });
    } catch (error) {
      if (!(error instanceof SagaError)) throw error;
      this.#push({ ...facts, verdict: "failed", effects: [], fault: error.message }, before);
      return true;
    }
    if (step === null) return false;
    const isTaken = facts.heard === null || step.next.snapshot !== before.standing.snapshot;
    const isHeard = isTaken || step.effects.length > 0;
    const verdict = isHeard ? "applied" : "unhandled";
    const after = { ...standingAt(this.setting, before, step.next), revision };
    this.#push({ ...facts, verdict, effects: step.effects, fault: null }, after);
    return true;
  }

  /** Something of which the chart hears nothing. */
  happen(cause: Cause, point: Point): void {
    this.#push({ cause, heard: null, verdict: "unheard", effects: [], fault: null }, point);
  }

  /** An event is kept until a state takes it. */
  park(event: EventObject): void {
    const { revision, parked } = this.#point;
    const after = { ...this.#point, revision: revision + 1, parked: [...parked, event] };
    const facts = { cause: "move", heard: event, verdict: "parked", effects: [] } as const;
    this.#push({ ...facts, fault: null }, after);
  }

  /** The world changes together with the next step. */
  move(point: Point): void {
    this.#point = point;
  }

  /** All that follows by itself: messages to itself first, then what came early, each in its order. */
  settle(): void {
    while (!this.hasFailed) {
      const sent = this.#mail.shift();
      if (sent !== undefined) this.#deliver(sent);
      else if (!this.#unpark()) return;
    }
  }

  /** Time passes: what is due by then happens in its order. `cause` is that of the first timer. */
  pass(untilMs: number, cause: Cause = "timer"): void {
    let next = cause;
    for (;;) {
      if (this.hasFailed) return;
      const due = dueOrder(this.#point.standing.timers).find(({ dueAtMs }) => dueAtMs <= untilMs);
      const left = this.#firstToLapse();
      const lapseMs = left === null ? Number.POSITIVE_INFINITY : lapseOf(this.#point, left);
      if (due !== undefined && due.dueAtMs <= lapseMs) {
        this.#waitUntil(due.dueAtMs);
        this.#fire(next, due);
        next = "timer";
        this.settle();
      } else if (left !== null && lapseMs <= untilMs) {
        this.#waitUntil(lapseMs);
        this.lapse(left, next === "move" ? "move" : "lapse");
        next = "timer";
      } else break;
    }
    this.#waitUntil(untilMs);
  }

  /** An attempt that the chart has left will not take effect any more. */
  lapse(left: PendingActivity, cause: Cause = "lapse"): void {
    const standing = without(this.#point.standing, left);
    this.happen(cause, standingAt(this.setting, this.#point, standing));
  }

  #firstToLapse(): PendingActivity | null {
    const left = abandonedOf(this.#point);
    const [first] = left.toSorted((a, b) => lapseOf(this.#point, a) - lapseOf(this.#point, b));
    return first ?? null;
  }

  #fire(cause: Cause, timer: { readonly timerId: string; readonly event: EventObject }): void {
    const { chart } = this.setting;
    const { standing } = this.#point;
    const facts = { cause, heard: timer.event };
    this.step(facts, (moment) => fire(chart, standing, timer.timerId, moment));
  }

  #waitUntil(ms: number): void {
    this.#point = { ...this.#point, nowMs: Math.max(this.#point.nowMs, ms) };
  }

  #deliver({ event, about }: Sent): void {
    const { chart } = this.setting;
    const { standing } = this.#point;
    this.step({ cause: "message", heard: event }, (moment) => {
      const step =
        about === null
          ? advance(chart, standing, event, moment)
          : hear(chart, standing, { child: about, event }, moment);
      return step ?? { next: standing, effects: [] };
    });
  }

  #unpark(): boolean {
    const { standing, parked } = this.#point;
    if (standing.snapshot.status !== "active") return false;
    return parked.some((event, index) => {
      const before = this.#point;
      this.#point = { ...before, parked: parked.toSpliced(index, 1) };
      const next = (moment: Moment): Step | null =>
        advance(this.setting.chart, standing, event, moment);
      if (this.step({ cause: "parked", heard: event }, next)) return true;
      this.#point = before;
      return false;
    });
  }

  #push(facts: Omit<Frame, "before" | "after">, after: Point): void {
    if (this.#frames.length >= FRAMES_PER_MOVE_MAX) {
      throw new SagaError(
        "SAGA_SIMULATION_INVALID",
        `one move makes more than ${FRAMES_PER_MOVE_MAX} steps; the chart does not come to rest`,
      );
    }
    this.#frames.push({ ...facts, before: this.#point, after });
    this.#mail.push(...facts.effects.flatMap(ownMail));
    this.#point = after;
  }
}

function ownMail(effect: Effect): readonly Sent[] {
  const isOwn = effect.kind === "send" && effect.message.to.kind === "self";
  return isOwn ? [effect.message] : [];
}
