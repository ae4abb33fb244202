/** The routes of schedules: make one, look at them, pause, resume, trigger and delete. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SagaError } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ScheduleOptions } from "../runtime/schedules/schedule-definition.ts";
import type { ScheduleView } from "../runtime/schedules/schedule-view.ts";
import { readIdempotencyKey, toInstanceId } from "./idempotency-key.ts";
import { isObject, readObject } from "./json-body.ts";
import { httpLimits } from "./limits.ts";
import { renderInstance } from "./render-instance.ts";
import type { RenderedInstance } from "./render-instance.ts";
import { toIso, toJson } from "./render.ts";
import type { Json } from "./render.ts";

type SagaRequest = FastifyRequest<{ Params: { saga: string } }>;
type ScheduleRequest = FastifyRequest<{ Params: { saga: string; scheduleId: string } }>;

/** As the view says it, with times in ISO 8601. */
export interface RenderedSchedule extends Omit<
  ScheduleView,
  "input" | "nextDueAtMs" | "lastDueAtMs" | "createdAtMs" | "updatedAtMs"
> {
  readonly input: Json;
  readonly nextDueAt: string | null;
  readonly lastDueAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const SCHEDULES = "/sagas/:saga/schedules";
const SCHEDULE = `${SCHEDULES}/:scheduleId`;

export function scheduleRoutes(app: FastifyInstance, runtime: Runtime): void {
  const { schedules } = runtime;
  app.post(SCHEDULES, (request: SagaRequest, reply) => createSchedule(runtime, request, reply));
  app.get(SCHEDULES, { exposeHeadRoute: true }, (request: SagaRequest) =>
    listSchedules(runtime, request),
  );
  app.get(SCHEDULE, { exposeHeadRoute: true }, async ({ params }: ScheduleRequest) =>
    renderSchedule(await schedules.get({ name: params.saga }, params.scheduleId)),
  );
  app.post(`${SCHEDULE}/pause`, async ({ params, body }: ScheduleRequest) => {
    readNothing(body);
    return renderSchedule(await schedules.pause({ name: params.saga }, params.scheduleId));
  });
  app.post(`${SCHEDULE}/resume`, async ({ params, body }: ScheduleRequest) => {
    readNothing(body);
    return renderSchedule(await schedules.resume({ name: params.saga }, params.scheduleId));
  });
  app.post(`${SCHEDULE}/trigger`, (request: ScheduleRequest, reply) =>
    triggerSchedule(runtime, request, reply),
  );
  app.delete(SCHEDULE, async ({ params }: ScheduleRequest, reply) => {
    await schedules.delete({ name: params.saga }, params.scheduleId);
    return reply.code(204).send();
  });
}

async function createSchedule(
  runtime: Runtime,
  request: SagaRequest,
  reply: FastifyReply,
): Promise<RenderedSchedule> {
  const { saga } = runtime.saga(request.params.saga);
  const options = readSchedule(request.body);
  const { created, schedule } = await runtime.schedules.create(saga, options);
  if (created) {
    const path = `/sagas/${saga.name}/schedules/${encodeURIComponent(schedule.id)}`;
    void reply.code(201).header("location", `${request.server.prefix}${path}`);
  }
  return renderSchedule(schedule);
}

async function listSchedules(
  runtime: Runtime,
  { params, query }: SagaRequest,
): Promise<{ schedules: readonly RenderedSchedule[]; next: string | null }> {
  const { afterId, limit } = readPage(query);
  const schedules = await runtime.schedules.list(
    { name: params.saga },
    // One more than is asked for tells whether there is more.
    { afterId, limit: Math.min(limit + 1, httpLimits.schedulesPerSagaMax) },
  );
  const page = schedules.slice(0, limit);
  const next = schedules.length > limit ? (page.at(-1)?.id ?? null) : null;
  return { schedules: page.map(renderSchedule), next };
}

async function triggerSchedule(
  runtime: Runtime,
  request: ScheduleRequest,
  reply: FastifyReply,
): Promise<RenderedInstance> {
  const { params, headers, body } = request;
  readNothing(body);
  const { saga, scheduleId } = params;
  const key = readIdempotencyKey(headers);
  const options = key === undefined ? {} : { triggerId: toInstanceId(saga, key) };
  const { created, instance } = await runtime.schedules.trigger(
    { name: saga },
    scheduleId,
    options,
  );
  if (created) {
    const path = `/sagas/${saga}/instances/${encodeURIComponent(instance.id)}`;
    const status = instance.waitsFor === null ? 201 : 202;
    void reply.code(status).header("location", `${request.server.prefix}${path}`);
  }
  void reply.header("x-correlation-id", instance.correlationId);
  return renderInstance(instance, runtime.saga(saga, instance.version).saga);
}

function renderSchedule(view: ScheduleView): RenderedSchedule {
  const { nextDueAtMs, lastDueAtMs, createdAtMs, updatedAtMs, ...rest } = view;
  return {
    ...rest,
    input: toJson(view.input),
    nextDueAt: nextDueAtMs === null ? null : toIso(nextDueAtMs),
    lastDueAt: lastDueAtMs === null ? null : toIso(lastDueAtMs),
    createdAt: toIso(createdAtMs),
    updatedAt: toIso(updatedAtMs),
  };
}

const MEMBERS = [
  "id",
  "cron",
  "timeZone",
  "everyMs",
  "input",
  "overlap",
  "catchUp",
  "attributes",
] as const;

function readSchedule(body: unknown): ScheduleOptions<unknown> {
  const { id, ...members } = readObject(body, MEMBERS);
  if (members["attributes"] !== undefined && !isObject(members["attributes"])) {
    throw invalid("attributes are no object of texts by name");
  }
  // The runtime checks each member, whoever gives it.
  return { input: undefined, ...members, scheduleId: id } as ScheduleOptions<unknown>;
}

// A client may send an empty object where there is nothing to say.
function readNothing(body: unknown): void {
  if (body !== undefined && body !== null) readObject(body, []);
}

function readPage(query: unknown): { afterId: string | null; limit: number } {
  const parameters = isObject(query) ? query : {};
  const unknown = Object.keys(parameters).find((name) => name !== "after" && name !== "limit");
  if (unknown !== undefined) {
    throw invalid(`${JSON.stringify(unknown)} is no parameter here; known: after, limit`);
  }
  const { after = null } = parameters;
  // A parameter that is given twice is a list.
  if (after !== null && typeof after !== "string") throw invalid("after is given twice");
  return { afterId: after, limit: readLimit(parameters["limit"]) };
}

function readLimit(limit: unknown): number {
  if (limit === undefined) return httpLimits.schedulePageDefault;
  const count = typeof limit === "string" && /^[0-9]{1,4}$/.test(limit) ? Number(limit) : 0;
  if (count >= 1 && count <= httpLimits.schedulePageMax) return count;
  throw invalid(`limit is no integer from 1 to ${httpLimits.schedulePageMax}`);
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", message);
}
