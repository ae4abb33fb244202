/** The routes of streams: committed events as they come, of one instance or of all, resumable. */
import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SagaError } from "../errors.ts";
import type { FeedFilter } from "../runtime/readers/feed.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { readStream } from "./stream-query.ts";
import type { StreamRequest } from "./stream-query.ts";
import { openSession } from "./stream-session.ts";
import type { Session } from "./stream-session.ts";

interface InstanceParams {
  saga: string;
  id: string;
}

/** The open streams of one app. */
interface Streams {
  readonly runtime: Runtime;
  readonly sessions: Set<Session>;
  isClosing: boolean;
}

export function streamRoutes(app: FastifyInstance, runtime: Runtime): void {
  const streams: Streams = { runtime, sessions: new Set(), isClosing: false };
  // Before the server waits for its connections to end, which streams never do.
  app.addHook("preClose", (done) => {
    streams.isClosing = true;
    for (const session of streams.sessions) session.drop("closing");
    done();
  });

  app.get<{ Params: InstanceParams }>(
    "/sagas/:saga/instances/:id/stream",
    { exposeHeadRoute: true },
    (request, reply) => streamInstance(streams, request, reply),
  );
  app.get("/stream", { exposeHeadRoute: true }, (request, reply) =>
    streamAll(streams, request, reply),
  );
}

async function streamInstance(
  streams: Streams,
  request: FastifyRequest<{ Params: InstanceParams }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { saga, id: instanceId } = request.params;
  const { filter, ...from } = readStream(request, ["after", "everyMs", "phase"]);
  const { correlationId } = await streams.runtime.get({ name: saga }, instanceId);
  void reply.header("x-correlation-id", correlationId);
  return stream(streams, { ...filter, ...from, saga, instanceId }, { request, reply });
}

async function streamAll(
  streams: Streams,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { filter, ...from } = readStream(request, ["after", "everyMs", "phase", "saga"]);
  if (filter.saga !== undefined) streams.runtime.saga(filter.saga);
  return stream(streams, { ...filter, ...from }, { request, reply });
}

async function stream(
  { runtime, sessions, isClosing }: Streams,
  { after, everyMs, ...filter }: FeedFilter & Omit<StreamRequest, "filter">,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  void reply.headers({
    "content-type": "text/event-stream",
    // After a stream there is no next request, and a closing server need not wait for one.
    connection: "close",
    // Proxies of the nginx family would collect events before they pass them on.
    "x-accel-buffering": "no",
  });
  if (isClosing) {
    throw new SagaError("SAGA_RUNTIME_CLOSED", "the server is closing; come back later");
  }
  const follower = await runtime.follow(filter, after, { everyMs });
  if (request.method === "HEAD" || reply.raw.destroyed) {
    follower.close();
    return reply.send("");
  }

  reply.hijack();
  const session = openSession({
    raw: reply.raw,
    headers: reply.getHeaders() as OutgoingHttpHeaders,
    follower,
    clock: runtime.clock,
    onError: (error) => request.log.error({ err: error }, `${request.url} cannot go on`),
  });
  sessions.add(session);
  reply.raw.once("close", () => sessions.delete(session));
  return reply;
}
