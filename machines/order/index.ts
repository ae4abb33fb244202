/** The order saga: its chart, its activities against a shop, what undoes them, and who may send it what. */
import { z } from "zod";
import { defineSaga } from "../../src/index.ts";
import type { Saga } from "../../src/index.ts";
import { AttemptDelaysInput } from "../calls/attempt-delays.ts";
import { orderActivities } from "./activities.ts";
import { orderMachine } from "./chart.ts";

const Item = z.strictObject({
  sku: z.string().min(1).max(64),
  quantity: z.int().min(1).max(10_000),
});

const Address = z.strictObject({
  line1: z.string().min(1).max(200),
  city: z.string().min(1).max(100),
  postcode: z.string().min(1).max(20),
  country: z.string().min(2).max(64),
});

const OrderInput = z.strictObject({
  customerId: z.string().min(1).max(200),
  amountCents: z.int().min(1),
  items: z.array(Item).min(1).max(100),
  address: Address,
  delays: AttemptDelaysInput.optional(),
});

const Reasoned = z.strictObject({ reason: z.string().max(500).optional() });

/** The saga against the shop at `shopUrl()`, which is asked for at every call: it may move. */
export function defineOrderSaga(shopUrl: () => string): Saga<typeof orderMachine> {
  return defineSaga({
    name: "order",
    version: 1,
    machine: orderMachine,
    activities: orderActivities(shopUrl),
    compensations: {
      reserveInventory: "releaseInventory",
      chargePayment: "refundPayment",
      createShipment: "cancelShipment",
      notifyCustomer: null,
    },
    input: OrderInput,
    events: { "saga.cancel": Reasoned, "saga.retry": Reasoned, "saga.skip": Reasoned },
  });
}

/** The saga against the shop at `SHOP_URL`; without it every call fails and says so. */
export const orderSaga: Saga<typeof orderMachine> = defineOrderSaga(() => {
  const shopUrl = process.env["SHOP_URL"];
  if (shopUrl === undefined || shopUrl === "") {
    throw new Error(
      "SHOP_URL is not set; give the shop's address, such as http://127.0.0.1:4010 of scripts/shop.ts",
    );
  }
  return shopUrl;
});
