/** What the order saga takes in, and that its chart and activities together leave no order half done. */
import { createActor, fromPromise, waitFor } from "xstate";
import { describe, expect, test } from "vitest";
import { orderMachine } from "../../machines/order/chart.ts";
import type { OrderOutput } from "../../machines/order/chart.ts";
import { orderSaga } from "../../machines/order/index.ts";
import type { Activity } from "../../src/index.ts";
import { orderInput } from "./scripted-order.ts";
import { argumentsOf, charge, openShop } from "./shop-at-hand.ts";
import type { ShopAtHand } from "./shop-at-hand.ts";

const delays = { attemptTimeoutMs: 200, backoffBaseMs: 1, backoffCapMs: 4 };

async function isTaken(input: unknown): Promise<boolean> {
  const result = await orderSaga.input?.["~standard"].validate(input);
  return result !== undefined && result.issues === undefined;
}

describe("an input", () => {
  test.each([
    ["plain", orderInput],
    ["with all delays", { ...orderInput, delays: { attemptTimeoutMs: 1, backoffBaseMs: 1 } }],
    ["of a cent", { ...orderInput, amountCents: 1 }],
  ])("%s is taken", async (_, input) => {
    expect(await isTaken(input)).toBe(true);
  });

  test.each([
    ["with an unknown key", { ...orderInput, orderId: "o-1" }],
    ["with an unknown key inside", { ...orderInput, address: { ...orderInput.address, zip: "" } }],
    ["of nothing", { ...orderInput, amountCents: 0 }],
    ["of half a cent", { ...orderInput, amountCents: 1.5 }],
    ["of no items", { ...orderInput, items: [] }],
    [
      "of 101 items",
      { ...orderInput, items: Array.from({ length: 101 }, () => orderInput.items[0]) },
    ],
    ["of no quantity", { ...orderInput, items: [{ sku: "teapot", quantity: 0 }] }],
    ["with a sku of 65 letters", { ...orderInput, items: [{ sku: "x".repeat(65), quantity: 1 }] }],
    ["with a delay of 0", { ...orderInput, delays: { backoffBaseMs: 0 } }],
    ["with a delay of two hours", { ...orderInput, delays: { backoffCapMs: 7_200_000 } }],
  ])("%s is refused", async (_, input) => {
    expect(await isTaken(input)).toBe(false);
  });
});

test("without SHOP_URL a call fails and says so", async () => {
  const { chargePayment } = orderSaga.activities as { chargePayment: Activity<object, unknown> };

  await expect(chargePayment(argumentsOf(charge))).rejects.toThrow("SHOP_URL is not set");
});

describe("an order at a real shop", () => {
  test.each([1, 2, 3])(
    "ends wholly done or wholly undone, whatever the network does: chaos %i",
    async (seed) => {
      const shop = await openShop();
      const rates = { failRate: 0.25, loseReplyRate: 0.2, hangRate: 0.02, doneTwiceRate: 0.1 };
      await shop.ask("PUT", "/chaos", { seed, ...rates });

      const ids = Array.from({ length: 8 }, (_, index) => `o-${index}`);
      const outputs = await Promise.all(ids.map((id) => runOrder(shop, id)));

      for (const [index, { status }] of outputs.entries()) {
        const inPlace = await thingsInPlace(shop, `o-${index}`);
        expect(inPlace).toEqual(status === "completed" ? ["reserve", "charge", "ship"] : []);
      }
    },
  );

  test("is undone in reverse order when no carrier takes it", async () => {
    const shop = await openShop();
    const address = { ...orderInput.address, country: "Atlantis" };

    const output = await runOrder(shop, "o-1", address);

    expect(output.failure).toEqual({
      step: "createShipment",
      kind: "rejected",
      message: "POST /shipping/shipments was answered 422: no carrier goes to Atlantis any more",
    });
    const { effects } = await shop.ledger();
    expect(effects.map(({ call }) => call)).toEqual(["reserve", "charge", "refund", "release"]);
  });
});

async function runOrder(
  { activities }: ShopAtHand,
  orderId: string,
  address = orderInput.address,
): Promise<OrderOutput> {
  const call = <Input extends object, Output>(activity: Activity<Input, Output>, step: string) =>
    fromPromise<Output, Input>(({ input, signal }) =>
      activity(argumentsOf(input, { idempotencyKey: `${orderId}/${step}`, signal })),
    );
  const machine = orderMachine.provide({
    actors: {
      reserveInventory: call(activities.reserveInventory, "reserve"),
      chargePayment: call(activities.chargePayment, "charge"),
      createShipment: call(activities.createShipment, "ship"),
      notifyCustomer: call(activities.notifyCustomer, "notify"),
      cancelShipment: call(activities.cancelShipment, "cancelShipment"),
      refundPayment: call(activities.refundPayment, "refund"),
      releaseInventory: call(activities.releaseInventory, "release"),
    },
  });
  const input = { ...orderInput, address, delays };
  const order = createActor(machine, { id: orderId, input });
  // A person who does not give up: of some hundred undos one fails eight times in a row.
  order.subscribe((snapshot) => {
    if (snapshot.hasTag("stuck")) order.send({ type: "saga.retry" });
  });
  order.start();
  const { output } = await waitFor(order, ({ status }) => status === "done");
  return output!;
}

async function thingsInPlace({ ledger }: ShopAtHand, orderId: string): Promise<string[]> {
  const { effects } = await ledger(orderId);
  const undid = new Set(effects.flatMap((effect) => effect.undid));
  return effects.filter(({ id }) => id !== null && !undid.has(id)).map(({ call }) => call);
}
