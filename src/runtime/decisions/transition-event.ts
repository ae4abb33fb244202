/** What telemetry is told of a committed event. */
import type { TelemetryEvent } from "../telemetry.ts";
import { traceIdOf, traceparentOf } from "../trace.ts";
import type { Prepared } from "./write-set.ts";

export function transitionEvent(
  { before, decision, next, writeSet }: Prepared,
  durationMs: number,
): TelemetryEvent & { readonly kind: "transition" } {
  const { record } = next;
  return {
    kind: "transition",
    saga: record.saga,
    instanceId: record.instanceId,
    correlationId: record.correlationId,
    traceId: traceIdOf(traceparentOf(decision, record)),
    revision: record.revision,
    event: writeSet.journal.eventType,
    source: writeSet.journal.source,
    stateBefore: writeSet.journal.stateBefore,
    state: record.state,
    phase: record.phase,
    effects: decision.step.effects,
    durationMs,
    lagMs: lagOf(before, decision, record.updatedAtMs),
  };
}

function lagOf(
  before: Prepared["before"],
  { timerFired }: Prepared["decision"],
  nowMs: number,
): number | null {
  if (timerFired === null) return null;
  const timer = before?.standing.timers.find(({ timerId }) => timerId === timerFired);
  return timer === undefined ? null : nowMs - timer.dueAtMs;
}
