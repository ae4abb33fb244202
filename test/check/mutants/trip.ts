/** The mistakes that are planted in the trip saga. */
import type { Draft, Mutant } from "../mutant.ts";

export const tripMutants: readonly Mutant[] = [
  {
    name: "the hotel is not cancelled with the others",
    change: {
      config: ({ compensating: { states } }) => {
        const { deciding } = states.cancellingBookings.states.hotel.states;
        deciding.always[0].target = "done";
      },
    },
    world: "clean",
    property: "compensated",
    place: "bookHotel",
  },
  {
    name: "a booking that was given up is taken for none",
    change: {
      guards: {
        mayBeThere: ({ context }: Draft, { part }: Draft) => context.parts[part].outcome === "done",
      },
    },
    world: "lossy",
    property: "compensated",
    place: "bookFlight",
  },
  {
    name: "bookings are cancelled before the payment is refunded",
    change: {
      config: ({ chargingPayment, compensating }) => {
        chargingPayment.on["saga.cancel"].target = "#trip.compensating.cancellingBookings";
        compensating.initial = "cancellingBookings";
        compensating.states.cancellingBookings.onDone = "refundingPayment";
        compensating.states.refundingPayment.onDone = "undone";
      },
    },
    world: "lossy",
    property: "reverse-order",
    place: "cancelFlight",
  },
];
