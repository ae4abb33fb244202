/**
 * The view of an instance: what the runtime tells callers about it. Never more than what is committed.
 */
import { acceptedEvents } from "../saga/accepts.ts";
import type { Phase } from "../saga/phase.ts";
import type { Instance } from "./instance.ts";

export interface TimerView {
  /** XState's event that the timer delivers. */
  readonly event: string;
  readonly dueAtMs: number;
}

export interface ActivityView {
  readonly activityId: string;
  readonly activity: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  /** `abandoned`: the chart has left it, but its attempt may still take effect. */
  readonly status: "live" | "abandoned";
}

export interface InstanceView {
  readonly saga: string;
  readonly version: number;
  readonly id: string;
  /** Number of commits, counts from 1. */
  readonly revision: number;
  readonly phase: Phase;
  /** Paths of the active leaf states, parallel ones joined by a comma. */
  readonly state: string;
  /** Tags of the active states without the phases. */
  readonly tags: readonly string[];
  readonly context: unknown;
  /** Of an instance that ended; otherwise undefined. */
  readonly output: unknown;
  /** Why the instance failed, or why an internal event cannot be taken; null when all is well. */
  readonly error: unknown;
  /** Types of the events that the present state takes. */
  readonly accepts: readonly string[];
  readonly timers: readonly TimerView[];
  readonly activities: readonly ActivityView[];
  readonly correlationId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export function toView({ chart, record, standing }: Instance): InstanceView {
  const { snapshot } = standing;
  return {
    saga: record.saga,
    version: record.version,
    id: record.instanceId,
    revision: record.revision,
    phase: record.phase,
    state: record.state,
    tags: record.tags,
    context: snapshot.context,
    output: snapshot.output,
    error: snapshot.error ?? record.fault,
    accepts: acceptedEvents(chart, snapshot),
    timers: standing.timers.map(({ event, dueAtMs }) => ({ event: event.type, dueAtMs })),
    activities: standing.activities.map((activity) => ({
      activityId: activity.activityId,
      activity: activity.src,
      attempt: activity.attempt,
      idempotencyKey: activity.idempotencyKey,
      status: activity.abandoned ? "abandoned" : "live",
    })),
    correlationId: record.correlationId,
    attributes: record.attributes,
    createdAtMs: record.createdAtMs,
    updatedAtMs: record.updatedAtMs,
  };
}
