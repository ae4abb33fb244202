/** The mistakes that are planted in the subscription saga. */
import { assign } from "xstate";
import type { Draft, Mutant } from "../mutant.ts";

export const subscriptionMutants: readonly Mutant[] = [
  {
    name: "a renewal that may have been charged is tried as another one",
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
    change: {
      config: ({ grantingAccess }) => (grantingAccess.onDone[1].target = "compensated"),
    },
    world: "clean",
    property: "compensated",
    place: "chargeFirstPeriod",
  },
  {
    name: "a new card begins a renewal of unknown outcome anew, under another key",
    change: {
      config: ({ subscribed: { states } }) => {
        const [, withNewCard] = states.renewing.states.dunning.always;
        withNewCard.target = "#subscription.subscribed.renewing";
        withNewCard.reenter = true;
      },
    },
    world: "lossy",
    property: "doubled",
    place: "renewPeriod",
  },
  {
    name: "a first charge of unknown outcome is not refunded",
    change: { config: ({ chargingFirstPeriod }) => chargingFirstPeriod.onDone.shift() },
    world: "lossy",
    property: "compensated",
    place: "chargeFirstPeriod",
  },
  {
    name: "a cancelled access is taken for one that was surely not granted",
    change: {
      config: ({ grantingAccess }) => {
        grantingAccess.on["saga.cancel"].target = "#subscription.compensating.refundingFirstPeriod";
      },
    },
    world: "lossy",
    property: "compensated",
    place: "grantAccess",
  },
  {
    name: "the first charge is refunded before access is revoked",
    change: {
      config: ({ grantingAccess, compensating: { states } }) => {
        grantingAccess.onDone[0].target = "#subscription.compensating.refundingFirstPeriod";
        grantingAccess.on["saga.cancel"].target = "#subscription.compensating.refundingFirstPeriod";
        states.refundingFirstPeriod.onDone = "revokingAccess";
        states.revokingAccess.onDone = "undone";
      },
    },
    world: "lossy",
    property: "reverse-order",
    place: "refundFirstPeriod",
  },
  {
    name: "a subscription that never began ends as one that is over",
    change: { config: ({ compensating }) => (compensating.onDone = "ended") },
    world: "clean",
    property: "completed",
    place: "chargeFirstPeriod",
  },
  {
    name: "closing the access is tried without end",
    change: {
      config: ({ ending: { states } }) => {
        const { attempting } = states.closingAccess.states;
        attempting.invoke.onError = { target: "backingOff", actions: "noteUnsure" };
        attempting.after.attemptTimeout = { target: "backingOff", actions: "noteUnsure" };
      },
    },
    world: "clean",
    property: "endless",
    place: "ending.closingAccess.attempting",
  },
  {
    name: "closing the access has no timeout",
    change: {
      config: ({ ending: { states } }) => delete states.closingAccess.states.attempting.after,
    },
    world: "clean",
    property: "attempt-unbounded",
    place: "ending.closingAccess.attempting",
  },
  {
    name: "nobody can help a closing that is stuck",
    change: { config: ({ ending: { states } }) => delete states.closingAccess.states.stuck.on },
    world: "clean",
    property: "waits-forever",
    place: "ending.closingAccess.stuck",
  },
  {
    name: "how long to wait is read from where a timeout does not tell",
    change: {
      actions: {
        noteUnsure: assign(({ event }: Draft) => ({ retryAfterMs: event.error.retryAfterMs })),
      },
    },
    world: "clean",
    property: "fault",
    place: "chargingFirstPeriod.attempting",
  },
  {
    name: "a cancel is dropped while a renewal is under way",
    change: {
      config: ({ subscribed }) => {
        subscribed.states.paid.on = { CANCEL: subscribed.on.CANCEL };
        delete subscribed.on.CANCEL;
      },
    },
    world: "clean",
    property: "rule",
    place: "always take CANCEL in subscribed",
  },
  {
    name: "a renewal of unknown outcome is not refunded",
    change: { config: ({ subscribed: { states } }) => states.renewing.onDone.shift() },
    world: "lossy",
    property: "unresolved",
    place: "renewPeriod",
  },
];
