/** The routes of operators: what they may do to one instance, each time with a reason. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SagaError } from "../errors.ts";
import type { OperationRequest } from "../runtime/operators/operation.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ForkOptions } from "../runtime/decisions/fork.ts";
import { readIdempotencyKey, toInstanceId } from "./idempotency-key.ts";
import { answerInstance, readEvent, readId, withSchemas } from "./instance-routes.ts";
import type { InstanceParams } from "./instance-routes.ts";
import { readObject } from "./json-body.ts";
import type { RenderedInstance } from "./render-instance.ts";

type InstanceRequest = FastifyRequest<{ Params: InstanceParams }>;

export function operationRoutes(app: FastifyInstance, runtime: Runtime): void {
  app.post("/sagas/:saga/instances/:id/operations", (request: InstanceRequest, reply) =>
    operate(runtime, request, reply),
  );
  app.post("/sagas/:saga/instances/:id/forks", (request: InstanceRequest, reply) =>
    fork(runtime, request, reply),
  );
}

async function operate(
  runtime: Runtime,
  { params, headers, body }: InstanceRequest,
  reply: FastifyReply,
): Promise<RenderedInstance> {
  const { saga } = runtime.saga(params.saga);
  // Checked by the runtime, member by member.
  const asked = readObject(body, ["operation", "reason", "by", "force"]) as unknown;
  const eventId = readIdempotencyKey(headers);
  const options = eventId === undefined ? {} : { eventId };
  try {
    const { repeated, instance } = await runtime.operate(
      saga,
      params.id,
      asked as OperationRequest,
      options,
    );
    if (repeated) void reply.header("idempotency-replayed", "true");
    return answerInstance(runtime, instance, reply);
  } catch (error) {
    throw await withSchemas(error, runtime, { params, reply });
  }
}

async function fork(
  runtime: Runtime,
  request: InstanceRequest,
  reply: FastifyReply,
): Promise<RenderedInstance> {
  const { params } = request;
  const { saga } = runtime.saga(params.saga);
  const { created, instance } = await runtime.fork(saga, params.id, readFork(saga.name, request));
  if (created) {
    const path = `/sagas/${saga.name}/instances/${encodeURIComponent(instance.id)}`;
    void reply.code(201).header("location", `${request.server.prefix}${path}`);
  }
  return answerInstance(runtime, instance, reply);
}

function readFork(saga: string, { body, headers }: InstanceRequest): ForkOptions {
  const known = ["fromRevision", "id", "input", "event", "reason", "by"];
  const members = readObject(body, known);
  const key = readIdempotencyKey(headers);
  const instanceId = "id" in members ? readId(members["id"]) : key && toInstanceId(saga, key);
  const { fromRevision, input, reason, by } = members;
  if (typeof fromRevision !== "number") {
    throw new SagaError("SAGA_REQUEST_INVALID", "fromRevision is no integer from 1");
  }
  return {
    fromRevision,
    // Checked by the runtime.
    reason: reason as string,
    ...("by" in members && { by: by as string }),
    ...("input" in members && { input }),
    ...("event" in members && { event: readEvent(readObject(members["event"])) }),
    ...(instanceId !== undefined && { instanceId }),
  };
}
