/**
 * The saga that most benches run: four steps one after the other, each undone if a later one fails. Its
 * activities do nothing, so all that is measured is what the runtime itself costs.
 */
import { assign, setup } from "xstate";
import { activity, defineSaga } from "../../src/index.ts";

export interface OrderInput {
  readonly customerId: string;
  readonly amountCents: number;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly address: { readonly line1: string; readonly city: string; readonly country: string };
}

interface Order extends OrderInput {
  readonly reservationId: string | null;
  readonly paymentId: string | null;
  readonly shipmentId: string | null;
}

export const orderInput: OrderInput = {
  customerId: "c-1",
  amountCents: 4_200,
  items: [{ sku: "tea", quantity: 2 }],
  address: { line1: "Kai 1", city: "Hamburg", country: "DE" },
};

/** Revisions of an instance that completes: its start and four results. */
export const TRANSITIONS = 5;
/** Revisions of an instance whose last step fails: its start, four results, three undone. */
export const UNDONE_TRANSITIONS = 8;

const fourStepMachine = setup({
  types: { input: {} as OrderInput, context: {} as Order },
  actors: {
    reserve: activity<{ sku: string }, { reservationId: string }>(),
    charge: activity<{ amountCents: number }, { paymentId: string }>(),
    ship: activity<{ city: string }, { shipmentId: string }>(),
    notify: activity<{ customerId: string }, void>(),
    release: activity<{ reservationId: string | null }, void>(),
    refund: activity<{ paymentId: string | null }, void>(),
    unship: activity<{ shipmentId: string | null }, void>(),
  },
}).createMachine({
  id: "order",
  context: ({ input }) => ({ ...input, reservationId: null, paymentId: null, shipmentId: null }),
  initial: "reserving",
  states: {
    reserving: {
      tags: "forward",
      invoke: {
        id: "reserve",
        src: "reserve",
        input: ({ context }) => ({ sku: context.items[0]?.sku ?? "" }),
        onDone: {
          target: "charging",
          actions: assign({ reservationId: ({ event }) => event.output.reservationId }),
        },
        onError: "undone",
      },
    },
    charging: {
      tags: "forward",
      invoke: {
        id: "charge",
        src: "charge",
        input: ({ context }) => ({ amountCents: context.amountCents }),
        onDone: {
          target: "shipping",
          actions: assign({ paymentId: ({ event }) => event.output.paymentId }),
        },
        onError: "releasing",
      },
    },
    shipping: {
      tags: "forward",
      invoke: {
        id: "ship",
        src: "ship",
        input: ({ context }) => ({ city: context.address.city }),
        onDone: {
          target: "notifying",
          actions: assign({ shipmentId: ({ event }) => event.output.shipmentId }),
        },
        onError: "refunding",
      },
    },
    notifying: {
      tags: "forward",
      invoke: {
        id: "notify",
        src: "notify",
        input: ({ context }) => ({ customerId: context.customerId }),
        onDone: "done",
        onError: "unshipping",
      },
    },
    unshipping: {
      tags: "compensating",
      invoke: {
        id: "unship",
        src: "unship",
        input: ({ context }) => ({ shipmentId: context.shipmentId }),
        onDone: "refunding",
        onError: "stuck",
      },
    },
    refunding: {
      tags: "compensating",
      invoke: {
        id: "refund",
        src: "refund",
        input: ({ context }) => ({ paymentId: context.paymentId }),
        onDone: "releasing",
        onError: "stuck",
      },
    },
    releasing: {
      tags: "compensating",
      invoke: {
        id: "release",
        src: "release",
        input: ({ context }) => ({ reservationId: context.reservationId }),
        onDone: "undone",
        onError: "stuck",
      },
    },
    stuck: { tags: "stuck", on: { "saga.retry": "unshipping" } },
    done: { type: "final", tags: "completed" },
    undone: { type: "final", tags: "compensated" },
  },
});

const activities = {
  reserve: () => Promise.resolve({ reservationId: "r-1" }),
  charge: () => Promise.resolve({ paymentId: "p-1" }),
  ship: () => Promise.resolve({ shipmentId: "s-1" }),
  notify: () => Promise.resolve(),
  release: () => Promise.resolve(),
  refund: () => Promise.resolve(),
  unship: () => Promise.resolve(),
};

const compensations = {
  reserve: "release",
  charge: "refund",
  ship: "unship",
  notify: null,
} as const;

/** Completes. */
export const orderSaga = defineSaga({
  name: "order",
  version: 1,
  machine: fourStepMachine,
  activities,
  compensations,
});

/** The same chart; its last step fails, so three are undone. */
export const failingOrderSaga = defineSaga({
  name: "failing-order",
  version: 1,
  machine: fourStepMachine,
  activities: { ...activities, notify: () => Promise.reject(new Error("nobody is there")) },
  compensations,
});
