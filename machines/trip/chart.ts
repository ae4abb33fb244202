/**
 * The trip saga's statechart: flight, hotel and car in parallel, then the payment, then the itinerary; and
 * the way back, which undoes what may have happened and nothing else.
 *
 * `parts` in the context says of each part what is known of it. An attempt under way makes it `unknown`, so
 * wherever the chart is left, the way back knows what to look at. The machine is one static literal, so
 * that an editor may open and rewrite it; all that decides has a name in `setup`.
 */
import { assign, setup } from "xstate";
import { activity, backoffMs } from "../../src/index.ts";
import type { AttemptDelays } from "../calls/attempt-delays.ts";
import { failureMessage, isRejection, retryAfterMsOf } from "../calls/failed-call.ts";

export interface TripInput {
  readonly travellerId: string;
  readonly origin: string;
  readonly destination: string;
  /** Days, such as 2027-03-14. */
  readonly departsOn: string;
  readonly returnsOn: string;
  readonly amountCents: number;
  /** How long to wait; each has its default below. */
  readonly delays?: AttemptDelays | undefined;
}

export type TripPart = "flight" | "hotel" | "car" | "payment" | "itinerary";

/**
 * What is known of a part: nothing was asked for, an attempt may have had its effect, it is done, it was
 * refused and surely is not there, it was undone.
 */
export type TripOutcome = "none" | "unknown" | "done" | "refused" | "undone";

export interface TripFailure {
  /** `booking`: the trip was cancelled while the three were being booked. */
  readonly step: TripPart | "booking";
  readonly kind: "rejected" | "unknown" | "cancelled";
  readonly message: string;
}

export type TripEvent =
  | { type: "saga.cancel"; reason?: string | undefined }
  // Without a part: all that are stuck.
  | { type: "saga.retry"; part?: TripPart | undefined; reason?: string | undefined }
  | { type: "saga.skip"; part?: TripPart | undefined; reason?: string | undefined };

interface TripPartSummary {
  /** Null also when the answer that would have told it was lost. */
  readonly id: string | null;
  readonly outcome: TripOutcome;
}

export interface TripOutput {
  readonly status: "completed" | "compensated";
  /** Why the trip was undone: the first thing that failed. Null when it was not. */
  readonly failure: TripFailure | null;
  readonly flight: TripPartSummary;
  readonly hotel: TripPartSummary;
  readonly car: TripPartSummary;
  readonly payment: TripPartSummary;
  /** False also when nobody knows whether it went out. */
  readonly itinerarySent: boolean;
}

interface TripPartState {
  id: string | null;
  outcome: TripOutcome;
  /** Attempts so far to do it, or to undo it, the running one included; 0 when neither is under way. */
  attempt: number;
  /** Whether an attempt ended without a definite answer: a later refusal says nothing about that one. */
  unsure: boolean;
  /** What the service asked for when it turned the last attempt away. */
  retryAfterMs: number | null;
  /** Why its undo waits for a person. */
  stuckReason: string | null;
}

export interface TripContext {
  /** The instance id: one trip is one instance. */
  tripId: string;
  travellerId: string;
  origin: string;
  destination: string;
  departsOn: string;
  returnsOn: string;
  amountCents: number;
  delays: { attemptTimeoutMs: number; backoffBaseMs: number; backoffCapMs: number };
  parts: Record<TripPart, TripPartState>;
  failure: TripFailure | null;
}

// Airlines and hotels are slow to answer.
const ATTEMPT_TIMEOUT_MS_DEFAULT = 30_000;
const BACKOFF_BASE_MS_DEFAULT = 2_000;
const BACKOFF_CAP_MS_DEFAULT = 5 * 60_000;

// How it was come by matters no more once it is known what became of a part.
const AT_REST = { attempt: 0, unsure: false, retryAfterMs: null, stuckReason: null };

const UNTOUCHED: TripPartState = { id: null, outcome: "none", ...AT_REST };

/** All parts, with one of them changed. */
function withPart(
  { parts }: TripContext,
  part: TripPart,
  change: Partial<TripPartState>,
): Pick<TripContext, "parts"> {
  return { parts: { ...parts, [part]: { ...parts[part], ...change } } };
}

function backoffOf(context: TripContext, part: TripPart): number {
  const { attempt, retryAfterMs } = context.parts[part];
  const { backoffBaseMs: baseMs, backoffCapMs: capMs } = context.delays;
  const seed = `${context.tripId}/${part}`;
  return Math.max(retryAfterMs ?? 0, backoffMs({ attempt, baseMs, capMs, seed }));
}

