/** What the world says to the order saga, by example. */
import type { Samples } from "../../src/check/check.ts";

export const orderSamples: Samples = {
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
