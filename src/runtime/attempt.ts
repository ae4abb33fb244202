/**
 * Attempts: one execution of an activity, and what it is called with.
 */
import type { Chart } from "../saga/chart.ts";
import { decode, normalize } from "../saga/codec.ts";
import type { Activity, ActivityLog } from "../saga/define.ts";
import type { Outcome } from "../saga/step.ts";
import type { EffectRecord, InstanceKey } from "../store/store.ts";
import type { AttemptFacts, Telemetry } from "./telemetry.ts";

/** An effect that a worker has claimed. */
export interface Attempt {
  readonly key: InstanceKey;
  readonly chart: Chart;
  readonly correlationId: string;
  readonly effect: EffectRecord;
  readonly controller: AbortController;
  leaseUntilMs: number;
  /**
   * `held`: not begun, an abandoned attempt of what it undoes is in the way. `settled`: its outcome is known
   * and on its way to the instance, which may take long if the chart cannot take it.
   */
  status: "held" | "running" | "abandoned" | "settled";
}

/** Calls the activity. Never throws: a rejection is an outcome, and so is an output that cannot be stored. */
export async function outcomeOf(attempt: Attempt, telemetry: Telemetry): Promise<Outcome> {
  const { effect, correlationId, controller, chart } = attempt;
  try {
    const perform = chart.saga.activities[effect.src] as Activity<unknown, unknown>;
    const output = await perform({
      input: decode(effect.input),
      idempotencyKey: effect.idempotencyKey,
      attempt: effect.attempt,
      signal: controller.signal,
      correlationId,
      log: logOf(attempt, telemetry),
    });
    return { kind: "done", output: normalize(output) };
  } catch (error) {
    return { kind: "error", error };
  }
}

export function factsOf({ key, correlationId, effect }: Attempt): AttemptFacts {
  return {
    ...key,
    correlationId,
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
