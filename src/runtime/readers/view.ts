/**
 * The view of an instance: what the runtime tells callers about it. Never more than what is committed.
 */
import { acceptedEvents, unguardedEvents } from "../../saga/accepts.ts";
import type { AcceptedEvent } from "../../saga/accepts.ts";
import { childSagaName } from "../../saga/family.ts";
import type { Phase } from "../../saga/phase.ts";
import type { EffectRef, InstanceRecord, Quarantine, Suspension } from "../../store/store.ts";
import { isWaiting } from "../decisions/begin.ts";
import type { Instance } from "../instance.ts";

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
  /**
   * `abandoned`: its result counts no more, but an attempt may still take effect. `waiting`: not begun, since its key
   * has no room; told only to those who look, since it may change without a commit.
   */
  readonly status: "live" | "waiting" | "abandoned";
  /** The key that it waits for, or null. */
  readonly waitsFor: string | null;
}

/** An instance, as others see it. */
export interface InstanceLink {
  readonly saga: string;
  readonly id: string;
}

/** A child that has not ended. */
export interface ChildView {
  /** The chart's id of it. */
  readonly childId: string;
  /** Name of its logic. */
  readonly actor: string;
  /** `instance`: a machine; `live`: hosted by the process; `reducer`: moved within the steps of its parent. */
  readonly kind: "instance" | "live" | "reducer";
  /** The instance of a machine; null for the others. */
  readonly instance: InstanceLink | null;
}

/** Who made an instance hold still, why, and since when. */
export type SuspensionView = Suspension;

export interface ParkedEventView {
  /** Type of the event. */
  readonly event: string;
  /** The key that it came under, or null. */
  readonly eventId: string | null;
  readonly atMs: number;
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
  /** The events that the present state takes, with some payload at least; sorted by type. */
  readonly accepts: readonly AcceptedEvent[];
  readonly timers: readonly TimerView[];
  readonly activities: readonly ActivityView[];
  /** Events that came early and are kept until a state takes them, in the order of arrival. */
  readonly parkedEvents: readonly ParkedEventView[];
  /**
   * The key under whose limit the instance waits to begin, and its place there from 1; null if it does not wait.
   * The place is null where nobody looks: it changes without a commit.
   */
  readonly waitsFor: { readonly key: string; readonly position: number | null } | null;
  /** Why the instance holds still; null unless an operator has suspended it. */
  readonly suspended: SuspensionView | null;
  /** Why the instance is not moved though nobody suspended it; null: all is well. */
  readonly quarantined: Quarantine | null;
  /** Whose child it is; null: it was started from outside. */
  readonly parent: InstanceLink | null;
  /** Children that have not ended, in the order in which they were started; activities apart. */
  readonly children: readonly ChildView[];
  readonly correlationId: string;
  /** W3C trace context of the start, or null. */
  readonly traceparent: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** The view with what the worker knows of its activities. */
export function withWaiting(
  instance: Instance,
  waitsFor: (ref: EffectRef) => string | null,
): InstanceView {
  const view = toView(instance);
  const keys = instance.standing.activities.map(waitsFor);
  if (keys.every((key) => key === null)) return view;
  const activities = view.activities.map((activity, index): ActivityView => {
    const key = keys[index] ?? null;
    return key === null ? activity : { ...activity, status: "waiting", waitsFor: key };
  });
  return { ...view, activities };
}

/** The key that an instance waits for; its place is not known here. */
export function waitingFor({ limited }: Pick<InstanceRecord, "limited">): InstanceView["waitsFor"] {
  return limited?.waits === true ? { key: limited.key, position: null } : null;
}

export function toView({ chart, record, standing, parked }: Instance): InstanceView {
  const { snapshot } = standing;
  const accepts = isWaiting(record) ? [] : unguardedEvents(chart, snapshot);
  const view: InstanceView = {
    saga: record.saga,
    version: record.version,
    id: record.instanceId,
    revision: record.revision,
    phase: record.phase,
    state: record.state,
    tags: record.tags,
    context: snapshot.context,
    output: isWaiting(record) ? undefined : snapshot.output,
    error: snapshot.error ?? record.fault,
    accepts: accepts ?? [],
    timers: standing.timers.map(({ event, dueAtMs }) => ({ event: event.type, dueAtMs })),
    activities: standing.activities.map((activity) => ({
      activityId: activity.activityId,
      activity: activity.src,
      attempt: activity.attempt,
      idempotencyKey: activity.idempotencyKey,
      status: activity.abandoned ? "abandoned" : "live",
      waitsFor: null,
    })),
    waitsFor: waitingFor(record),
    suspended: record.suspended,
    quarantined: null,
    parent:
      record.parent === null ? null : { saga: record.parent.saga, id: record.parent.instanceId },
    children: standing.children.map((child) => ({
      childId: child.childId,
      actor: child.src,
      kind: child.kind,
      instance:
        child.instanceId === null
          ? null
          : { saga: childSagaName(record.saga, child.src), id: child.instanceId },
    })),
    parkedEvents: parked.map(({ event, eventId, atMs }) => ({ event: event.type, eventId, atMs })),
    correlationId: record.correlationId,
    traceparent: record.traceparent,
    attributes: record.attributes,
    createdAtMs: record.createdAtMs,
    updatedAtMs: record.updatedAtMs,
  };
  return accepts === null ? withGuarded(view, () => acceptedEvents(chart, snapshot)) : view;
}

// Guards are asked only if somebody looks. A getter makes a view ten times as dear, so most have none.
function withGuarded(view: InstanceView, accepts: () => readonly AcceptedEvent[]): InstanceView {
  return Object.defineProperty(view, "accepts", { get: accepts });
}
