/** What the world says to the order saga, by example, and what its check is to know. */
import { always, never } from "../../src/check/check.ts";
import type { CheckOptions, Samples } from "../../src/check/check.ts";

export const samples: Samples = {
  input: {
    customerId: "c-1",
    amountCents: 4_200,
    items: [{ sku: "tea", quantity: 2 }],
    address: { line1: "Kai 1", city: "Hamburg", postcode: "20457", country: "DE" },
  },
  outputs: {
    reserveInventory: { reservationId: "r-1" },
    chargePayment: { paymentId: "p-1" },
    createShipment: { shipmentId: "s-1" },
  },
};

export const checkOptions: Partial<CheckOptions> = {
  pivots: ["createShipment"],
  rules: [
    never({ effect: "createShipment" }, { before: { effect: "chargePayment" } }),
    never({ effect: "createShipment" }, { after: { effect: "refundPayment" } }),
    never({ effect: "notifyCustomer" }, { while: { state: "compensating" } }),
    always({ takes: "saga.cancel" }, { in: "chargingPayment" }),
  ],
};
