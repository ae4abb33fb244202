/** What the order chart tells the world: inputs of activities, its output, and its phase tags. */
import { describe, expect, test } from "vitest";
import type { AnyStateNode } from "xstate";
import { orderMachine } from "../../machines/order/chart.ts";
import { ScriptedOrder, orderInput } from "./scripted-order.ts";

describe("the output", () => {
  test("of a completed order has all ids", async () => {
    const order = new ScriptedOrder({});

    await order.run();

    expect(order.snapshot.output).toEqual({
      status: "completed",
      failure: null,
      reservationId: "res-1",
      paymentId: "pay-1",
      shipmentId: "shp-1",
      notified: true,
    });
  });

  test("of an order whose notification failed says so, and nothing else is amiss", async () => {
    const order = new ScriptedOrder({ notifyCustomer: ["reject"] });

    await order.run();

    expect(order.snapshot.output).toMatchObject({
      status: "completed",
      failure: null,
      notified: false,
    });
  });

  test.each([
    ["reject", { step: "chargePayment", kind: "rejected", message: "refused" }],
    ["unknown", { step: "chargePayment", kind: "unknown", message: "no answer" }],
    ["hang", { step: "chargePayment", kind: "unknown", message: "no answer within 10000 ms" }],
  ] as const)("of an undone order tells why: %s", async (behavior, failure) => {
    const order = new ScriptedOrder({ chargePayment: [behavior] });

    await order.run();

    expect(order.snapshot.output).toEqual({
      status: "compensated",
      failure,
      reservationId: "res-1",
      paymentId: null,
      shipmentId: null,
      notified: false,
    });
  });
});

describe("inputs", () => {
  test("carry the instance id as the order id", async () => {
    const order = new ScriptedOrder({});

    await order.run();

    expect(order.attempts).toEqual([
      { step: "reserveInventory", input: { orderId: "o-1", items: orderInput.items } },
      { step: "chargePayment", input: { orderId: "o-1", customerId: "c-1", amountCents: 4200 } },
      {
        step: "createShipment",
        input: { orderId: "o-1", address: orderInput.address, items: orderInput.items },
      },
      { step: "notifyCustomer", input: { orderId: "o-1", template: "order-shipped" } },
    ]);
  });

  test("of an undo have a null id where the answer was lost", async () => {
    const order = new ScriptedOrder({ chargePayment: ["hang"] });

    await order.run();

    expect(order.attempts.slice(-2)).toEqual([
      { step: "refundPayment", input: { orderId: "o-1", paymentId: null } },
      { step: "releaseInventory", input: { orderId: "o-1", reservationId: "res-1" } },
    ]);
  });
});

test("every state in which an order can rest has exactly one phase tag", () => {
  const resting = statesUnder(orderMachine.root).filter(
    ({ type, parent }) => type === "atomic" || (type === "final" && parent === orderMachine.root),
  );

  expect(Object.fromEntries(resting.map(({ path, tags }) => [path.join("."), tags]))).toEqual({
    "reservingInventory.attempting": ["forward"],
    "reservingInventory.backingOff": ["retrying"],
    "chargingPayment.attempting": ["forward"],
    "chargingPayment.backingOff": ["retrying"],
    "creatingShipment.attempting": ["forward"],
    "creatingShipment.backingOff": ["retrying"],
    "notifyingCustomer.attempting": ["forward"],
    "notifyingCustomer.backingOff": ["retrying"],
    "compensating.cancellingShipment.attempting": ["compensating"],
    "compensating.cancellingShipment.backingOff": ["compensating"],
    "compensating.cancellingShipment.stuck": ["stuck"],
    "compensating.refundingPayment.attempting": ["compensating"],
    "compensating.refundingPayment.backingOff": ["compensating"],
    "compensating.refundingPayment.stuck": ["stuck"],
    "compensating.releasingInventory.attempting": ["compensating"],
    "compensating.releasingInventory.backingOff": ["compensating"],
    "compensating.releasingInventory.stuck": ["stuck"],
    completed: ["completed"],
    compensated: ["compensated"],
  });
});

function statesUnder(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states).flatMap((child) => [child, ...statesUnder(child)]);
}
