/** What an instance went through, for the Studio: the edges that it took, and what it was at each moment. */
import type { FastifyInstance } from "fastify";
import { SagaError } from "../errors.ts";
import { renderAccepts } from "../http/render-saga.ts";
import type { RenderedAccept } from "../http/render-saga.ts";
import { toIso, toJson } from "../http/render.ts";
import type { Json } from "../http/render.ts";
import type { Past } from "../runtime/operators/replay.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { acceptedEvents } from "../saga/accepts.ts";
import { stateOf } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import type { Phase } from "../saga/phase.ts";
import { phaseOf } from "../saga/phase.ts";
import type { TrailEntry, Trails } from "./trails.ts";

export interface RenderedTrail {
  readonly entries: readonly TrailEntry[];
}

/** What an instance was after the commit of a revision. */
export interface RenderedMoment {
  readonly revision: number;
  readonly at: string;
  readonly state: string;
  readonly phase: Phase;
  readonly context: Json;
  /** Of the revision before; null at the first one. */
  readonly contextBefore: Json;
  readonly accepts: readonly RenderedAccept[];
  readonly timers: readonly { readonly event: string; readonly dueAt: string }[];
  readonly activities: readonly { readonly activityId: string; readonly activity: string }[];
}

interface InstanceParams {
  saga: string;
  id: string;
}

export function trailRoutes(
  app: FastifyInstance,
  { runtime, trails }: { runtime: Runtime; trails: Trails },
): void {
  app.get<{ Params: InstanceParams }>(
    "/studio/api/trails/:saga/:id",
    async ({ params, query }): Promise<RenderedTrail> => {
      const { after } = query as { after?: unknown };
      const afterRevision = after === undefined ? 0 : readRevision(after);
      const entries = await trails.of({ saga: params.saga, instanceId: params.id });
      return { entries: entries.filter(({ revision }) => revision > afterRevision) };
    },
  );

  app.get<{ Params: InstanceParams & { revision: string } }>(
    "/studio/api/moments/:saga/:id/:revision",
    async ({ params: { saga, id, revision } }): Promise<RenderedMoment> => {
      const asked = { saga, instanceId: id, revision: readRevision(revision) };
      const { version } = await runtime.get({ name: saga }, id);
      const moment = await trails.at(asked);
      if (moment === null) throw invalid(`the instance had not begun at revision ${revision}`);
      return renderMoment(runtime.saga(saga, version), moment.now, moment.before);
    },
  );
}

function renderMoment(
  chart: Chart,
  { revision, atMs, standing }: Past,
  before: Past | null,
): RenderedMoment {
  const { snapshot, timers, activities } = standing;
  return {
    revision,
    at: toIso(atMs),
    state: stateOf(snapshot),
    phase: phaseOf(snapshot),
    context: toJson(snapshot.context),
    contextBefore: before === null ? null : toJson(before.standing.snapshot.context),
    accepts: renderAccepts(chart.saga, acceptedEvents(chart, snapshot)),
    timers: timers.map(({ event, dueAtMs }) => ({ event: event.type, dueAt: toIso(dueAtMs) })),
    activities: activities.map(({ activityId, src }) => ({ activityId, activity: src })),
  };
}

function readRevision(text: unknown): number {
  if (typeof text === "string" && /^[0-9]{1,9}$/.test(text)) return Number(text);
  throw invalid("the revision is no integer");
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", message);
}
