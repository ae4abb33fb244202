/** Traces from the door to the shop: what a client sends is what the services behind the saga receive. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { orderActivities } from "../../machines/order/activities.ts";
import { orderSaga } from "../../machines/order/index.ts";
import { orderInput } from "../machines/scripted-order.ts";
import { B1, get, INSTANCES, post, serve, serveB1 } from "./booking.ts";

const STARTED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const SENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/** A shop that keeps the traces it is asked under, and answers the first call only when told to. */
async function openShop() {
  const seen: unknown[] = [];
  const arrivals: (() => void)[] = [];
  const server = createServer((request, response) => {
    const { traceparent, "x-correlation-id": correlationId } = request.headers;
    seen.push([request.url, traceparent, correlationId]);
    for (const arrived of arrivals.splice(0)) arrived();
    response.writeHead(404).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const arrival = (): Promise<void> => new Promise((resolve) => arrivals.push(resolve));
  return { url: `http://127.0.0.1:${port}`, seen, arrival };
}

test.each([
  ["a trace", STARTED, STARTED],
  ["none", undefined, undefined],
  ["a bad one", "00-0-0-0", undefined],
])("the shop receives what the order was started with: %s", async (_, sent, received) => {
  const shop = await openShop();
  const saga = { ...orderSaga, activities: orderActivities(() => shop.url) } as typeof orderSaga;
  const { app } = await serve({ sagas: [saga] });
  const headers = {
    "x-correlation-id": "checkout-7",
    ...(sent !== undefined && { traceparent: sent }),
  };

  const arrival = shop.arrival();
  const answer = await post(
    app,
    "/sagas/order/instances",
    { id: "o-1", input: orderInput },
    headers,
  );
  await arrival;

  expect([answer.status, answer.body["traceparent"]]).toEqual([201, received ?? null]);
  expect(answer.headers["x-correlation-id"]).toBe("checkout-7");
  expect(shop.seen[0]).toEqual(["/inventory/reservations", received, "checkout-7"]);
});

test("an instance shows the trace of its start, and its journal those of its events", async () => {
  const { app } = await serve();
  const start = { id: "b-1", input: { seats: 2 } };
  await post(app, INSTANCES, start, { traceparent: STARTED });

  const noted = await post(app, `${B1}/events`, { type: "NOTE", text: "x" }, { traceparent: SENT });
  const { body } = await get(app, `${B1}/journal`);

  expect([noted.status, noted.body["traceparent"]]).toEqual([200, STARTED]);
  expect(body["entries"]).toMatchObject([{ traceparent: STARTED }, { traceparent: SENT }]);
});

test("a bad traceparent of an event is ignored, and the event is taken", async () => {
  const { app } = await serveB1();

  const headers = { traceparent: `${SENT}, ${STARTED}` };
  const noted = await post(app, `${B1}/events`, { type: "NOTE", text: "x" }, headers);
  const { body } = await get(app, `${B1}/journal?after=1`);

  expect(noted.status).toBe(200);
  expect(body["entries"]).toMatchObject([{ traceparent: null }]);
});
