/**
 * The order saga's statechart: reserve, charge, ship, notify; and the way back, in reverse order.
 *
 * Each step is one nested state in which retrying can be seen. A failure is `rejected` (it surely did
 * not happen), `unknown` (it may have happened, so it is undone too) or `cancelled`. The machine is one
 * static literal, so that an editor may open and rewrite it; all that decides has a name in `setup`.
 */
import { assign, setup } from "xstate";
import { activity, backoffMs } from "../../src/index.ts";
import type { AttemptDelays } from "../calls/attempt-delays.ts";
import { failureMessage, isRejection, retryAfterMsOf } from "../calls/failed-call.ts";

export interface OrderItem {
  readonly sku: string;
  readonly quantity: number;
}

export interface Address {
  readonly line1: string;
  readonly city: string;
  readonly postcode: string;
  readonly country: string;
}

export interface OrderInput {
  readonly customerId: string;
  readonly amountCents: number;
  readonly items: readonly OrderItem[];
  readonly address: Address;
  /** How long to wait; each has its default below. */
  readonly delays?: AttemptDelays | undefined;
}

/** The activity of a step or of its undo, by which the journal and the output speak of it. */
export type OrderStep =
  | "reserveInventory"
  | "chargePayment"
  | "createShipment"
  | "notifyCustomer"
  | "cancelShipment"
  | "refundPayment"
  | "releaseInventory";

export interface OrderFailure {
  readonly step: OrderStep;
  readonly kind: "rejected" | "unknown" | "cancelled";
  readonly message: string;
}

export type OrderEvent =
  | { type: "saga.cancel"; reason?: string | undefined }
  | { type: "saga.retry"; reason?: string | undefined }
  | { type: "saga.skip"; reason?: string | undefined };

export interface OrderOutput {
  readonly status: "completed" | "compensated";
  /** Why the order was undone; null when it was not. */
  readonly failure: OrderFailure | null;
  readonly reservationId: string | null;
  readonly paymentId: string | null;
  readonly shipmentId: string | null;
  /** False also when nobody knows whether the notification went out. */
  readonly notified: boolean;
}

export interface OrderContext {
  /** The instance id: one order is one instance. */
  orderId: string;
  customerId: string;
  amountCents: number;
  items: readonly OrderItem[];
  address: Address;
  delays: { attemptTimeoutMs: number; backoffBaseMs: number; backoffCapMs: number };
  step: OrderStep;
  /** Attempts of this step so far, the running one included. */
  attempt: number;
  /** Whether an attempt of this step ended without a definite answer, so that its effect may be there. */
  unsure: boolean;
  /** What the service asked for when it turned the last attempt away. */
  retryAfterMs: number | null;
  failure: OrderFailure | null;
  /** Why an undo waits for a person. */
  stuckReason: string | null;
  reservationId: string | null;
  paymentId: string | null;
  shipmentId: string | null;
  notified: boolean;
}

const ATTEMPT_TIMEOUT_MS_DEFAULT = 10_000;
const BACKOFF_BASE_MS_DEFAULT = 500;
const BACKOFF_CAP_MS_DEFAULT = 60_000;

