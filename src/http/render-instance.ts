/** Rendering of instances and their journals. Pure: the view in, plain JSON out. */
import type { JournalView } from "../runtime/runtime.ts";
import type { ActivityView, InstanceView } from "../runtime/view.ts";
import type { AnySaga } from "../saga/define.ts";
import { renderEvents } from "./render-saga.ts";
import type { RenderedEvent } from "./render-saga.ts";
import { toIso, toJson } from "./render.ts";
import type { Json } from "./render.ts";

/** As the view says it, with times in ISO 8601, and the schema of each event that is accepted now. */
export interface RenderedInstance extends Omit<
  InstanceView,
  "context" | "output" | "error" | "accepts" | "timers" | "createdAtMs" | "updatedAtMs"
> {
  readonly context: Json;
  /** Null unless the instance ended with one. */
  readonly output: Json;
  readonly error: Json;
  readonly accepts: readonly RenderedEvent[];
  readonly timers: readonly { readonly event: string; readonly dueAt: string }[];
  readonly activities: readonly ActivityView[];
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
    accepts: renderEvents(saga, view.accepts),
    timers: view.timers.map(({ event, dueAtMs }) => ({ event, dueAt: toIso(dueAtMs) })),
    activities: view.activities,
    correlationId: view.correlationId,
    attributes: view.attributes,
    createdAt: toIso(view.createdAtMs),
    updatedAt: toIso(view.updatedAtMs),
  };
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
    stateBefore: entry.stateBefore,
    stateAfter: entry.stateAfter,
    phase: entry.phase,
    effects: entry.effects.map(renderEffect),
    verdict: entry.verdict,
  };
}

function renderEffect(effect: object): Json {
  const { dueAtMs, ...rest } = effect as { dueAtMs?: number };
  return toJson(dueAtMs === undefined ? rest : { ...rest, dueAt: toIso(dueAtMs) });
}