export const tripMachine = setup({
  types: {
    context: {} as TripContext,
    input: {} as TripInput,
    events: {} as TripEvent,
    output: {} as TripOutput,
    tags: {} as "forward" | "retrying" | "compensating" | "stuck" | "completed" | "compensated",
  },
  actors: {
    bookFlight: activity<
      {
        tripId: string;
        travellerId: string;
        origin: string;
        destination: string;
        departsOn: string;
        returnsOn: string;
      },
      { flightId: string }
    >(),
    bookHotel: activity<
      {
        tripId: string;
        travellerId: string;
        destination: string;
        arrivesOn: string;
        leavesOn: string;
      },
      { hotelId: string }
    >(),
    bookCar: activity<
      {
        tripId: string;
        travellerId: string;
        destination: string;
        fetchedOn: string;
        returnedOn: string;
      },
      { carId: string }
    >(),
    chargePayment: activity<
      { tripId: string; travellerId: string; amountCents: number },
      { paymentId: string }
    >(),
    sendItinerary: activity<{ tripId: string; travellerId: string }, void>(),
    // An id is null when the answer that would have told it was lost.
    cancelFlight: activity<{ tripId: string; flightId: string | null }, void>(),
    cancelHotel: activity<{ tripId: string; hotelId: string | null }, void>(),
    cancelCar: activity<{ tripId: string; carId: string | null }, void>(),
    refundPayment: activity<{ tripId: string; paymentId: string | null }, void>(),
  },
  actions: {
    countAttempt: assign(({ context }, { part }: { part: TripPart }) => {
      const { attempt, outcome } = context.parts[part];
      return withPart(context, part, {
        attempt: attempt + 1,
        retryAfterMs: null,
        // From here on it may be there, whatever the chart is left for.
        outcome: outcome === "none" ? "unknown" : outcome,
      });
    }),
    noteUnsure: assign(({ context, event }, { part }: { part: TripPart }) =>
      withPart(context, part, { unsure: true, retryAfterMs: retryAfterMsOf(event) }),
    ),
    keepDone: assign(({ context }, { part, id }: { part: TripPart; id: string | null }) =>
      withPart(context, part, { ...AT_REST, id, outcome: "done" }),
    ),
    fail: assign(({ context, event }, { part }: { part: TripPart }) => {
      const kind = isRejection(event) ? ("rejected" as const) : ("unknown" as const);
      const message = failureMessage(event, context.delays.attemptTimeoutMs);
      const surelyNot = kind === "rejected" && !context.parts[part].unsure;
      return {
        ...withPart(context, part, { ...AT_REST, outcome: surelyNot ? "refused" : "unknown" }),
        failure: context.failure ?? { step: part, kind, message },
      };
    }),
    failCancelled: assign(({ event }, { step }: { step: TripFailure["step"] }) => ({
      failure: {
        step,
        kind: "cancelled" as const,
        message: (event.type === "saga.cancel" ? event.reason : undefined) ?? "cancelled",
      },
    })),
    startUndo: assign(({ context }, { part }: { part: TripPart }) =>
      withPart(context, part, AT_REST),
    ),
    keepUndone: assign(({ context }, { part }: { part: TripPart }) =>
      withPart(context, part, { ...AT_REST, outcome: "undone" }),
    ),
    noteStuck: assign(({ context, event }, { part }: { part: TripPart }) =>
      withPart(context, part, {
        stuckReason: failureMessage(event, context.delays.attemptTimeoutMs),
      }),
    ),
  },
  guards: {
    canRetry: (
      { context, event },
      { part, attemptsMax }: { part: TripPart; attemptsMax: number },
    ) => context.parts[part].attempt < attemptsMax && !isRejection(event),
    hasFailed: ({ context }) => context.failure !== null,
    mayBeThere: ({ context }, { part }: { part: TripPart }) =>
      ["unknown", "done"].includes(context.parts[part].outcome),
    isMeant: ({ event }, { part }: { part: TripPart }) =>
      !("part" in event) || event.part === undefined || event.part === part,
  },
  delays: {
    attemptTimeout: ({ context }) => context.delays.attemptTimeoutMs,
    // One for each part: a delay takes no parameters.
    flightBackoff: ({ context }) => backoffOf(context, "flight"),
    hotelBackoff: ({ context }) => backoffOf(context, "hotel"),
    carBackoff: ({ context }) => backoffOf(context, "car"),
    paymentBackoff: ({ context }) => backoffOf(context, "payment"),
    itineraryBackoff: ({ context }) => backoffOf(context, "itinerary"),
  },
}).createMachine({
  id: "trip",
  context: ({ input, self }) => ({
    tripId: self.id,
    travellerId: input.travellerId,
    origin: input.origin,
    destination: input.destination,
    departsOn: input.departsOn,
    returnsOn: input.returnsOn,
    amountCents: input.amountCents,
    delays: {
      attemptTimeoutMs: input.delays?.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS_DEFAULT,
      backoffBaseMs: input.delays?.backoffBaseMs ?? BACKOFF_BASE_MS_DEFAULT,
      backoffCapMs: input.delays?.backoffCapMs ?? BACKOFF_CAP_MS_DEFAULT,
    },
    parts: {
      flight: UNTOUCHED,
      hotel: UNTOUCHED,
      car: UNTOUCHED,
      payment: UNTOUCHED,
      itinerary: UNTOUCHED,
    },
    failure: null,
  }),
  initial: "booking",
  states: {
    booking: {
      description: "All three at once. What fails for good gives up the others where they are.",
      type: "parallel",
      on: {
        "saga.cancel": {
          target: "#trip.compensating.cancellingBookings",
          actions: { type: "failCancelled", params: { step: "booking" } },
        },
      },
      states: {
        flight: {
          initial: "attempting",
          states: {
            attempting: {
              tags: "forward",
              entry: { type: "countAttempt", params: { part: "flight" } },
              invoke: {
                id: "bookFlight",
                src: "bookFlight",
                input: ({ context }) => ({
                  tripId: context.tripId,
                  travellerId: context.travellerId,
                  origin: context.origin,
                  destination: context.destination,
                  departsOn: context.departsOn,
                  returnsOn: context.returnsOn,
                }),
                onDone: {
                  target: "booked",
                  actions: {
                    type: "keepDone",
                    params: ({ event }) => ({ part: "flight", id: event.output.flightId }),
                  },
                },
                onError: [
                  {
                    guard: { type: "canRetry", params: { part: "flight", attemptsMax: 3 } },
                    target: "backingOff",
                    actions: { type: "noteUnsure", params: { part: "flight" } },
                  },
                  { target: "failed", actions: { type: "fail", params: { part: "flight" } } },
                ],
              },
              after: {
                attemptTimeout: [
                  {
                    guard: { type: "canRetry", params: { part: "flight", attemptsMax: 3 } },
                    target: "backingOff",
                    actions: { type: "noteUnsure", params: { part: "flight" } },
                  },
                  { target: "failed", actions: { type: "fail", params: { part: "flight" } } },
                ],
              },
            },
            backingOff: { tags: "retrying", after: { flightBackoff: "attempting" } },
            booked: { type: "final" },
            failed: { type: "final" },
          },
          onDone: { guard: "hasFailed", target: "#trip.compensating.cancellingBookings" },
        },
        hotel: {
          initial: "attempting",
          states: {
            attempting: {
              tags: "forward",
              entry: { type: "countAttempt", params: { part: "hotel" } },
              invoke: {
                id: "bookHotel",
                src: "bookHotel",
                input: ({ context }) => ({
                  tripId: context.tripId,
                  travellerId: context.travellerId,
                  destination: context.destination,
                  arrivesOn: context.departsOn,
                  leavesOn: context.returnsOn,
                }),
                onDone: {
                  target: "booked",
                  actions: {
                    type: "keepDone",
                    params: ({ event }) => ({ part: "hotel", id: event.output.hotelId }),
                  },
                },
                onError: [
                  {
                    guard: { type: "canRetry", params: { part: "hotel", attemptsMax: 3 } },
                    target: "backingOff",
                    actions: { type: "noteUnsure", params: { part: "hotel" } },
                  },
                  { target: "failed", actions: { type: "fail", params: { part: "hotel" } } },
                ],
              },
              after: {
                attemptTimeout: [
                  {
                    guard: { type: "canRetry", params: { part: "hotel", attemptsMax: 3 } },
                    target: "backingOff",
                    actions: { type: "noteUnsure", params: { part: "hotel" } },
                  },
                  { target: "failed", actions: { type: "fail", params: { part: "hotel" } } },
                ],
              },
            },
            backingOff: { tags: "retrying", after: { hotelBackoff: "attempting" } },
            booked: { type: "final" },
            failed: { type: "final" },
          },
          onDone: { guard: "hasFailed", target: "#trip.compensating.cancellingBookings" },
        },
        car: {
          initial: "attempting",
          states: {
            attempting: {
              tags: "forward",
              entry: { type: "countAttempt", params: { part: "car" } },
              invoke: {
                id: "bookCar",
                src: "bookCar",
                input: ({ context }) => ({
                  tripId: context.tripId,
                  travellerId: context.travellerId,
                  destination: context.destination,
                  fetchedOn: context.departsOn,
                  returnedOn: context.returnsOn,
                }),
                onDone: {
                  target: "booked",
                  actions: {
                    type: "keepDone",
                    params: ({ event }) => ({ part: "car", id: event.output.carId }),
                  },
                },
                onError: [
                  {
                    guard: { type: "canRetry", params: { part: "car", attemptsMax: 3 } },
                    target: "backingOff",
                    actions: { type: "noteUnsure", params: { part: "car" } },
                  },
                  { target: "failed", actions: { type: "fail", params: { part: "car" } } },
                ],
              },
              after: {
                attemptTimeout: [
                  {
                    guard: { type: "canRetry", params: { part: "car", attemptsMax: 3 } },
                    target: "backingOff",
                    actions: { type: "noteUnsure", params: { part: "car" } },
                  },
                  { target: "failed", actions: { type: "fail", params: { part: "car" } } },
                ],
              },
            },
            backingOff: { tags: "retrying", after: { carBackoff: "attempting" } },
            booked: { type: "final" },
            failed: { type: "final" },
          },
          onDone: { guard: "hasFailed", target: "#trip.compensating.cancellingBookings" },
        },
      },
      onDone: "chargingPayment",
    },
    chargingPayment: {
      initial: "attempting",
      on: {
        "saga.cancel": {
          target: "#trip.compensating",
          actions: { type: "failCancelled", params: { step: "payment" } },
        },
      },
      states: {
        attempting: {
          tags: "forward",
          entry: { type: "countAttempt", params: { part: "payment" } },
          invoke: {
            id: "chargePayment",
            src: "chargePayment",
            input: ({ context }) => ({
              tripId: context.tripId,
              travellerId: context.travellerId,
              amountCents: context.amountCents,
            }),
            onDone: {
              target: "done",
              actions: {
                type: "keepDone",
                params: ({ event }) => ({ part: "payment", id: event.output.paymentId }),
              },
            },
            onError: [
              {
                guard: { type: "canRetry", params: { part: "payment", attemptsMax: 3 } },
                target: "backingOff",
                actions: { type: "noteUnsure", params: { part: "payment" } },
              },
              { target: "failed", actions: { type: "fail", params: { part: "payment" } } },
            ],
          },
          after: {
            attemptTimeout: [
              {
                guard: { type: "canRetry", params: { part: "payment", attemptsMax: 3 } },
                target: "backingOff",
                actions: { type: "noteUnsure", params: { part: "payment" } },
              },
              { target: "failed", actions: { type: "fail", params: { part: "payment" } } },
            ],
          },
        },
        backingOff: { tags: "retrying", after: { paymentBackoff: "attempting" } },
        done: { type: "final" },
        failed: { type: "final" },
      },
      onDone: [
        { guard: "hasFailed", target: "#trip.compensating" },
        { target: "sendingItinerary" },
      ],
    },
    sendingItinerary: {
      description: "All is booked and paid: a message that cannot be sent does not undo a trip.",
      initial: "attempting",
      states: {
        attempting: {
          tags: "forward",
          entry: { type: "countAttempt", params: { part: "itinerary" } },
          invoke: {
            id: "sendItinerary",
            src: "sendItinerary",
            input: ({ context }) => ({
              tripId: context.tripId,
              travellerId: context.travellerId,
            }),
            onDone: {
              target: "done",
              actions: { type: "keepDone", params: { part: "itinerary", id: null } },
            },
            onError: [
              {
                guard: { type: "canRetry", params: { part: "itinerary", attemptsMax: 3 } },
                target: "backingOff",
                actions: { type: "noteUnsure", params: { part: "itinerary" } },
              },
              { target: "failed" },
            ],
          },
          after: {
            attemptTimeout: [
              {
                guard: { type: "canRetry", params: { part: "itinerary", attemptsMax: 3 } },
                target: "backingOff",
                actions: { type: "noteUnsure", params: { part: "itinerary" } },
              },
              { target: "failed" },
            ],
          },
        },
        backingOff: { tags: "retrying", after: { itineraryBackoff: "attempting" } },
        done: { type: "final" },
        failed: { type: "final" },
      },
      onDone: "completed",
    },
    compensating: {
      initial: "refundingPayment",
      states: {
        refundingPayment: {
          entry: { type: "startUndo", params: { part: "payment" } },
          initial: "deciding",
          states: {
            deciding: {
              always: [
                {
                  guard: { type: "mayBeThere", params: { part: "payment" } },
                  target: "attempting",
                },
                { target: "done" },
              ],
            },
            attempting: {
              tags: "compensating",
              entry: { type: "countAttempt", params: { part: "payment" } },
              invoke: {
                id: "refundPayment",
                src: "refundPayment",
                input: ({ context }) => ({
                  tripId: context.tripId,
                  paymentId: context.parts.payment.id,
                }),
                onDone: {
                  target: "done",
                  actions: { type: "keepUndone", params: { part: "payment" } },
                },
                onError: [
                  {
                    guard: { type: "canRetry", params: { part: "payment", attemptsMax: 5 } },
                    target: "backingOff",
                    actions: { type: "noteUnsure", params: { part: "payment" } },
                  },
                  { target: "stuck", actions: { type: "noteStuck", params: { part: "payment" } } },
                ],
              },
              after: {
                attemptTimeout: [
                  {
                    guard: { type: "canRetry", params: { part: "payment", attemptsMax: 5 } },
                    target: "backingOff",
                    actions: { type: "noteUnsure", params: { part: "payment" } },
                  },
                  { target: "stuck", actions: { type: "noteStuck", params: { part: "payment" } } },
                ],
              },
            },
            backingOff: { tags: "compensating", after: { paymentBackoff: "attempting" } },
            stuck: {
              tags: "stuck",
              on: {
                "saga.retry": {
                  guard: { type: "isMeant", params: { part: "payment" } },
                  target: "attempting",
                  actions: { type: "startUndo", params: { part: "payment" } },
                },
                "saga.skip": {
                  guard: { type: "isMeant", params: { part: "payment" } },
                  target: "done",
                },
              },
            },
            done: { type: "final" },
          },
          onDone: "cancellingBookings",
        },
        cancellingBookings: {
          description:
            "What was booked in parallel is undone in parallel: one that is stuck holds up no other.",
          type: "parallel",
          states: {
            flight: {
              entry: { type: "startUndo", params: { part: "flight" } },
              initial: "deciding",
              states: {
                deciding: {
                  always: [
                    {
                      guard: { type: "mayBeThere", params: { part: "flight" } },
                      target: "attempting",
                    },
                    { target: "done" },
                  ],
                },
                attempting: {
                  tags: "compensating",
                  entry: { type: "countAttempt", params: { part: "flight" } },
                  invoke: {
                    id: "cancelFlight",
                    src: "cancelFlight",
                    input: ({ context }) => ({
                      tripId: context.tripId,
                      flightId: context.parts.flight.id,
                    }),
                    onDone: {
                      target: "done",
                      actions: { type: "keepUndone", params: { part: "flight" } },
                    },
                    onError: [
                      {
                        guard: { type: "canRetry", params: { part: "flight", attemptsMax: 5 } },
                        target: "backingOff",
                        actions: { type: "noteUnsure", params: { part: "flight" } },
                      },
                      {
                        target: "stuck",
                        actions: { type: "noteStuck", params: { part: "flight" } },
                      },
                    ],
                  },
                  after: {
                    attemptTimeout: [
                      {
                        guard: { type: "canRetry", params: { part: "flight", attemptsMax: 5 } },
                        target: "backingOff",
                        actions: { type: "noteUnsure", params: { part: "flight" } },
                      },
                      {
                        target: "stuck",
                        actions: { type: "noteStuck", params: { part: "flight" } },
                      },
                    ],
                  },
                },
                backingOff: { tags: "compensating", after: { flightBackoff: "attempting" } },
                stuck: {
                  tags: "stuck",
                  on: {
                    "saga.retry": {
                      guard: { type: "isMeant", params: { part: "flight" } },
                      target: "attempting",
                      actions: { type: "startUndo", params: { part: "flight" } },
                    },
                    "saga.skip": {
                      guard: { type: "isMeant", params: { part: "flight" } },
                      target: "done",
                    },
                  },
                },
                done: { type: "final" },
              },
            },
            hotel: {
              entry: { type: "startUndo", params: { part: "hotel" } },
              initial: "deciding",
              states: {
                deciding: {
                  always: [
                    {
                      guard: { type: "mayBeThere", params: { part: "hotel" } },
                      target: "attempting",
                    },
                    { target: "done" },
                  ],
                },
                attempting: {
                  tags: "compensating",
                  entry: { type: "countAttempt", params: { part: "hotel" } },
                  invoke: {
                    id: "cancelHotel",
                    src: "cancelHotel",
                    input: ({ context }) => ({
                      tripId: context.tripId,
                      hotelId: context.parts.hotel.id,
                    }),
                    onDone: {
                      target: "done",
                      actions: { type: "keepUndone", params: { part: "hotel" } },
                    },
                    onError: [
                      {
                        guard: { type: "canRetry", params: { part: "hotel", attemptsMax: 5 } },
                        target: "backingOff",
                        actions: { type: "noteUnsure", params: { part: "hotel" } },
                      },
                      {
                        target: "stuck",
                        actions: { type: "noteStuck", params: { part: "hotel" } },
                      },
                    ],
                  },
                  after: {
                    attemptTimeout: [
                      {
                        guard: { type: "canRetry", params: { part: "hotel", attemptsMax: 5 } },
                        target: "backingOff",
                        actions: { type: "noteUnsure", params: { part: "hotel" } },
                      },
                      {
                        target: "stuck",
                        actions: { type: "noteStuck", params: { part: "hotel" } },
                      },
                    ],
                  },
                },
                backingOff: { tags: "compensating", after: { hotelBackoff: "attempting" } },
                stuck: {
                  tags: "stuck",
                  on: {
                    "saga.retry": {
                      guard: { type: "isMeant", params: { part: "hotel" } },
                      target: "attempting",
                      actions: { type: "startUndo", params: { part: "hotel" } },
                    },
                    "saga.skip": {
                      guard: { type: "isMeant", params: { part: "hotel" } },
                      target: "done",
                    },
                  },
                },
                done: { type: "final" },
              },
            },
            car: {
              entry: { type: "startUndo", params: { part: "car" } },
              initial: "deciding",
              states: {
                deciding: {
                  always: [
                    {
                      guard: { type: "mayBeThere", params: { part: "car" } },
                      target: "attempting",
                    },
                    { target: "done" },
                  ],
                },
                attempting: {
                  tags: "compensating",
                  entry: { type: "countAttempt", params: { part: "car" } },
                  invoke: {
                    id: "cancelCar",
                    src: "cancelCar",
                    input: ({ context }) => ({
                      tripId: context.tripId,
                      carId: context.parts.car.id,
                    }),
                    onDone: {
                      target: "done",
                      actions: { type: "keepUndone", params: { part: "car" } },
                    },
                    onError: [
                      {
                        guard: { type: "canRetry", params: { part: "car", attemptsMax: 5 } },
                        target: "backingOff",
                        actions: { type: "noteUnsure", params: { part: "car" } },
                      },
                      { target: "stuck", actions: { type: "noteStuck", params: { part: "car" } } },
                    ],
                  },
                  after: {
                    attemptTimeout: [
                      {
                        guard: { type: "canRetry", params: { part: "car", attemptsMax: 5 } },
                        target: "backingOff",
                        actions: { type: "noteUnsure", params: { part: "car" } },
                      },
                      { target: "stuck", actions: { type: "noteStuck", params: { part: "car" } } },
                    ],
                  },
                },
                backingOff: { tags: "compensating", after: { carBackoff: "attempting" } },
                stuck: {
                  tags: "stuck",
                  on: {
                    "saga.retry": {
                      guard: { type: "isMeant", params: { part: "car" } },
                      target: "attempting",
                      actions: { type: "startUndo", params: { part: "car" } },
                    },
                    "saga.skip": {
                      guard: { type: "isMeant", params: { part: "car" } },
                      target: "done",
                    },
                  },
                },
                done: { type: "final" },
              },
            },
          },
          onDone: "undone",
        },
        undone: { type: "final" },
      },
      onDone: "compensated",
    },
    completed: { type: "final", tags: "completed" },
    compensated: { type: "final", tags: "compensated" },
  },
  output: ({ context }) => ({
    status: context.failure === null ? ("completed" as const) : ("compensated" as const),
    failure: context.failure,
    flight: { id: context.parts.flight.id, outcome: context.parts.flight.outcome },
    hotel: { id: context.parts.hotel.id, outcome: context.parts.hotel.outcome },
    car: { id: context.parts.car.id, outcome: context.parts.car.outcome },
    payment: { id: context.parts.payment.id, outcome: context.parts.payment.outcome },
    itinerarySent: context.parts.itinerary.outcome === "done",
  }),
});
