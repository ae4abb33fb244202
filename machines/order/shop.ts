/**
 * The demo shop: inventory, payments, shipping and notifications in one process, over HTTP.
 *
 * It keeps idempotency keys, refuses nonsense, and can be told to fail in every way that a real service
 * does, so that a saga against it can be tried and tested. `GET /ledger` tells what really happened.
 */
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import Fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { Books, shopCalls } from "./shop-books.ts";
import type { Answer, Asked, Order } from "./shop-books.ts";
import { Chaos, Faults, Knob } from "./shop-faults.ts";
import type { Fault } from "./shop-faults.ts";

export interface ShopOptions {
  /** A charge above this is declined with 402. */
  readonly amountCentsMax?: number;
  /**
   * Whether an undo leaves a mark that turns away what it undoes, should that arrive late. Without it a
   * charge that reaches the shop after its refund stays for ever.
   */
  readonly tombstones?: boolean;
}

export interface Shop {
  /** Opens the door on 127.0.0.1 and answers its URL; port 0, the default, takes any free one. */
  readonly listen: (port?: number) => Promise<string>;
  /** Where it listens; throws if it does not. */
  readonly url: () => string;
  /** Cuts all connections, those of waiting requests too, and forgets effects that were still to come. */
  readonly close: () => Promise<void>;
}

interface Services {
  readonly books: Books;
  readonly faults: Faults;
  readonly closing: AbortSignal;
}

const AMOUNT_CENTS_MAX_DEFAULT = 1_000_000;

export function createShop(options: ShopOptions = {}): Shop {
  const closing = new AbortController();
  const services: Services = {
    books: new Books({
      amountCentsMax: options.amountCentsMax ?? AMOUNT_CENTS_MAX_DEFAULT,
      tombstones: options.tombstones ?? true,
    }),
    faults: new Faults(),
    closing: closing.signal,
  };
  const app = Fastify({ forceCloseConnections: true });
  addServices(app, services);
  addControls(app, services);

  const url = () => {
    const address = app.server.address() as AddressInfo | null;
    if (address === null) throw new Error("the shop does not listen; call listen() first");
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

const orderId = z.string().min(1).max(200);
const items = z.array(z.object({ sku: z.string(), quantity: z.int().min(1) })).min(1);

/** Path → the body that it takes, read as what the books understand. */
const routes: Readonly<Record<string, z.ZodType<Order>>> = {
  "/inventory/reservations": z
    .object({ orderId, items })
    .transform((body) => ({ ...body, call: "reserve" as const })),
  "/inventory/releases": z
    .object({ orderId, reservationId: z.string().nullable() })
    .transform((body) => ({ ...body, call: "release" as const, id: body.reservationId })),
  "/payments/charges": z
    .object({ orderId, customerId: z.string(), amountCents: z.int().min(1) })
    .transform((body) => ({ ...body, call: "charge" as const })),
  "/payments/refunds": z
    .object({ orderId, paymentId: z.string().nullable() })
    .transform((body) => ({ ...body, call: "refund" as const, id: body.paymentId })),
  "/shipping/shipments": z
    .object({ orderId, items, address: z.object({ country: z.string() }) })
    .transform(({ address, ...body }) => ({
      ...body,
      call: "ship" as const,
      country: address.country,
    })),
  "/shipping/cancellations": z
    .object({ orderId, shipmentId: z.string().nullable() })
    .transform((body) => ({ ...body, call: "cancelShipment" as const, id: body.shipmentId })),
  "/notifications": z
    .object({ orderId, template: z.string() })
    .transform((body) => ({ ...body, call: "notify" as const })),
};

function addServices(app: FastifyInstance, services: Services): void {
  for (const [path, schema] of Object.entries(routes)) {
    app.post(path, async (request, reply) => {
      const order = schema.safeParse(request.body);
      if (!order.success) return refuse(reply, 400, z.prettifyError(order.error));
      const idempotencyKey = headerOf(request, "idempotency-key");
      if (idempotencyKey === null) return refuse(reply, 400, "the Idempotency-Key is missing");

      const asked: Asked = {
        order: order.data,
        idempotencyKey,
        correlationId: headerOf(request, "x-correlation-id"),
        fingerprint: `${path} ${JSON.stringify(request.body)}`,
      };
      const requestNumber = services.books.receive(asked);
      if (requestNumber === null) {
        return refuse(reply, 422, "the Idempotency-Key was used for another request");
      }
      const fault = services.faults.next(order.data.call, idempotencyKey, requestNumber);
      return fault === null
        ? answer(reply, services.books.perform(asked))
        : meet(fault, { asked, request, reply }, services);
    });
  }
}

function addControls(app: FastifyInstance, { books, faults }: Services): void {
  app.get("/ledger", (request, reply) => {
    const query = z.object({ orderId: z.string().optional() }).safeParse(request.query);
    if (!query.success) return refuse(reply, 400, z.prettifyError(query.error));
    return reply.send(books.ledger(query.data.orderId));
  });
  app.put("/knobs/:call", (request, reply) => {
    const call = z.object({ call: z.enum(shopCalls) }).safeParse(request.params);
    if (!call.success) return refuse(reply, 404, `there are knobs for ${shopCalls.join(", ")}`);
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

/** Settles when the client has closed its connection, or the shop has. */
function isGone(request: FastifyRequest): Promise<void> {
  return new Promise((resolve) => {
    request.raw.socket.once("close", () => resolve());
  });
}

/** Answers whether the time went by; false: the shop closed meanwhile, and nothing must happen any more. */
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
