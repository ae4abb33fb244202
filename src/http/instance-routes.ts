/** The routes of instances: start one, look at it, send it an event, read its journal. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SagaError } from "../errors.ts";
import { checkId } from "../runtime/incoming.ts";
import type { Runtime, StartOptions } from "../runtime/runtime.ts";
import type { InstanceView } from "../runtime/view.ts";
import { readIdempotencyKey, toInstanceId } from "./idempotency-key.ts";
import { isObject, readObject } from "./json-body.ts";
import { readJournalPage } from "./journal-page.ts";
import { renderEntry, renderInstance } from "./render-instance.ts";
import type { RenderedInstance } from "./render-instance.ts";
import { renderEvents } from "./render-saga.ts";

interface SagaParams {
  saga: string;
}

interface InstanceParams extends SagaParams {
  id: string;
}

type Reply = FastifyReply;
type SagaRequest = FastifyRequest<{ Params: SagaParams }>;
type InstanceRequest = FastifyRequest<{ Params: InstanceParams }>;

const INSTANCES = "/sagas/:saga/instances";
const INSTANCE = `${INSTANCES}/:id`;
const CORRELATION_ID = "x-correlation-id";

export function instanceRoutes(app: FastifyInstance, runtime: Runtime): void {
  app.post(INSTANCES, (request: SagaRequest, reply) => startInstance(runtime, request, reply));
  app.get(INSTANCE, { exposeHeadRoute: true }, (request: InstanceRequest, reply) =>
    getInstance(runtime, request, reply),
  );
  app.post(`${INSTANCE}/events`, (request: InstanceRequest, reply) =>
    sendEvent(runtime, request, reply),
  );
  app.get(`${INSTANCE}/journal`, { exposeHeadRoute: true }, (request: InstanceRequest, reply) =>
    getJournal(runtime, request, reply),
  );
}

async function startInstance(
  runtime: Runtime,
  request: SagaRequest,
  reply: Reply,
): Promise<RenderedInstance> {
  const { saga } = runtime.saga(request.params.saga);
  const options = readStart(saga.name, request);
  const { created, instance } = await runtime.start(saga, options);
  if (created) {
    const path = `/sagas/${saga.name}/instances/${encodeURIComponent(instance.id)}`;
    void reply.code(201).header("location", `${request.server.prefix}${path}`);
  }
  return answerInstance(runtime, instance, reply);
}

async function getInstance(
  runtime: Runtime,
  { params }: InstanceRequest,
  reply: Reply,
): Promise<RenderedInstance> {
  return answerInstance(runtime, await runtime.get({ name: params.saga }, params.id), reply);
}

async function sendEvent(
  runtime: Runtime,
  request: InstanceRequest,
  reply: Reply,
): Promise<RenderedInstance> {
  const { params, headers, body } = request;
  const { saga } = runtime.saga(params.saga);
  const event = readEvent(body);
  const eventId = readIdempotencyKey(headers);
  const options = eventId === undefined ? {} : { eventId };
  try {
    const { repeated, instance } = await runtime.sendOnce(saga, params.id, event, options);
    if (repeated) void reply.header("idempotency-replayed", "true");
    return answerInstance(runtime, instance, reply);
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

function answerInstance(runtime: Runtime, view: InstanceView, reply: Reply): RenderedInstance {
  void reply.header(CORRELATION_ID, view.correlationId);
  return renderInstance(view, runtime.saga(view.saga, view.version).saga);
}

/** A refusal with the schemas of what the instance would take instead, as in its answer. */
async function withSchemas(
  error: unknown,
  runtime: Runtime,
  { params, reply }: { params: InstanceParams; reply: Reply },
): Promise<unknown> {
  if (!(error instanceof SagaError) || !Array.isArray(error.details["accepts"])) return error;
  const types = error.details["accepts"] as readonly string[];
  const { saga, version, correlationId } = await runtime.get({ name: params.saga }, params.id);
  void reply.header(CORRELATION_ID, correlationId);
  const accepts = renderEvents(runtime.saga(saga, version).saga, types);
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
  };
}

function readId(id: unknown): string {
  const checked = checkId("instance id", id);
  // No client can ask for it: it is taken out of the path before the request is sent (RFC 3986, 5.2.4).
  if (checked !== "." && checked !== "..") return checked;
  throw new SagaError("SAGA_ID_INVALID", `instance id "${checked}" cannot stand in a path`);
}

function readEvent(body: unknown): { type: string } {
  const event = readObject(body);
  const { type } = event;
  if (typeof type === "string") return { ...event, type };
  throw new SagaError(
    "SAGA_EVENT_INVALID",
    type === undefined ? "the event has no type" : "the type of the event is no text",
  );
}
