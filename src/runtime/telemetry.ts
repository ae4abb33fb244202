/**
 * Telemetry: the named events that the runtime emits about itself. Logs, metrics and streams are made of
 * them; the runtime knows none of these.
 */
import type { Effect } from "../saga/effect.ts";
import type { Phase } from "../saga/phase.ts";
import type { EventSource, InstanceKey, Quarantine, ScheduleRecord } from "../store/store.ts";

/** Whose event it is; part of every telemetry event about an instance. */
export interface InstanceFacts {
  readonly saga: string;
  readonly instanceId: string;
  readonly correlationId: string;
}

export interface AttemptFacts extends InstanceFacts {
  /** Of the trace that the attempt belongs to (W3C Trace Context), or null. */
  readonly traceId: string | null;
  readonly activity: string;
  readonly activityId: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
}

export type TelemetryEvent =
  /** An event was committed. */
  | (InstanceFacts & {
      readonly kind: "transition";
      /** Of the trace that the event belongs to, else of the start's; null if neither had one. */
      readonly traceId: string | null;
      readonly revision: number;
      readonly event: string;
      readonly source: EventSource;
      readonly stateBefore: string | null;
      readonly state: string;
      readonly phase: Phase;
      readonly effects: readonly Effect[];
      /** From the moment the event was taken up until its commit. */
      readonly durationMs: number;
      /** How long after its due time the timer was taken up that brought it; null if none did. */
      readonly lagMs: number | null;
    })
  /** A transaction of the store is durable; it had so many transitions. */
  | { readonly kind: "committed"; readonly transitions: number; readonly durationMs: number }
  /** An attempt of an activity came to an end. `late`: the chart had left it. */
  | (AttemptFacts & {
      readonly kind: "attempt";
      readonly outcome: "done" | "error" | "late";
      readonly durationMs: number;
      readonly error: unknown;
    })
  /** An attempt that the chart has left was aborted and runs on, though its lease is over. Its place is free. */
  | (AttemptFacts & { readonly kind: "deaf" })
  /** A compensation waits for abandoned attempts of what it undoes. */
  | (AttemptFacts & { readonly kind: "held" })
  /** An attempt waits until the key of its activity's limit has room. */
  | (AttemptFacts & { readonly kind: "waiting"; readonly limitKey: string })
  /** A result or a timer came whose effect is no more; it changed nothing. */
  | (InstanceFacts & { readonly kind: "fenced"; readonly what: string })
  /** An event came early and is kept until a state takes it. */
  | (InstanceFacts & {
      readonly kind: "parked";
      readonly event: string;
      readonly eventId: string | null;
    })
  /** A parked event was still there when its instance ended: nothing took it, and nothing will. */
  | (InstanceFacts & {
      readonly kind: "stranded";
      readonly event: string;
      readonly eventId: string | null;
    })
  /** A message came that no transition takes; it changed nothing but the journal. */
  | (InstanceFacts & { readonly kind: "unhandled"; readonly event: string })
  /** A message found nobody: its receiver is not there, or has ended. Its sender's journal tells of it. */
  | {
      readonly kind: "undeliverable";
      readonly from: InstanceKey;
      readonly to: InstanceKey;
      readonly event: string;
    }
  /** An action of the author's own was performed, or failed and will be tried again. */
  | (InstanceFacts & {
      readonly kind: "acted";
      readonly action: string;
      readonly idempotencyKey: string;
      readonly durationMs: number;
      /** Null: it was performed. */
      readonly error: string | null;
    })
  /** The snapshot is so large that it slows all down; told once for each instance and process. */
  | (InstanceFacts & {
      readonly kind: "large";
      readonly bytes: number;
      /** A larger one is refused. */
      readonly bytesMax: number;
    })
  /** An event id that was seen before; answered as the first time. */
  | (InstanceFacts & { readonly kind: "repeated"; readonly eventId: string })
  /** An internal event could not be taken; it will be tried again after `retryInMs`. */
  | (Pick<InstanceFacts, "saga" | "instanceId"> & {
      readonly kind: "undelivered";
      readonly what: string;
      readonly error: unknown;
      readonly retryInMs: number;
    })
  /** An instance is not moved any more: its rows are not as they were written, or its chart cannot read them. */
  | (Pick<InstanceFacts, "saga" | "instanceId"> & {
      readonly kind: "quarantined";
      readonly why: Quarantine["kind"];
      readonly reason: string;
    })
  /** An instance has left quarantine and is moved again. */
  | (Pick<InstanceFacts, "saga" | "instanceId"> & { readonly kind: "released" })
  /** What came of a due time of a schedule, or of all of them from `dueAtMs` until `untilMs`. */
  | {
      readonly kind: "schedule";
      readonly saga: string;
      readonly scheduleId: string;
      readonly dueAtMs: number;
      readonly untilMs: number;
      readonly outcome: NonNullable<ScheduleRecord["lastOutcome"]>;
      /** The instance that was started, or that still ran; the reason of a refusal; null if it was missed. */
      readonly detail: string | null;
    }
  /** Due effects could not be claimed; it will be tried again after `retryInMs`. */
  | { readonly kind: "unclaimed"; readonly error: unknown; readonly retryInMs: number }
  /** A look for instances that ended long enough ago is over, and deleted some, children among them. */
  | { readonly kind: "deleted"; readonly instances: number; readonly rows: number }
  /** The store takes nothing for now: its disk is full, or another program holds it. Told once, until it is open again. */
  | { readonly kind: "shut"; readonly error: unknown }
  /** The store takes something again; whatever waited goes on. */
  | { readonly kind: "opened"; readonly afterMs: number }
  /** A line from an activity or from `log` in a chart. */
  | (InstanceFacts & {
      readonly kind: "note";
      readonly level: "debug" | "info" | "warn" | "error";
      readonly facts: object;
      readonly text: string;
    })
  /** The store cannot say what it wrote: the runtime has stopped for good. */
  | { readonly kind: "fatal"; readonly error: unknown };

export type Telemetry = (event: TelemetryEvent) => void;
