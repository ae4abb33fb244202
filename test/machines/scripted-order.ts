/** An order whose activities answer by a script. */
import { orderMachine } from "../../machines/order/chart.ts";
import type { OrderInput, OrderStep } from "../../machines/order/chart.ts";
import { Scripted } from "./scripted.ts";
import type { Script } from "./scripted.ts";

export type { Behavior } from "./scripted.ts";

export const orderInput: OrderInput = {
  customerId: "c-1",
  amountCents: 4200,
  items: [{ sku: "teapot", quantity: 2 }],
  address: { line1: "1 Long Lane", city: "York", postcode: "YO1 1AA", country: "GB" },
};

const answers = {
  reserveInventory: { reservationId: "res-1" },
  chargePayment: { paymentId: "pay-1" },
  createShipment: { shipmentId: "shp-1" },
};

const undoing = new Set<OrderStep>(["cancelShipment", "refundPayment", "releaseInventory"]);

export class ScriptedOrder extends Scripted<typeof orderMachine> {
  constructor(script: Script<typeof orderMachine>, input: OrderInput = orderInput) {
    super(orderMachine, { id: "o-1", input, answers, script });
  }

  get undone(): OrderStep[] {
    return this.steps.filter((step) => undoing.has(step));
  }
}
