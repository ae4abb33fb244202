/** What the demo travel services offer and refuse. */
import { z } from "zod";
import { refusal } from "../demo/books.ts";
import { callsAbout } from "../demo/offer.ts";
import type { Offer } from "../demo/offer.ts";

const AMOUNT_CENTS_MAX = 1_000_000;

const { makes, notes, undoes } = callsAbout("tripId");

const traveller = { travellerId: z.string(), destination: z.string() };
const id = z.string().nullable();

export const tripOffer: Offer = {
  idField: "tripId",
  routes: [
    makes("bookFlight", {
      path: "/flights/bookings",
      body: z.object({
        ...traveller,
        origin: z.string(),
        departsOn: z.iso.date(),
        returnsOn: z.iso.date(),
      }),
      made: { field: "flightId", prefix: "flt" },
      refusal: ({ destination }) =>
        destination === "Atlantis" ? refusal(422, "no airline flies to Atlantis") : null,
    }),
    makes("bookHotel", {
      path: "/hotels/bookings",
      body: z.object({ ...traveller, arrivesOn: z.iso.date(), leavesOn: z.iso.date() }),
      made: { field: "hotelId", prefix: "hot" },
      refusal: ({ destination }) =>
        destination === "Bethlehem" ? refusal(409, "there is no room in Bethlehem") : null,
    }),
    makes("bookCar", {
      path: "/cars/bookings",
      body: z.object({ ...traveller, fetchedOn: z.iso.date(), returnedOn: z.iso.date() }),
      made: { field: "carId", prefix: "car" },
      refusal: ({ destination }) =>
        destination === "Venice" ? refusal(422, "no cars in Venice") : null,
    }),
    makes("chargePayment", {
      path: "/payments/charges",
      body: z.object({ travellerId: z.string(), amountCents: z.int().min(1) }),
      made: { field: "paymentId", prefix: "pay" },
      refusal: ({ amountCents }) =>
        amountCents > AMOUNT_CENTS_MAX ? refusal(402, "card declined") : null,
    }),
    notes("sendItinerary", { path: "/itineraries", body: z.object({ travellerId: z.string() }) }),
    undoes("cancelFlight", {
      path: "/flights/cancellations",
      body: z.object({ flightId: id }),
      undoes: "bookFlight",
      thing: ({ flightId }) => flightId,
    }),
    undoes("cancelHotel", {
      path: "/hotels/cancellations",
      body: z.object({ hotelId: id }),
      undoes: "bookHotel",
      thing: ({ hotelId }) => hotelId,
    }),
    undoes("cancelCar", {
      path: "/cars/cancellations",
      body: z.object({ carId: id }),
      undoes: "bookCar",
      thing: ({ carId }) => carId,
    }),
    undoes("refundPayment", {
      path: "/payments/refunds",
      body: z.object({ paymentId: id }),
      undoes: "chargePayment",
      thing: ({ paymentId }) => paymentId,
    }),
  ],
};