export const orderMachine = setup({
  types: {
    context: {} as OrderContext,
    input: {} as OrderInput,
    events: {} as OrderEvent,
    output: {} as OrderOutput,
    tags: {} as "forward" | "retrying" | "compensating" | "stuck" | "completed" | "compensated",
  },
  actors: {
    reserveInventory: activity<
      { orderId: string; items: readonly OrderItem[] },
      { reservationId: string }
    >(),
    chargePayment: activity<
      { orderId: string; customerId: string; amountCents: number },
      { paymentId: string }
    >(),
    createShipment: activity<
      { orderId: string; address: Address; items: readonly OrderItem[] },
      { shipmentId: string }
    >(),
    notifyCustomer: activity<{ orderId: string; template: string }, void>(),
    // An id is null when the answer that would have told it was lost.
    cancelShipment: activity<{ orderId: string; shipmentId: string | null }, void>(),
    refundPayment: activity<{ orderId: string; paymentId: string | null }, void>(),
    releaseInventory: activity<{ orderId: string; reservationId: string | null }, void>(),
  },
  actions: {
    startStep: assign((_, params: { step: OrderStep }) => ({
      step: params.step,
      attempt: 0,
      unsure: false,
      retryAfterMs: null,
      stuckReason: null,
    })),
    countAttempt: assign(({ context }) => ({ attempt: context.attempt + 1, retryAfterMs: null })),
    // Stays so until the step ends: a later rejection says nothing about an earlier attempt.
    noteUnsure: assign(({ event }) => ({ unsure: true, retryAfterMs: retryAfterMsOf(event) })),
    keepReservation: assign((_, params: { reservationId: string }) => params),
    keepPayment: assign((_, params: { paymentId: string }) => params),
    keepShipment: assign((_, params: { shipmentId: string }) => params),
    keepNotified: assign({ notified: true }),
    fail: assign(({ context, event }) => ({
      failure: {
        step: context.step,
        kind: isRejection(event) ? ("rejected" as const) : ("unknown" as const),
        message: failureMessage(event, context.delays.attemptTimeoutMs),
      },
    })),
    failCancelled: assign(({ context, event }) => ({
      failure: {
        step: context.step,
        kind: "cancelled" as const,
        message: (event.type === "saga.cancel" ? event.reason : undefined) ?? "cancelled",
      },
    })),
    noteStuck: assign(({ context, event }) => ({
      stuckReason: failureMessage(event, context.delays.attemptTimeoutMs),
    })),
  },
  guards: {
    canRetry: ({ context, event }, params: { attemptsMax: number }) =>
      context.attempt < params.attemptsMax && !isRejection(event),
    stepFailed: ({ context }) => context.failure !== null,
    outcomeUnknown: ({ context }) =>
      context.failure !== null && (context.unsure || context.failure.kind !== "rejected"),
  },
  delays: {
    attemptTimeout: ({ context }) => context.delays.attemptTimeoutMs,
    backoff: ({ context }) =>
      Math.max(
        context.retryAfterMs ?? 0,
        backoffMs({
          attempt: context.attempt,
          baseMs: context.delays.backoffBaseMs,
          capMs: context.delays.backoffCapMs,
          seed: `${context.orderId}/${context.step}`,
        }),
      ),
  },
}).createMachine({
  id: "order",
  context: ({ input, self }) => ({
    orderId: self.id,
    customerId: input.customerId,
    amountCents: input.amountCents,
    items: input.items,
    address: input.address,
    delays: {
      attemptTimeoutMs: input.delays?.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS_DEFAULT,
      backoffBaseMs: input.delays?.backoffBaseMs ?? BACKOFF_BASE_MS_DEFAULT,
      backoffCapMs: input.delays?.backoffCapMs ?? BACKOFF_CAP_MS_DEFAULT,
    },
    step: "reserveInventory",
    attempt: 0,
    unsure: false,
    retryAfterMs: null,
    failure: null,
    stuckReason: null,
    reservationId: null,
    paymentId: null,
    shipmentId: null,
    notified: false,
  }),
  initial: "reservingInventory",
  states: {
    reservingInventory: {
      entry: { type: "startStep", params: { step: "reserveInventory" } },
      initial: "attempting",
      on: {
        "saga.cancel": {
          target: "#order.compensating.releasingInventory",
          actions: "failCancelled",
        },
      },
      states: {
        attempting: {
          tags: "forward",
          entry: "countAttempt",
          invoke: {
            id: "reserveInventory",
            src: "reserveInventory",
            input: ({ context }) => ({
              orderId: context.orderId,
              items: context.items,
            }),
            onDone: {
              target: "done",
              actions: { type: "keepReservation", params: ({ event }) => event.output },
            },
            onError: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed", actions: "fail" },
            ],
          },
          after: {
            attemptTimeout: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed", actions: "fail" },
            ],
          },
        },
        backingOff: { tags: "retrying", after: { backoff: "attempting" } },
        done: { type: "final" },
        failed: { type: "final" },
      },
      onDone: [
        { guard: "outcomeUnknown", target: "#order.compensating.releasingInventory" },
        { guard: "stepFailed", target: "compensated" },
        { target: "chargingPayment" },
      ],
    },
    chargingPayment: {
      entry: { type: "startStep", params: { step: "chargePayment" } },
      initial: "attempting",
      on: {
        "saga.cancel": { target: "#order.compensating.refundingPayment", actions: "failCancelled" },
      },
      states: {
        attempting: {
          tags: "forward",
          entry: "countAttempt",
          invoke: {
            id: "chargePayment",
            src: "chargePayment",
            input: ({ context }) => ({
              orderId: context.orderId,
              customerId: context.customerId,
              amountCents: context.amountCents,
            }),
            onDone: {
              target: "done",
              actions: { type: "keepPayment", params: ({ event }) => event.output },
            },
            onError: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed", actions: "fail" },
            ],
          },
          after: {
            attemptTimeout: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed", actions: "fail" },
            ],
          },
        },
        backingOff: { tags: "retrying", after: { backoff: "attempting" } },
        done: { type: "final" },
        failed: { type: "final" },
      },
      onDone: [
        { guard: "outcomeUnknown", target: "#order.compensating.refundingPayment" },
        { guard: "stepFailed", target: "#order.compensating.releasingInventory" },
        { target: "creatingShipment" },
      ],
    },
    creatingShipment: {
      entry: { type: "startStep", params: { step: "createShipment" } },
      initial: "attempting",
      on: {
        "saga.cancel": {
          target: "#order.compensating.cancellingShipment",
          actions: "failCancelled",
        },
      },
      states: {
        attempting: {
          tags: "forward",
          entry: "countAttempt",
          invoke: {
            id: "createShipment",
            src: "createShipment",
            input: ({ context }) => ({
              orderId: context.orderId,
              address: context.address,
              items: context.items,
            }),
            onDone: {
              target: "done",
              actions: { type: "keepShipment", params: ({ event }) => event.output },
            },
            onError: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed", actions: "fail" },
            ],
          },
          after: {
            attemptTimeout: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed", actions: "fail" },
            ],
          },
        },
        backingOff: { tags: "retrying", after: { backoff: "attempting" } },
        done: { type: "final" },
        failed: { type: "final" },
      },
      onDone: [
        { guard: "outcomeUnknown", target: "#order.compensating.cancellingShipment" },
        { guard: "stepFailed", target: "#order.compensating.refundingPayment" },
        { target: "notifyingCustomer" },
      ],
    },
    notifyingCustomer: {
      description: "The pivot is behind: a message that cannot be sent does not undo an order.",
      entry: { type: "startStep", params: { step: "notifyCustomer" } },
      initial: "attempting",
      states: {
        attempting: {
          tags: "forward",
          entry: "countAttempt",
          invoke: {
            id: "notifyCustomer",
            src: "notifyCustomer",
            input: ({ context }) => ({ orderId: context.orderId, template: "order-shipped" }),
            onDone: { target: "done", actions: "keepNotified" },
            onError: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed" },
            ],
          },
          after: {
            attemptTimeout: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed" },
            ],
          },
        },
        backingOff: { tags: "retrying", after: { backoff: "attempting" } },
        done: { type: "final" },
        failed: { type: "final" },
      },
      onDone: "completed",
    },
    compensating: {
      initial: "cancellingShipment",
      states: {
        cancellingShipment: {
          entry: { type: "startStep", params: { step: "cancelShipment" } },
          initial: "attempting",
          states: {
            attempting: {
              tags: "compensating",
              entry: "countAttempt",
              invoke: {
                id: "cancelShipment",
                src: "cancelShipment",
                input: ({ context }) => ({
                  orderId: context.orderId,
                  shipmentId: context.shipmentId,
                }),
                onDone: { target: "done" },
                onError: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 8 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  { target: "stuck", actions: "noteStuck" },
                ],
              },
              after: {
                attemptTimeout: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 8 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  { target: "stuck", actions: "noteStuck" },
                ],
              },
            },
            backingOff: { tags: "compensating", after: { backoff: "attempting" } },
            stuck: {
              tags: "stuck",
              on: {
                "saga.retry": {
                  target: "attempting",
                  actions: { type: "startStep", params: { step: "cancelShipment" } },
                },
                "saga.skip": { target: "done" },
              },
            },
            done: { type: "final" },
          },
          onDone: "refundingPayment",
        },
        refundingPayment: {
          entry: { type: "startStep", params: { step: "refundPayment" } },
          initial: "attempting",
          states: {
            attempting: {
              tags: "compensating",
              entry: "countAttempt",
              invoke: {
                id: "refundPayment",
                src: "refundPayment",
                input: ({ context }) => ({
                  orderId: context.orderId,
                  paymentId: context.paymentId,
                }),
                onDone: { target: "done" },
                onError: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 8 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  { target: "stuck", actions: "noteStuck" },
                ],
              },
              after: {
                attemptTimeout: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 8 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  { target: "stuck", actions: "noteStuck" },
                ],
              },
            },
            backingOff: { tags: "compensating", after: { backoff: "attempting" } },
            stuck: {
              tags: "stuck",
              on: {
                "saga.retry": {
                  target: "attempting",
                  actions: { type: "startStep", params: { step: "refundPayment" } },
                },
                "saga.skip": { target: "done" },
              },
            },
            done: { type: "final" },
          },
          onDone: "releasingInventory",
        },
        releasingInventory: {
          entry: { type: "startStep", params: { step: "releaseInventory" } },
          initial: "attempting",
          states: {
            attempting: {
              tags: "compensating",
              entry: "countAttempt",
              invoke: {
                id: "releaseInventory",
                src: "releaseInventory",
                input: ({ context }) => ({
                  orderId: context.orderId,
                  reservationId: context.reservationId,
                }),
                onDone: { target: "done" },
                onError: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 8 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  { target: "stuck", actions: "noteStuck" },
                ],
              },
              after: {
                attemptTimeout: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 8 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  { target: "stuck", actions: "noteStuck" },
                ],
              },
            },
            backingOff: { tags: "compensating", after: { backoff: "attempting" } },
            stuck: {
              tags: "stuck",
              on: {
                "saga.retry": {
                  target: "attempting",
                  actions: { type: "startStep", params: { step: "releaseInventory" } },
                },
                "saga.skip": { target: "done" },
              },
            },
            done: { type: "final" },
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
    reservationId: context.reservationId,
    paymentId: context.paymentId,
    shipmentId: context.shipmentId,
    notified: context.notified,
  }),
});
