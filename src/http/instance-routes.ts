/** The routes of instances: start one, look at it, send it an event, read its journal. */
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SagaError } from "../errors.ts";
import { checkId } from "../runtime/incoming.ts";
import type { Runtime, StartOptions } from "../runtime/runtime.ts";
import type { InstanceView } from "../runtime/readers/view.ts";
import type { AcceptedEvent } from "../saga/accepts.ts";
import { readIdempotencyKey, toInstanceId } from "./idempotency-key.ts";
import { isObject, readObject } from "./json-body.ts";
import { readJournalPage } from "./journal-page.ts";
import { renderEntry, renderInstance } from "./render-instance.ts";
import type { RenderedInstance } from "./render-instance.ts";
import { renderAccepts } from "./render-saga.ts";
import { watchHangups } from "./wait-hangup.ts";
import type { Patience } from "./wait-hangup.ts";
import { readWait } from "./wait-query.ts";

/** What a request needs beside itself. */
interface Door {
  readonly runtime: Runtime;
  readonly patience: Patience;
}

interface SagaParams {
  saga: string;
}

export interface InstanceParams extends SagaParams {
  id: string;
}

type Reply = FastifyReply;
type SagaRequest = FastifyRequest<{ Params: SagaParams }>;
type InstanceRequest = FastifyRequest<{ Params: InstanceParams }>;

const INSTANCES = "/sagas/:saga/instances";
const INSTANCE = `${INSTANCES}/:id`;
const CORRELATION_ID = "x-correlation-id";

export function instanceRoutes(app: FastifyInstance, runtime: Runtime): void {
  const patience = watchHangups(app);
  app.post(INSTANCES, (request: SagaRequest, reply) =>
    startInstance({ runtime, patience }, request, reply),
  );
  app.get(INSTANCE, { exposeHeadRoute: true }, (request: InstanceRequest, reply) =>
    getInstance({ runtime, patience }, request, reply),
  );
  app.post(`${INSTANCE}/events`, (request: InstanceRequest, reply) =>
    sendEvent({ runtime, patience }, request, reply),
  );
  app.get(`${INSTANCE}/journal`, { exposeHeadRoute: true }, (request: InstanceRequest, reply) =>
    getJournal(runtime, request, reply),
  );
}

async function startInstance(
  { runtime, patience }: Door,
  request: SagaRequest,
  reply: Reply,
): Promise<RenderedInstance> {
  const { saga } = runtime.saga(request.params.saga);
  const options = readStart(saga.name, request);
  const wait = patience(readWait(request.query), reply);
  const { created, instance, waited } = await runtime.start(saga, { ...options, ...wait });
  if (created) {
    const path = `/sagas/${saga.name}/instances/${encodeURIComponent(instance.id)}`;
    const status = instance.waitsFor === null ? 201 : 202;
    void reply.code(status).header("location", `${request.server.prefix}${path}`);
  }
  if (waited === "timeUp") void reply.code(202);
  return answerInstance(runtime, instance, reply);
}

async function getInstance(
  { runtime, patience }: Door,
  { params, query }: InstanceRequest,
  reply: Reply,
): Promise<RenderedInstance> {
  const wait = patience(readWait(query), reply);
  const { instance, waited } = await runtime.waitUpTo({ name: params.saga }, params.id, wait);
  if (waited === "timeUp") void reply.code(202);
  return answerInstance(runtime, instance, reply);
}

async function sendEvent(
  { runtime, patience }: Door,
  request: InstanceRequest,
  reply: Reply,
): Promise<RenderedInstance & { readonly parked?: true }> {
  const { params, headers, body } = request;
  const { saga } = runtime.saga(params.saga);
  const event = readEvent(body);
  const eventId = readIdempotencyKey(headers);
  const options = {
    ...(eventId !== undefined && { eventId }),
    ...readTrace(headers),
    ...patience(readWait(request.query), reply),
  };
  try {
    const sent = await runtime.sendOnce(saga, params.id, event, options);
    const { repeated, parked, instance, waited } = sent;
    if (repeated) void reply.header("idempotency-replayed", "true");
    if (waited === "timeUp" || (parked && waited === undefined)) void reply.code(202);
    const answer = answerInstance(runtime, instance, reply);
    return parked ? { ...answer, parked } : answer;
  } catch (error) {
    throw await withSchemas(error, runtime, { params, reply });
  }
}

