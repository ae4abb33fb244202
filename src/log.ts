/**
 * Log lines: what the runtime tells about itself, as one flat JSON object a line. Names and ids, no payloads.
 */
import type { AttemptFacts, Telemetry, TelemetryEvent } from "./runtime/telemetry.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "fatal";

export interface LogLine {
  readonly level: LogLevel;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** What is needed of pino. */
export type Logger = Readonly<Record<LogLevel, (facts: object, text: string) => void>>;

export function logTelemetry(logger: Logger): Telemetry {
  return (event) => {
    const { level, facts, text } = toLogLine(event);
    logger[level](facts, text);
  };
}

/** One line for each telemetry event. */
export function toLogLine(event: TelemetryEvent): LogLine {
  switch (event.kind) {
    case "transition":
      return transitionLine(event);
    case "attempt":
      return attemptLine(event);
    case "deaf": {
      const text =
        "an attempt that was aborted runs on after its lease; let it listen to its signal";
      return { level: "warn", facts: attemptFacts(event), text };
    }
    case "held": {
      const text = "a compensation waits for an abandoned attempt of what it undoes";
      return { level: "info", facts: attemptFacts(event), text };
    }
    case "waiting": {
      const facts = { ...attemptFacts(event), limitKey: event.limitKey };
      return { level: "info", facts, text: "an attempt waits for room" };
    }
    case "fenced":
      return plainLine("info", event, "came too late and changed nothing");
    case "parked":
      return plainLine("info", event, "event came early and is kept");
    case "stranded":
      return plainLine("warn", event, "the instance ended before it took this event");
    case "unhandled":
      return plainLine("warn", event, "no transition takes this message");
    case "undeliverable":
      return undeliverableLine(event);
    case "acted":
      return actionLine(event);
    case "large":
      return plainLine("warn", event, "the snapshot is large; keep less in the context");
    case "quarantined":
      return plainLine("error", event, "in quarantine, and not moved");
    case "released":
      return plainLine("info", event, "out of quarantine");
    case "repeated":
      return plainLine("info", event, "event was seen before");
    case "undelivered":
      return undeliveredLine(event);
    case "schedule":
      return scheduleLine(event);
    case "committed":
    case "deleted":
    case "unclaimed":
    case "shut":
    case "opened":
    case "fatal":
      return storeLine(event);
    case "note": {
      const { saga, instanceId, correlationId, level, text } = event;
      return { level, facts: { ...event.facts, saga, instanceId, correlationId }, text };
    }
  }
}

function storeLine(
  event: TelemetryEvent & {
    kind: "committed" | "deleted" | "unclaimed" | "shut" | "opened" | "fatal";
  },
): LogLine {
  switch (event.kind) {
    case "committed": {
      const { transitions, durationMs } = event;
      return {
        level: "debug",
        facts: { transitions, durationMs: rounded(durationMs) },
        text: "commit",
      };
    }
    case "deleted":
      return plainLine("info", event, "ended instances were deleted");
    case "unclaimed": {
      const { retryInMs, error } = event;
      const facts = { retryInMs, error: briefly(error) };
      return { level: "error", facts, text: "cannot look for what is due" };
    }
    case "shut": {
      const text = "the store takes nothing for now; what is sent is refused";
      return { level: "error", facts: { error: briefly(event.error) }, text };
    }
    case "opened": {
      const facts = { afterMs: rounded(event.afterMs) };
      return { level: "info", facts, text: "the store takes something again" };
    }
    case "fatal": {
      const facts = { error: briefly(event.error) };
      return { level: "fatal", facts, text: "the store failed; stopping" };
    }
  }
}

function undeliveredLine(event: TelemetryEvent & { kind: "undelivered" }): LogLine {
  const { kind: _, error, ...facts } = event;
  return {
    level: "error",
    facts: { ...facts, error: briefly(error) },
    text: "cannot be taken yet",
  };
}

function undeliverableLine({
  from,
  to,
  event,
}: TelemetryEvent & { kind: "undeliverable" }): LogLine {
  const facts = { ...from, receiver: `${to.saga}/${to.instanceId}`, event };
  return { level: "warn", facts, text: "a message found nobody" };
}

function plainLine(level: LogLevel, event: TelemetryEvent, text: string): LogLine {
  const { kind: _, ...facts } = event;
  return { level, facts, text };
}

// Spelled out, as for attempts: these are most of all lines, and a copy with more properties takes V8 4 µs.
function transitionLine(event: TelemetryEvent & { kind: "transition" }): LogLine {
  const { traceId } = event;
  const facts = {
    saga: event.saga,
    instanceId: event.instanceId,
    correlationId: event.correlationId,
    revision: event.revision,
    event: event.event,
    source: event.source,
    stateBefore: event.stateBefore,
    state: event.state,
    phase: event.phase,
    started: event.effects.flatMap((effect) =>
      effect.kind === "startActivity" ? [effect.activity.src] : [],
    ),
    durationMs: rounded(event.durationMs),
  };
  return {
    level: event.phase === "stuck" ? "error" : "info",
    facts: traceId === null ? facts : { traceId, ...facts },
    text: "transition",
  };
}

function attemptLine(event: TelemetryEvent & { kind: "attempt" }): LogLine {
  const { traceId, outcome, error } = event;
  const facts = {
    saga: event.saga,
    instanceId: event.instanceId,
    correlationId: event.correlationId,
    activity: event.activity,
    attempt: event.attempt,
    idempotencyKey: event.idempotencyKey,
    outcome,
    durationMs: rounded(event.durationMs),
  };
  const more = { ...traced(traceId), ...(error !== null && { error: briefly(error) }) };
  return {
    level: outcome === "error" ? "warn" : "info",
    facts: traceId === null && error === null ? facts : { ...facts, ...more },
    text: "attempt",
  };
}

function attemptFacts({
  saga,
  instanceId,
  correlationId,
  traceId,
  activity,
  attempt,
  idempotencyKey,
}: AttemptFacts): Record<string, unknown> {
  const ids = { saga, instanceId, correlationId, ...traced(traceId) };
  return { ...ids, activity, attempt, idempotencyKey };
}

function actionLine(event: TelemetryEvent & { kind: "acted" }): LogLine {
  const { kind: _, error, durationMs, ...facts } = event;
  return {
    level: error === null ? "info" : "error",
    facts: { ...facts, durationMs: rounded(durationMs), ...(error !== null && { error }) },
    text: "action",
  };
}

function traced(traceId: string | null): { traceId?: string } {
  return traceId === null ? {} : { traceId };
}

function scheduleLine(event: TelemetryEvent & { kind: "schedule" }): LogLine {
  const { kind: _, dueAtMs, untilMs, detail, ...facts } = event;
  const until = untilMs === dueAtMs ? {} : { untilMs };
  const level =
    event.outcome === "started" ? "info" : event.outcome === "refused" ? "error" : "warn";
  return { level, facts: { ...facts, dueAtMs, ...until, detail }, text: "schedule" };
}

const MESSAGE_LENGTH_MAX = 1_000;

function briefly(error: unknown): object | null {
  if (error === null || error === undefined) return null;
  if (!(error instanceof Error)) return { message: briefText(JSON.stringify(error) ?? "") };
  const { code } = error as { code?: unknown };
  const message = briefText(error.message);
  return { name: error.name, ...(typeof code === "string" ? { code } : {}), message };
}

function briefText(text: string): string {
  return text.slice(0, MESSAGE_LENGTH_MAX);
}

function rounded(durationMs: number): number {
  return Math.round(durationMs * 100) / 100;
}
