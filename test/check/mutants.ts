/** The mistakes that are planted, and how each is to be found. */
import { assign } from "xstate";
import type { PropertyName, World } from "../../src/check/check.ts";
import type { Change, Draft } from "./mutant.ts";
import type { subjects } from "./subjects.ts";

export interface Mutant {
  readonly name: string;
  readonly of: keyof typeof subjects;
  readonly change: Change;
  readonly world: World;
  readonly property: PropertyName;
  readonly place: string;
}

export const mutants: readonly Mutant[] = [
  {
    name: "the refund is left out",
    of: "order",
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
    of: "order",
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
    of: "order",
    change: { config: ({ chargingPayment }) => chargingPayment.onDone.shift() },
    world: "lossy",
    property: "compensated",
    place: "chargePayment",
  },
  {
    name: "that an attempt left it unsure is forgotten",
    of: "order",
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
    of: "order",
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
    of: "order",
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
    of: "order",
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
    of: "order",
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
    of: "order",
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
    of: "order",
    change: { config: ({ compensating }) => (compensating.onDone = "completed") },
    world: "clean",
    property: "completed",
    place: "chargePayment",
  },
  {
    name: "a step that failed goes on to the next one",
    of: "order",
    change: { guards: { stepFailed: () => false } },
    world: "clean",
    property: "completed",
    place: "createShipment",
  },
  {
    name: "the payment is left out",
    of: "order",
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
    of: "order",
    change: { config: ({ chargingPayment }) => delete chargingPayment.on },
    world: "clean",
    property: "rule",
    place: "always take saga.cancel in chargingPayment",
  },
  {
    name: "a notification that fails undoes the order",
    of: "order",
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
    of: "order",
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
    of: "order",
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
    of: "order",
    change: {
      config: ({ notifyingCustomer: { states } }) => delete states.attempting.entry,
    },
    world: "clean",
    property: "endless",
    place: "notifyingCustomer.backingOff",
  },
  {
    name: "a notification has no timeout",
    of: "order",
    change: {
      config: ({ notifyingCustomer: { states } }) => delete states.attempting.after,
    },
    world: "clean",
    property: "attempt-unbounded",
    place: "notifyingCustomer.attempting",
  },
  {
    name: "nobody can help a refund that is stuck",
    of: "order",
    change: {
      config: ({ compensating: { states } }) => delete states.refundingPayment.states.stuck.on,
    },
    world: "clean",
    property: "waits-forever",
    place: "compensating.refundingPayment.stuck",
  },
  {
    name: "whoever retries a refund that is stuck only stays there",
    of: "order",
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
    of: "order",
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
    of: "order",
    change: { actions: { keepPayment: assign({ paymentId: () => () => "p-1" }) } },
    world: "clean",
    property: "fault",
    place: "chargingPayment.attempting",
  },
  {
    name: "a state is drawn that nothing leads to",
    of: "order",
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
    of: "order",
    change: { guards: { canRetry: ({ context }: Draft) => context.attempt < 1 } },
    world: "clean",
    property: "transition-dead",
    place:
      "chargingPayment.attempting on xstate.error.actor.chargePayment if canRetry to chargingPayment.backingOff",
  },
  {
    name: "the bank is not asked whether it has taken the transfer",
    of: "payout",
    change: {
      config: ({ submittingTransfer }) => submittingTransfer.onDone.shift(),
    },
    world: "lossy",
    property: "pivot",
    place: "releaseFunds",
  },
  {
    name: "a transfer that cannot be booked is undone",
    of: "payout",
    change: {
      config: ({ bookingTransfer }) => {
        bookingTransfer.states.attempting.invoke.onError[1].target =
          "#payout.compensating.releasingFunds";
      },
    },
    world: "clean",
    property: "pivot",
    place: "releaseFunds",
  },
  {
    name: "a transfer is asked for without end",
    of: "payout",
    change: { guards: { hasAttemptsLeft: () => true } },
    world: "clean",
    property: "endless",
    place: "submittingTransfer.attempting",
  },
  {
    name: "a decision has no expiry, and reminders have no end",
    of: "onboarding",
    change: {
      config: ({ awaitingDecision }) => {
        delete awaitingDecision.after;
        awaitingDecision.states.reminding.onDone = "waiting";
        delete awaitingDecision.states.reminding.entry;
      },
    },
    world: "clean",
    property: "endless",
    place: "awaitingDecision.waiting",
  },
  {
    name: "a decision that comes before the answer is refused",
    of: "onboarding",
    change: { config: ({ openingReview }) => delete openingReview.on.APPROVED },
    world: "clean",
    property: "event-early",
    place: "APPROVED",
  },
  {
    name: "an account is left after access was refused",
    of: "onboarding",
    change: {
      config: ({ grantingAccess }) => {
        grantingAccess.onDone[1].target = "#onboarding.compensating.withdrawingReview";
      },
    },
    world: "clean",
    property: "compensated",
    place: "createAccount",
  },
  {
    name: "a renewal that may have been charged is tried as another one",
    of: "subscription",
    change: {
      config: ({ subscribed: { states } }) => {
        states.renewing.states.dunning.after.dunning = {
          target: "#subscription.subscribed.renewing",
          reenter: true,
        };
      },
    },
    world: "lossy",
    property: "doubled",
    place: "renewPeriod",
  },
  {
    name: "the first charge is left when access was refused",
    of: "subscription",
    change: {
      config: ({ grantingAccess }) => (grantingAccess.onDone[1].target = "compensated"),
    },
    world: "clean",
    property: "compensated",
    place: "chargeFirstPeriod",
  },
  {
    name: "the hotel is not cancelled with the others",
    of: "trip",
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
    of: "trip",
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
    of: "trip",
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