async function getJournal(
  runtime: Runtime,
  { params, query }: InstanceRequest,
  reply: Reply,
): Promise<object> {
  const saga = { name: params.saga };
  const { after, limit } = readJournalPage(query);
  const entries = await runtime.journal(saga, params.id, { afterRevision: after, limit });
  // Asked for afterwards, so that no entry is younger than the revision it is compared with.
  const { revision, correlationId } = await runtime.get(saga, params.id);
  const last = entries.at(-1)?.revision ?? revision;
  void reply.header(CORRELATION_ID, correlationId);
  return { entries: entries.map(renderEntry), next: last < revision ? last : null };
}

export function answerInstance(
  runtime: Runtime,
  view: InstanceView,
  reply: Reply,
): RenderedInstance {
  void reply.header(CORRELATION_ID, view.correlationId);
  return renderInstance(view, runtime.saga(view.saga, view.version).saga);
}

/** A refusal with the schemas of what the instance would take instead, as in its answer. */
export async function withSchemas(
  error: unknown,
  runtime: Runtime,
  { params, reply }: { params: InstanceParams; reply: Reply },
): Promise<unknown> {
  if (!(error instanceof SagaError) || !Array.isArray(error.details["accepts"])) return error;
  const accepted = error.details["accepts"] as readonly AcceptedEvent[];
  const { saga, version, correlationId } = await runtime.get({ name: params.saga }, params.id);
  void reply.header(CORRELATION_ID, correlationId);
  const accepts = renderAccepts(runtime.saga(saga, version).saga, accepted);
  const details = { ...error.details, accepts };
  return new SagaError(error.code, error.message, { cause: error, details });
}

function readStart(saga: string, { body, headers }: SagaRequest): StartOptions<unknown> {
  const members = readObject(body, ["id", "input", "attributes"]);
  const key = readIdempotencyKey(headers);
  const instanceId = "id" in members ? readId(members["id"]) : key && toInstanceId(saga, key);
  const correlationId = headers[CORRELATION_ID];
  const { attributes } = members;
  if (attributes !== undefined && !isObject(attributes)) {
    throw new SagaError("SAGA_REQUEST_INVALID", "attributes are no object of texts by name");
  }
  return {
    input: members["input"],
    ...(instanceId !== undefined && { instanceId }),
    // Checked by the runtime, text by text.
    ...(attributes !== undefined && { attributes: attributes as Record<string, string> }),
    ...(correlationId !== undefined && { correlationId: String(correlationId) }),
    ...readTrace(headers),
  };
}

// As it came: the runtime takes a valid one and ignores any other.
function readTrace({ traceparent }: IncomingHttpHeaders): { traceparent?: string } {
  return traceparent === undefined ? {} : { traceparent: String(traceparent) };
}

export function readId(id: unknown): string {
  const checked = checkId("instance id", id);
  // No client can ask for it: it is taken out of the path before the request is sent (RFC 3986, 5.2.4).
  if (checked !== "." && checked !== "..") return checked;
  throw new SagaError("SAGA_ID_INVALID", `instance id "${checked}" cannot stand in a path`);
}

export function readEvent(body: unknown): { type: string } {
  const event = readObject(body);
  const { type } = event;
  if (typeof type === "string") return { ...event, type };
  throw new SagaError(
    "SAGA_EVENT_INVALID",
    type === undefined ? "the event has no type" : "the type of the event is no text",
  );
}
