/** Rendering of instances and their journals. Pure: the view in, plain JSON out. */
import type { JournalView } from "../runtime/runtime.ts";
import type {
  ActivityView,
  InstanceView,
  ParkedEventView,
  SuspensionView,
} from "../runtime/readers/view.ts";
import type { AnySaga } from "../saga/define.ts";
import { renderAccepts } from "./render-saga.ts";
import type { RenderedAccept } from "./render-saga.ts";
import { toIso, toJson } from "./render.ts";
import type { Json } from "./render.ts";

export interface RenderedParkedEvent {
  readonly event: string;
  readonly eventId: string | null;
  readonly at: string;
}

/** As the view says it, with times in ISO 8601, and the schema of each event that is accepted now. */
export interface RenderedInstance extends Omit<
  InstanceView,
  | "context"
  | "output"
  | "error"
  | "accepts"
  | "timers"
  | "parkedEvents"
  | "suspended"
  | "quarantined"
  | "createdAtMs"
  | "updatedAtMs"
> {
  readonly context: Json;
  /** Null unless the instance ended with one. */
  readonly output: Json;
  readonly error: Json;
  readonly accepts: readonly RenderedAccept[];
  readonly timers: readonly { readonly event: string; readonly dueAt: string }[];
  readonly activities: readonly ActivityView[];
  readonly parkedEvents: readonly RenderedParkedEvent[];
  readonly suspended: RenderedSuspension | null;
  readonly quarantined: RenderedQuarantine | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** `saga` is the definition in the version that the instance runs on: it has the schemas. */
export function renderInstance(
  view: InstanceView,
  saga: Pick<AnySaga, "events">,
): RenderedInstance {
  return {
    saga: view.saga,
    version: view.version,
    id: view.id,
    revision: view.revision,
    phase: view.phase,
    state: view.state,
    tags: view.tags,
    context: toJson(view.context),
    output: toJson(view.output),
    error: toJson(view.error),
    accepts: renderAccepts(saga, view.accepts),
    timers: view.timers.map(({ event, dueAtMs }) => ({ event, dueAt: toIso(dueAtMs) })),
    activities: view.activities,
    parkedEvents: view.parkedEvents.map(renderParked),
    waitsFor: view.waitsFor,
    suspended: renderSuspension(view.suspended),
    quarantined: renderQuarantine(view.quarantined),
    parent: view.parent,
    children: view.children,
    correlationId: view.correlationId,
    traceparent: view.traceparent,
    attributes: view.attributes,
    createdAt: toIso(view.createdAtMs),
    updatedAt: toIso(view.updatedAtMs),
  };
}

export interface RenderedSuspension {
  readonly by: string | null;
  readonly reason: string;
  readonly at: string;
}

export function renderSuspension(suspended: SuspensionView | null): RenderedSuspension | null {
  if (suspended === null) return null;
  const { by, reason, atMs } = suspended;
  return { by, reason, at: toIso(atMs) };
}

export interface RenderedQuarantine {
  readonly kind: "damaged" | "unreadable";
  readonly reason: string;
  readonly at: string;
}

export function renderQuarantine(
  quarantined: InstanceView["quarantined"],
): RenderedQuarantine | null {
  if (quarantined === null) return null;
  const { kind, reason, atMs } = quarantined;
  return { kind, reason, at: toIso(atMs) };
}

function renderParked({ event, eventId, atMs }: ParkedEventView): RenderedParkedEvent {
  return { event, eventId, at: toIso(atMs) };
}

export interface RenderedEntry extends Omit<
  JournalView,
  "atMs" | "event" | "eventType" | "effects"
> {
  readonly at: string;
  readonly event: Json;
  readonly effects: readonly Json[];
}

export function renderEntry(entry: JournalView): RenderedEntry {
  return {
    revision: entry.revision,
    at: toIso(entry.atMs),
    source: entry.source,
    event: toJson(entry.event),
    eventId: entry.eventId,
    traceparent: entry.traceparent,
    stateBefore: entry.stateBefore,
    stateAfter: entry.stateAfter,
    phase: entry.phase,
    effects: entry.effects.map(renderEffect),
    verdict: entry.verdict,
    operation: entry.operation,
    sender: entry.sender,
  };
}

function renderEffect(effect: object): Json {
  const { dueAtMs, ...rest } = effect as { dueAtMs?: number };
  return toJson(dueAtMs === undefined ? rest : { ...rest, dueAt: toIso(dueAtMs) });
}
