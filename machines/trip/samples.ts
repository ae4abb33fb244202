/** What the world says to the trip saga, by example, and what its check is to know. */
import type { CheckOptions, Samples } from "../../src/check/check.ts";

export const samples: Samples = {
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

export const checkOptions: Partial<CheckOptions> = {
  // Three regions side by side multiply what one can be in. Texts decide nothing.
  scope: { attemptsMax: 1 },
  ignoreContext: ["failure.*", "parts.*.stuckReason"],
};
