/** What telemetry tells, counted: one metric for each kind that has a duration, and one for all that merely happen. */
import { Counter, Histogram } from "prom-client";
import type { Registry } from "prom-client";
import type { Telemetry, TelemetryEvent } from "../runtime/telemetry.ts";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Attempts take as long as a service does; timers are late by as long as a process was down. */
const LONG_SECONDS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600];
const TRANSITIONS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

type Counts = ReturnType<typeof makeCounts>;

/** Registers the counts, and gives what counts an event. */
export function countTelemetry(registry: Registry): Telemetry {
  const counts = makeCounts(registry);
  return (event) => countEvent(counts, event);
}

function makeCounts(registry: Registry) {
  const registers = [registry];
  const count = <Label extends string>(name: string, labelNames: readonly Label[], help: string) =>
    new Counter<Label>({ name, help, labelNames, registers });
  const measure = <Label extends string>(
    name: string,
    labelNames: readonly Label[],
    { help, buckets }: { readonly help: string; readonly buckets: number[] },
  ) => new Histogram<Label>({ name, help, labelNames, buckets, registers });
  return {
    transitions: count(
      "saga_transitions_total",
      ["saga", "source", "phase"],
      "Events that were committed, by what they came from and the phase that they led to.",
    ),
    transitionSeconds: measure("saga_transition_duration_seconds", ["saga"], {
      help: "From the moment an event was taken up until its commit.",
      buckets: SECONDS,
    }),
    timerLag: measure("saga_timer_lag_seconds", ["saga"], {
      help: "How long after its due time a timer was taken up.",
      buckets: LONG_SECONDS,
    }),
    commitSeconds: measure("saga_commit_duration_seconds", [], {
      help: "Transactions of the store, with their fsync.",
      buckets: SECONDS,
    }),
    commitTransitions: measure("saga_commit_transitions", [], {
      help: "Transitions that share a transaction.",
      buckets: TRANSITIONS,
    }),
    attempts: measure("saga_attempt_duration_seconds", ["saga", "activity", "outcome"], {
      help: "Attempts of activities that came to an end; late: the chart had left them.",
      buckets: LONG_SECONDS,
    }),
    actions: measure("saga_action_duration_seconds", ["saga", "action", "outcome"], {
      help: "The authors' own actions that were performed, or failed and will be tried again.",
      buckets: LONG_SECONDS,
    }),
    schedules: count(
      "saga_schedule_due_total",
      ["saga", "outcome"],
      "Due times of schedules, by what came of them.",
    ),
    deleted: count("saga_instances_deleted_total", [], "Ended instances that retention deleted."),
    notices: count(
      "saga_notices_total",
      ["saga", "kind"],
      "What else telemetry tells of an instance, by its kind.",
    ),
    storeNotices: count(
      "saga_store_notices_total",
      ["kind"],
      "What telemetry tells of the store, by its kind.",
    ),
  };
}

function countEvent(counts: Counts, event: TelemetryEvent): void {
  switch (event.kind) {
    case "transition":
      return countTransition(counts, event);
    case "committed":
      counts.commitSeconds.observe(event.durationMs / 1_000);
      return counts.commitTransitions.observe(event.transitions);
    case "attempt": {
      const { saga, activity, outcome, durationMs } = event;
      return counts.attempts.observe({ saga, activity, outcome }, durationMs / 1_000);
    }
    case "acted": {
      const { saga, action, error, durationMs } = event;
      const outcome = error === null ? "done" : "error";
      return counts.actions.observe({ saga, action, outcome }, durationMs / 1_000);
    }
    case "schedule":
      return counts.schedules.inc({ saga: event.saga, outcome: event.outcome });
    case "deleted":
      return counts.deleted.inc(event.instances);
    case "note":
      return;
    case "shut":
    case "opened":
    case "unclaimed":
    case "fatal":
      return counts.storeNotices.inc({ kind: event.kind });
    case "undeliverable":
      return counts.notices.inc({ saga: event.from.saga, kind: event.kind });
    case "deaf":
    case "fenced":
    case "held":
    case "large":
    case "parked":
    case "quarantined":
    case "released":
    case "repeated":
    case "stranded":
    case "undelivered":
    case "unhandled":
    case "waiting":
      return counts.notices.inc({ saga: event.saga, kind: event.kind });
  }
}

function countTransition(counts: Counts, event: TelemetryEvent & { kind: "transition" }): void {
  const { saga, source, phase, durationMs, lagMs } = event;
  counts.transitions.inc({ saga, source, phase });
  counts.transitionSeconds.observe({ saga }, durationMs / 1_000);
  if (lagMs !== null) counts.timerLag.observe({ saga }, lagMs / 1_000);
}
