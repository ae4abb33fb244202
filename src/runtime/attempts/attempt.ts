/**
 * Attempts: one execution of an activity, and what it is called with.
 */
import type { Chart } from "../../saga/chart.ts";
import { decode, normalize } from "../../saga/codec.ts";
import type { Activity, ActivityArguments, ActivityLog } from "../../saga/define.ts";
import type { PendingActivity } from "../../saga/effect.ts";
import type { Outcome } from "../../saga/step.ts";
import type { EffectRecord, EffectRef, InstanceKey } from "../../store/store.ts";
import type { Instance } from "../instance.ts";
import type { AttemptFacts, Telemetry, TelemetryEvent } from "../telemetry.ts";
import { traceIdOf } from "../trace.ts";

/** An effect that a worker has claimed. */
export interface Attempt {
  /** Names the effect among all. */
  readonly id: string;
  readonly key: InstanceKey;
  readonly chart: Chart;
  readonly correlationId: string;
  readonly effect: EffectRecord;
  readonly controller: AbortController;
  leaseUntilMs: number;
  /**
   * `held`: not begun, an abandoned attempt of what it undoes is in the way. `settled`: its outcome is known
   * and on its way to the instance, which may take long if the chart cannot take it. `waiting`: not begun,
   * its key has no room. `deaf`: abandoned, and its lease is over, but it does not settle.
   */
  status: "held" | "waiting" | "running" | "abandoned" | "deaf" | "settled";
  /** The key that its activity's limit goes by, once that was asked. */
  limitKey?: string;
  /** Why that key could not be told. */
  keyError?: unknown;
}

/** Calls the activity. Never throws: a rejection is an outcome, and so is an output that cannot be stored. */
export async function outcomeOf(attempt: Attempt, telemetry: Telemetry): Promise<Outcome> {
  const { effect, chart } = attempt;
  try {
    if (attempt.keyError !== undefined) throw attempt.keyError;
    const perform = chart.saga.activities[effect.src] as Activity<unknown, unknown>;
    const output = await perform(new Call(attempt, telemetry));
    return { kind: "done", output: normalize(output) };
  } catch (error) {
    return { kind: "error", error };
  }
}

/** What an activity is called with. Its fields are its own, so that an activity may spread them. */
class Call implements ActivityArguments<unknown> {
  readonly input: unknown;
  readonly idempotencyKey: string;
  readonly attempt: number;
  declare readonly signal: AbortSignal;
  readonly correlationId: string;
  readonly traceparent: string | null;
  readonly log: ActivityLog;
  readonly #controller: AbortController;

  constructor(attempt: Attempt, telemetry: Telemetry) {
    const { effect } = attempt;
    this.input = decode(effect.input);
    this.idempotencyKey = effect.idempotencyKey;
    this.attempt = effect.attempt;
    this.correlationId = attempt.correlationId;
    this.traceparent = effect.traceparent;
    this.log = logOf(attempt, telemetry);
    this.#controller = attempt.controller;
    Object.defineProperty(this, "signal", Call.#signal);
  }

  // Made for those who look at it: a signal costs more than the rest of the call, and so does a getter of each call's own.
  static readonly #signal: PropertyDescriptor & ThisType<Call> = {
    enumerable: true,
    get() {
      return this.#controller.signal;
    },
  };
}

/** Promise 7: an abandoned attempt of what this effect undoes may still take effect. */
export function isHeldBack({ chart, standing }: Instance, effect: EffectRecord): boolean {
  const undone = chart.undoes.get(effect.src);
  if (undone === undefined) return false;
  return standing.activities.some(({ abandoned, src }) => abandoned && undone.includes(src));
}

/** Whether the chart still waits for its result. */
export function isLive({ standing }: Instance, ref: EffectRef): boolean {
  return standing.activities.some(
    (activity: PendingActivity) => !activity.abandoned && isSame(activity, ref),
  );
}

/** Whether it is to be made now. What resumes a suspended instance gives it back. */
export function isWanted(instance: Instance | null, ref: EffectRef): instance is Instance {
  return instance !== null && instance.record.suspended === null && isLive(instance, ref);
}

function isSame(a: EffectRef, b: EffectRef): boolean {
  return a.activityId === b.activityId && a.generation === b.generation;
}

/** Whether it may take effect now: its function runs, whether or not anybody waits for its result. */
export function isUnderWay({ status }: Pick<Attempt, "status">): boolean {
  return status === "running" || status === "abandoned";
}

export function isYetToBegin({ status }: Attempt): boolean {
  return status === "held" || status === "waiting";
}

/** When what is abandoned can surely take effect no more: neither this attempt nor one of it that was lost. */
export function lapseOf({ leaseUntilMs, effect, status }: Attempt): number {
  return Math.max(status === "settled" ? 0 : leaseUntilMs, effect.lostUntilMs ?? 0);
}

export function factsOf({ key, correlationId, effect }: Attempt): AttemptFacts {
  return {
    saga: key.saga,
    instanceId: key.instanceId,
    correlationId,
    traceId: traceIdOf(effect.traceparent),
    activity: effect.src,
    activityId: effect.activityId,
    attempt: effect.attempt,
    idempotencyKey: effect.idempotencyKey,
  };
}

/** What telemetry is told of its end. Spelled out, since it is told at each: a spread costs V8 fifteen times as much. */
export function endOf(
  attempt: Attempt,
  end: { outcome: Outcome; wasAbandoned: boolean; durationMs: number },
): TelemetryEvent {
  const { key, correlationId, effect } = attempt;
  const { outcome, wasAbandoned, durationMs } = end;
  return {
    kind: "attempt",
    outcome: wasAbandoned ? "late" : outcome.kind,
    durationMs,
    error: outcome.kind === "error" ? outcome.error : null,
    saga: key.saga,
    instanceId: key.instanceId,
    correlationId,
    traceId: traceIdOf(effect.traceparent),
    activity: effect.src,
    activityId: effect.activityId,
    attempt: effect.attempt,
    idempotencyKey: effect.idempotencyKey,
  };
}

function logOf({ key, correlationId, effect }: Attempt, telemetry: Telemetry): ActivityLog {
  const ids = { activity: effect.src, attempt: effect.attempt };
  const at =
    (level: "debug" | "info" | "warn" | "error") =>
    (facts: object, text = ""): void =>
      telemetry({ kind: "note", ...key, correlationId, level, facts: { ...ids, ...facts }, text });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
