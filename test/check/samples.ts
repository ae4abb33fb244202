/** What the world says to the sagas in `machines/`, by example. */
import type { Samples, WorldFacts } from "../../src/check/check.ts";

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

export const payoutSamples: Samples = {
  input: { payeeId: "p-1", iban: "DE02120300000000202051", amountCents: 4_200 },
  outputs: {
    reserveFunds: { holdId: "h-1" },
    submitTransfer: { transferId: "t-1" },
    withdrawTransfer: { transferId: null },
    // The bank tells the truth.
    findTransfer: (_input: never, { inPlace }: WorldFacts) => ({
      transferId: inPlace.includes("submitTransfer") ? "t-1" : null,
    }),
  },
};

export const onboardingSamples: Samples = {
  input: { company: "Acme", email: "ada@acme.example", plan: "basic" },
  outputs: {
    openReview: { reviewId: "r-1" },
    createAccount: { accountId: "a-1" },
    grantAccess: { grantId: "g-1" },
  },
  events: { APPROVED: [{ by: "ada" }], DECLINED: [{ by: "ada" }] },
};

export const subscriptionSamples: Samples = {
  // A term, since the period is counted.
  input: { customerId: "c-1", planId: "p-1", amountCents: 900, periodsMax: 2 },
  outputs: {
    chargeFirstPeriod: { paymentId: "p-1" },
    grantAccess: { accessId: "a-1" },
    renewPeriod: { paymentId: "p-2" },
  },
};

export const tripSamples: Samples = {
  input: {
    travellerId: "t-1",
    origin: "HAM",
    destination: "LIS",
    departsOn: "2027-03-14",
    returnsOn: "2027-03-20",
    amountCents: 90_000,
  },
  outputs: {
    bookFlight: { flightId: "f-1" },
    bookHotel: { hotelId: "h-1" },
    bookCar: { carId: "c-1" },
    chargePayment: { paymentId: "p-1" },
  },
};
