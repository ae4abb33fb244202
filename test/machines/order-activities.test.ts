/** What the order's activities tell their chart of each thing that can happen to a call, over real HTTP. */
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { orderActivities } from "../../machines/order/activities.ts";
import type { ActivityArguments } from "../../src/index.ts";
import { argumentsOf, charge, openShop, reserve, ship } from "./shop-at-hand.ts";

function keyed<Input>(input: Input, idempotencyKey: string): ActivityArguments<Input> {
  return argumentsOf(input, { idempotencyKey });
}

test("the seven activities do and undo an order", async () => {
  const { activities, ledger } = await openShop();

  const { reservationId } = await activities.reserveInventory(keyed(reserve, "k-1"));
  const { paymentId } = await activities.chargePayment(keyed(charge, "k-2"));
  const { shipmentId } = await activities.createShipment(keyed(ship, "k-3"));
  await activities.notifyCustomer(keyed({ orderId: "o-1", template: "order-shipped" }, "k-4"));
  await activities.cancelShipment(keyed({ orderId: "o-1", shipmentId }, "k-5"));
  await activities.refundPayment(keyed({ orderId: "o-1", paymentId }, "k-6"));
  await activities.releaseInventory(keyed({ orderId: "o-1", reservationId }, "k-7"));

  const { effects } = await ledger();
  expect(effects.map(({ call, id, undid }) => [call, id, undid])).toEqual([
    ["reserve", reservationId, []],
    ["charge", paymentId, []],
    ["ship", shipmentId, []],
    ["notify", null, []],
    ["cancelShipment", null, [shipmentId]],
    ["refund", null, [paymentId]],
    ["release", null, [reservationId]],
  ]);
});

test("a call carries the idempotency key and the correlation id, in ASCII", async () => {
  const seen: IncomingMessage["headers"][] = [];
  const url = await serve((request, response) => {
    seen.push(request.headers);
    response.writeHead(201).end('{"paymentId":"p-1"}');
  });
  const others = { idempotencyKey: "order/o-1/chargePayment/3", correlationId: "cor 7/ü" };

  await orderActivities(() => `${url}/`).chargePayment(argumentsOf(charge, others));

  expect(seen).toEqual([
    expect.objectContaining({
      "idempotency-key": "order/o-1/chargePayment/3",
      "x-correlation-id": "cor%207/%C3%BC",
      "content-type": "application/json",
    }),
  ]);
});

describe("an answer", () => {
  test.each([400, 402, 404, 409, 422])("of %i is a rejection: nothing happened", async (status) => {
    const error = await failureOf((_, response) => {
      response.writeHead(status).end('{"error":"no such luck"}');
    });

    expect(error).toMatchObject({ kind: "rejected", status, retryAfterMs: null });
    expect(error.message).toBe(`POST /payments/charges was answered ${status}: no such luck`);
  });

  test.each([302, 408, 425, 429, 500, 502, 503])(
    "of %i leaves the outcome unknown",
    async (status) => {
      const error = await failureOf((_, response) => {
        response.writeHead(status, { location: "/elsewhere" }).end();
      });

      expect(error).toMatchObject({ kind: "unknown", status });
    },
  );

  test.each([
    ["no JSON", "done"],
    ["no id", "{}"],
    ["an empty id", '{"paymentId":""}'],
    ["an id that is no string", '{"paymentId":7}'],
  ])("of 201 with %s leaves the outcome unknown", async (_, body) => {
    const error = await failureOf((_request, response) => response.writeHead(201).end(body));

    expect(error).toMatchObject({ kind: "unknown", status: 201 });
  });

  test("that breaks off in its body leaves the outcome unknown", async () => {
    const error = await failureOf((_, response) => {
      response.writeHead(201, { "content-length": "100" }).write('{"paymentId"');
      response.socket?.destroySoon();
    });

    expect(error).toMatchObject({ kind: "unknown", status: null });
  });
});

describe("Retry-After", () => {
  const at = "Mon, 23 Nov 2026 10:00:00 GMT";

  test.each([
    ["in seconds", { "retry-after": "7" }, 7000],
    [
      "as a date, by the clock of the shop",
      { "retry-after": "Mon, 23 Nov 2026 10:00:30 GMT", date: at },
      30_000,
    ],
    ["as a date gone by", { "retry-after": "Mon, 23 Nov 2026 09:00:00 GMT", date: at }, 0],
    ["as nonsense", { "retry-after": "soon" }, null],
  ])("%s is told to the chart", async (_, headers, retryAfterMs) => {
    const error = await failureOf((_request, response) => response.writeHead(429, headers).end());

    expect(error).toMatchObject({ kind: "unknown", retryAfterMs });
  });

  test("of the shop's own knob is told to the chart", async () => {
    const { activities, turn } = await openShop();
    await turn("charge", { mode: "fail", retryAfterSeconds: 3 });

    const charging = activities.chargePayment(argumentsOf(charge));

    await expect(charging).rejects.toMatchObject({ status: 503, retryAfterMs: 3000 });
  });
});

describe("no answer", () => {
  test("from a closed port leaves the outcome unknown", async () => {
    const { url, close } = await openShop();
    await close();

    const charging = orderActivities(() => url).chargePayment(argumentsOf(charge));

    await expect(charging).rejects.toMatchObject({ kind: "unknown", status: null });
  });

  test("as the reply was lost leaves the outcome unknown, and the same key finds the effect", async () => {
    const { activities, ledger, turn } = await openShop();
    await turn("charge", { mode: "loseReply", times: 1 });

    const first = activities.chargePayment(argumentsOf(charge));
    await expect(first).rejects.toMatchObject({ kind: "unknown", status: null });
    const second = await activities.chargePayment(argumentsOf(charge));

    const { effects } = await ledger();
    expect(effects.map(({ call, id }) => [call, id])).toEqual([["charge", second.paymentId]]);
  });

  test("until the attempt is aborted leaves the outcome unknown", async () => {
    const attempt = new AbortController();
    const url = await serve(() => attempt.abort());

    const charging = orderActivities(() => url).chargePayment(
      argumentsOf(charge, { signal: attempt.signal }),
    );

    await expect(charging).rejects.toMatchObject({ kind: "unknown", status: null });
  });
});

test("a failure survives as plain fields, which are all that a snapshot keeps", async () => {
  const error = await failureOf((_, response) => response.writeHead(402).end());

  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: "CallError",
    kind: "rejected",
    status: 402,
    retryAfterMs: null,
  });
});

async function failureOf(listener: RequestListener): Promise<Error> {
  const url = await serve(listener);
  const charging = orderActivities(() => url).chargePayment(argumentsOf(charge));
  return charging.then(
    () => {
      throw new Error("the charge did not fail");
    },
    (error: Error) => error,
  );
}

/** A server that answers as the test says; its URL. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
