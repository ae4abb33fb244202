/** The mistakes that are planted in the order saga. */
import { assign } from "xstate";
import type { Draft, Mutant } from "../mutant.ts";

export const orderMutants: readonly Mutant[] = [
  {
    name: "the refund is left out",
    change: {
      config: ({ compensating, creatingShipment }) => {
        compensating.states.cancellingShipment.onDone = "releasingInventory";
        creatingShipment.onDone[1].target = "#order.compensating.releasingInventory";
      },
    },
    world: "clean",
    property: "compensated",
    place: "chargePayment",
  },
  {
    name: "inventory is released before the payment is refunded",
    change: {
      config: ({ compensating: { states } }) => {
        states.cancellingShipment.onDone = "releasingInventory";
        states.releasingInventory.onDone = "refundingPayment";
        states.refundingPayment.onDone = "undone";
      },
    },
    world: "clean",
    property: "reverse-order",
    place: "releaseInventory",
  },
  {
    name: "a charge of unknown outcome is not undone",
    change: { config: ({ chargingPayment }) => chargingPayment.onDone.shift() },
    world: "lossy",
    property: "compensated",
    place: "chargePayment",
  },
  {
    name: "that an attempt left it unsure is forgotten",
    change: {
      config: ({ chargingPayment: { states } }) => {
        delete states.attempting.invoke.onError[0].actions;
        delete states.attempting.after.attemptTimeout[0].actions;
      },
    },
    world: "lossy",
    property: "compensated",
    place: "chargePayment",
  },
  {
    name: "a later rejection is believed of an earlier attempt",
    change: {
      guards: {
        outcomeUnknown: ({ context }: Draft) => context.failure?.kind === "unknown",
      },
    },
    world: "lossy",
    property: "compensated",
    place: "reserveInventory",
  },
  {
    name: "a cancelled shipment is taken for one that surely did not happen",
    change: {
      config: ({ creatingShipment }) => {
        creatingShipment.on["saga.cancel"].target = "#order.compensating.refundingPayment";
      },
    },
    world: "lossy",
    property: "compensated",
    place: "createShipment",
  },
  {
    name: "a charge that was left while it may still take effect is not undone",
    change: {
      config: ({ chargingPayment }) => {
        chargingPayment.on["saga.cancel"].target = "#order.compensating.releasingInventory";
      },
    },
    world: "zombie",
    property: "compensated",
    place: "chargePayment",
  },
  {
    name: "a refund is given up after its last attempt",
    change: {
      config: ({ compensating: { states } }) => {
        states.refundingPayment.states.attempting.after.attemptTimeout[1].target = "done";
      },
    },
    world: "clean",
    property: "compensated",
    place: "chargePayment",
  },
  {
    name: "a refund that is rejected is taken for done",
    change: {
      config: ({ compensating: { states } }) => {
        states.refundingPayment.states.attempting.invoke.onError[1].target = "done";
      },
    },
    world: "clean",
    property: "compensated",
    place: "chargePayment",
  },
  {
    name: "a cancelled order ends as completed",
    change: { config: ({ compensating }) => (compensating.onDone = "completed") },
    world: "clean",
    property: "completed",
    place: "chargePayment",
  },
  {
    name: "a step that failed goes on to the next one",
    change: { guards: { stepFailed: () => false } },
    world: "clean",
    property: "completed",
    place: "createShipment",
  },
  {
    name: "the payment is left out",
    change: {
      config: ({ reservingInventory }) =>
        (reservingInventory.onDone[2].target = "creatingShipment"),
    },
    world: "clean",
    property: "rule",
    place: "never createShipment before chargePayment",
  },
  {
    name: "a cancel is dropped while the payment is charged",
    change: { config: ({ chargingPayment }) => delete chargingPayment.on },
    world: "clean",
    property: "rule",
    place: "always take saga.cancel in chargingPayment",
  },
  {
    name: "a notification that fails undoes the order",
    change: {
      config: ({ notifyingCustomer }) => {
        notifyingCustomer.states.attempting.invoke.onError[1].target =
          "#order.compensating.cancellingShipment";
      },
    },
    world: "clean",
    property: "pivot",
    place: "cancelShipment",
  },
  {
    name: "each attempt begins the charge anew, under another key",
    change: {
      config: ({ chargingPayment: { states } }) => {
        states.backingOff.after.backoff = { target: "#order.chargingPayment", reenter: true };
      },
    },
    world: "lossy",
    property: "doubled",
    place: "chargePayment",
  },
  {
    name: "a charge is tried again without end",
    change: {
      config: ({ chargingPayment: { states } }) => {
        states.attempting.invoke.onError = { target: "backingOff", actions: "noteUnsure" };
        states.attempting.after.attemptTimeout = { target: "backingOff", actions: "noteUnsure" };
      },
    },
    world: "clean",
    property: "endless",
    place: "chargingPayment.attempting",
  },
  {
    name: "attempts are not counted",
    change: {
      config: ({ notifyingCustomer: { states } }) => delete states.attempting.entry,
    },
    world: "clean",
    property: "endless",
    place: "notifyingCustomer.backingOff",
  },
  {
    name: "a notification has no timeout",
    change: {
      config: ({ notifyingCustomer: { states } }) => delete states.attempting.after,
    },
    world: "clean",
    property: "attempt-unbounded",
    place: "notifyingCustomer.attempting",
  },
  {
    name: "nobody can help a refund that is stuck",
    change: {
      config: ({ compensating: { states } }) => delete states.refundingPayment.states.stuck.on,
    },
    world: "clean",
    property: "waits-forever",
    place: "compensating.refundingPayment.stuck",
  },
  {
    name: "whoever retries a refund that is stuck only stays there",
    change: {
      config: ({ compensating: { states } }) => {
        states.refundingPayment.states.stuck.on = { "saga.retry": { actions: "noteStuck" } };
      },
    },
    world: "clean",
    property: "end-reachable",
    place: "compensating.refundingPayment.stuck",
  },
  {
    name: "the reason of a failure is read from where a timeout has none",
    change: {
      actions: {
        fail: assign(({ event }: Draft) => ({ failure: { kind: event.error.kind } })),
      },
    },
    world: "clean",
    property: "fault",
    place: "reservingInventory.attempting",
  },
  {
    name: "the context keeps what cannot be stored",
    change: { actions: { keepPayment: assign({ paymentId: () => () => "p-1" }) } },
    world: "clean",
    property: "fault",
    place: "chargingPayment.attempting",
  },
  {
    name: "a state is drawn that nothing leads to",
    change: {
      config: (states) => {
        states.packing = { tags: "forward", on: { "saga.cancel": "compensating" } };
      },
    },
    world: "clean",
    property: "state-unreachable",
    place: "packing",
  },
  {
    name: "a guard can never hold",
    change: { guards: { canRetry: ({ context }: Draft) => context.attempt < 1 } },
    world: "clean",
    property: "transition-dead",
    place:
      "chargingPayment.attempting on xstate.error.actor.chargePayment if canRetry to chargingPayment.backingOff",
  },
];
