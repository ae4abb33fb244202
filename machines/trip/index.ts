/** The trip saga: its chart, its activities against the travel services, what undoes them, and who may send it what. */
import { z } from "zod";
import { defineSaga } from "../../src/index.ts";
import type { Saga } from "../../src/index.ts";
import { AttemptDelaysInput } from "../calls/attempt-delays.ts";
import { servicesUrlOf } from "../calls/services-url.ts";
import { tripActivities } from "./activities.ts";
import { tripMachine } from "./chart.ts";

const TripInput = z
  .strictObject({
    travellerId: z.string().min(1).max(200),
    origin: z.string().min(1).max(100),
    destination: z.string().min(1).max(100),
    departsOn: z.iso.date(),
    returnsOn: z.iso.date(),
    amountCents: z.int().min(1),
    delays: AttemptDelaysInput.optional(),
  })
  // Days of this form compare as text.
  .refine(({ departsOn, returnsOn }) => departsOn <= returnsOn, {
    path: ["returnsOn"],
    error: "the trip ends before it begins",
  });

const Reasoned = z.strictObject({ reason: z.string().max(500).optional() });

const Undo = Reasoned.extend({ part: z.enum(["flight", "hotel", "car", "payment"]).optional() });

/** The saga against the travel services at `travelUrl()`, which is asked for at every call: it may move. */
export function defineTripSaga(travelUrl: () => string): Saga<typeof tripMachine> {
  return defineSaga({
    name: "trip",
    version: 1,
    machine: tripMachine,
    activities: tripActivities(travelUrl),
    compensations: {
      bookFlight: "cancelFlight",
      bookHotel: "cancelHotel",
      bookCar: "cancelCar",
      chargePayment: "refundPayment",
      sendItinerary: null,
    },
    input: TripInput,
    events: { "saga.cancel": Reasoned, "saga.retry": Undo, "saga.skip": Undo },
  });
}

export const tripSaga: Saga<typeof tripMachine> = defineTripSaga(() => servicesUrlOf("trip"));
