/**
 * The work behind the trip saga's effects: one call to a travel service each.
 *
 * Every call carries the idempotency key of its operation, so that a repeated attempt has its effect
 * once. Undoing takes a missing id: the service then finds by the trip what there is to undo.
 */
import { z } from "zod";
import type { Activities } from "../../src/index.ts";
import { callsTo, Id } from "../calls/call.ts";
import type { tripMachine } from "./chart.ts";

/** The saga's activities against the services at `travelUrl()`, which is asked for at every call. */
export function tripActivities(travelUrl: () => string): Activities<typeof tripMachine> {
  const { post, postFor } = callsTo(travelUrl);
  return {
    bookFlight: postFor("/flights/bookings", z.object({ flightId: Id })),
    bookHotel: postFor("/hotels/bookings", z.object({ hotelId: Id })),
    bookCar: postFor("/cars/bookings", z.object({ carId: Id })),
    chargePayment: postFor("/payments/charges", z.object({ paymentId: Id })),
    sendItinerary: post("/itineraries"),
    cancelFlight: post("/flights/cancellations"),
    cancelHotel: post("/hotels/cancellations"),
    cancelCar: post("/cars/cancellations"),
    refundPayment: post("/payments/refunds"),
  };
}
