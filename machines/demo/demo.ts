/**
 * A demo: services over HTTP in one process, for sagas to be tried and tested against.
 *
 * They keep idempotency keys, refuse nonsense, and can be told to fail in every way that a real service
 * does. `GET /ledger` tells what really happened.
 */
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import Fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { Books } from "./books.ts";
import type { Answer, Asked } from "./books.ts";
import { Chaos, Faults, Knob } from "./faults.ts";
import type { Fault } from "./faults.ts";
import type { Offer } from "./offer.ts";

export interface DemoOptions {
  /**
   * Whether an undo leaves a mark that turns away what it undoes, should that arrive late. Without it a
   * charge that reaches the demo after its refund stays for ever.
   */
  readonly tombstones?: boolean | undefined;
}

export interface Demo {
  /** Opens the door on 127.0.0.1 and answers its URL; port 0, the default, takes any free one. */
  readonly listen: (port?: number) => Promise<string>;
  /** Where it listens; throws if it does not. */
  readonly url: () => string;
  /** Cuts all connections, those of waiting requests too, and forgets effects that were still to come. */
  readonly close: () => Promise<void>;
}

interface Services {
  readonly offer: Offer;
  readonly books: Books;
  readonly faults: Faults;
  readonly closing: AbortSignal;
}

/** A demo of each offer below its path, with books and knobs of its own; the path of one alone may be "". */
export function createDemo(
  offers: Readonly<Record<string, Offer>>,
  { tombstones = true }: DemoOptions = {},
): Demo {
  const closing = new AbortController();
  const app = Fastify({ forceCloseConnections: true });
  for (const [prefix, offer] of Object.entries(offers)) {
    const books = new Books({ idField: offer.idField, tombstones });
    const services = { offer, books, faults: new Faults(), closing: closing.signal };
    void app.register(
      async (scope) => {
        addServices(scope, services);
        addControls(scope, services);
      },
      { prefix },
    );
  }

  const url = () => {
    const address = app.server.address() as AddressInfo | null;
    if (address === null) throw new Error("the demo does not listen; call listen() first");
    return `http://127.0.0.1:${address.port}`;
  };
  return {
    url,
    async listen(port = 0) {
      await app.listen({ port, host: "127.0.0.1" });
      return url();
    },
    async close() {
      closing.abort();
      await app.close();
    },
  };
}

function addServices(app: FastifyInstance, services: Services): void {
  for (const { method, path, call, order: schema } of services.offer.routes) {
    app.route({
      method,
      url: path,
      handler: async (request, reply) => {
        const body = method === "GET" ? request.query : request.body;
        const order = schema.safeParse(body);
        if (!order.success) return refuse(reply, 400, z.prettifyError(order.error));
        const idempotencyKey = headerOf(request, "idempotency-key");
        if (idempotencyKey === null) return refuse(reply, 400, "the Idempotency-Key is missing");

        const asked: Asked = {
          order: order.data,
          idempotencyKey,
          correlationId: headerOf(request, "x-correlation-id"),
          fingerprint: `${method} ${path} ${JSON.stringify(body)}`,
        };
        const requestNumber = services.books.receive(asked);
        if (requestNumber === null) {
          return refuse(reply, 422, "the Idempotency-Key was used for another request");
        }
        const fault = services.faults.next(call, idempotencyKey, requestNumber);
        return fault === null
          ? answer(reply, services.books.perform(asked))
          : meet(fault, { asked, request, reply }, services);
      },
    });
  }
}

function addControls(app: FastifyInstance, { offer, books, faults }: Services): void {
  const { idField } = offer;
  const calls = offer.routes.map(({ call }) => call);
  app.get("/ledger", (request, reply) => {
    const query = z.object({ [idField]: z.string().optional() }).safeParse(request.query);
    if (!query.success) return refuse(reply, 400, z.prettifyError(query.error));
    return reply.send(books.ledger(query.data[idField]));
  });
  app.put("/knobs/:call", (request, reply) => {
    const call = z.object({ call: z.enum(calls) }).safeParse(request.params);
    if (!call.success) return refuse(reply, 404, `there are knobs for ${calls.join(", ")}`);
    return take(reply, Knob.safeParse(request.body), (knob) => faults.turn(call.data.call, knob));
  });
  app.delete("/knobs", (_, reply) => {
    faults.turnAllBack();
    return reply.code(204).send();
  });
  app.put("/chaos", (request, reply) =>
    take(reply, Chaos.safeParse(request.body), (chaos) => faults.setChaos(chaos)),
  );
  app.delete("/chaos", (_, reply) => {
    faults.setChaos(null);
    return reply.code(204).send();
  });
}

interface Exchange {
  readonly asked: Asked;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function meet(
  fault: Fault,
  { asked, request, reply }: Exchange,
  { books, closing }: Services,
): Promise<FastifyReply> {
  switch (fault.mode) {
    case "fail":
      fail(reply, fault);
      break;
    case "reject":
      refuse(reply, 422, "a knob made this be refused");
      break;
    case "hang":
      reply.hijack();
      break;
    case "loseReply":
      reply.hijack();
      books.perform(asked);
      request.raw.socket.destroy();
      break;
    case "slow":
      if (await pause(fault.delayMs, closing)) answer(reply, books.perform(asked));
      else reply.hijack();
      break;
    case "late":
      reply.hijack();
      await isGone(request);
      if (await pause(fault.delayMs, closing)) books.perform(asked);
      break;
    case "doneTwice":
      books.perform(asked);
      answer(reply, books.perform(asked));
      break;
  }
  return reply;
}

/** Settles when the client has closed its connection, or the demo has. */
function isGone(request: FastifyRequest): Promise<void> {
  return new Promise((resolve) => {
    request.raw.socket.once("close", () => resolve());
  });
}

/** Answers whether the time went by; false: the demo closed meanwhile, and nothing must happen any more. */
async function pause(delayMs: number, closing: AbortSignal): Promise<boolean> {
  try {
    return await setTimeout(delayMs, true, { signal: closing });
  } catch (error) {
    if (closing.aborted) return false;
    throw error;
  }
}

function take<Setting>(
  reply: FastifyReply,
  parsed: z.ZodSafeParseResult<Setting>,
  set: (setting: Setting) => void,
): FastifyReply {
  if (!parsed.success) return refuse(reply, 400, z.prettifyError(parsed.error));
  set(parsed.data);
  return reply.code(204).send();
}

function headerOf(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" && value !== "" ? value : null;
}

function answer(reply: FastifyReply, { status, body }: Answer): FastifyReply {
  return reply.code(status).send(body);
}

function fail(reply: FastifyReply, fault: Extract<Fault, { mode: "fail" }>): void {
  const { status, retryAfterSeconds } = fault;
  if (retryAfterSeconds !== undefined) reply.header("retry-after", retryAfterSeconds);
  refuse(reply, status, "a knob or chaos made this fail");
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ error });
}
