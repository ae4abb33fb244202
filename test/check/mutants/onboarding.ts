/** The mistakes that are planted in the onboarding saga. */
import type { Mutant } from "../mutant.ts";

export const onboardingMutants: readonly Mutant[] = [
  {
    name: "a decision has no expiry, and reminders have no end",
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
    change: { config: ({ openingReview }) => delete openingReview.on.APPROVED },
    world: "clean",
    property: "event-early",
    place: "APPROVED",
  },
  {
    name: "an account is left after access was refused",
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
    name: "the review stays open when no decision came in time",
    change: {
      config: ({ awaitingDecision }) => {
        // With a single reminder there are few moves to the expiry.
        awaitingDecision.states.reminding.onDone = "reminded";
        awaitingDecision.after.expiry.target = "compensated";
      },
    },
    world: "clean",
    property: "compensated",
    place: "openReview",
  },
  {
    name: "what is provisioned when the expiry comes is left behind",
    change: {
      config: ({ awaitingDecision }, config) => {
        const { expiry } = awaitingDecision.after;
        delete awaitingDecision.after;
        config.after = { expiry };
      },
    },
    world: "clean",
    property: "compensated",
    place: "createAccount",
  },
  {
    name: "an account of unknown outcome is not deleted",
    change: { config: ({ creatingAccount }) => creatingAccount.onDone.shift() },
    world: "lossy",
    property: "compensated",
    place: "createAccount",
  },
  {
    name: "an account is deleted before its access is revoked",
    change: {
      config: ({ grantingAccess, compensating: { states } }) => {
        grantingAccess.onDone[0].target = "#onboarding.compensating.deletingAccount";
        grantingAccess.on["saga.cancel"].target = "#onboarding.compensating.deletingAccount";
        states.deletingAccount.onDone = "revokingAccess";
        states.revokingAccess.onDone = "withdrawingReview";
      },
    },
    world: "lossy",
    property: "reverse-order",
    place: "deleteAccount",
  },
  {
    name: "an account whose deletion is rejected is taken for deleted",
    change: {
      config: ({ compensating: { states } }) => {
        states.deletingAccount.states.attempting.invoke.onError[1].target = "done";
      },
    },
    world: "clean",
    property: "compensated",
    place: "createAccount",
  },
  {
    name: "who was declined is told to be welcome",
    change: {
      config: ({ awaitingDecision }) => (awaitingDecision.always[1].target = "sendingWelcome"),
    },
    world: "clean",
    property: "completed",
    place: "createAccount",
  },
  {
    name: "each attempt creates another account",
    change: {
      config: ({ creatingAccount: { states } }) => {
        states.backingOff.after.backoff = { target: "#onboarding.creatingAccount", reenter: true };
      },
    },
    world: "lossy",
    property: "doubled",
    place: "createAccount",
  },
  {
    name: "a decline is dropped while a reminder is sent",
    change: {
      config: ({ awaitingDecision: { on, states } }) => {
        states.waiting.on = { DECLINED: on.DECLINED };
        states.reminded.on = { DECLINED: on.DECLINED };
        delete on.DECLINED;
      },
    },
    world: "clean",
    property: "rule",
    place: "always take DECLINED in awaitingDecision",
  },
  {
    name: "after the last reminder nobody is listened to, and nothing expires",
    change: {
      config: ({ awaitingDecision }) => {
        awaitingDecision.states.waiting.on = awaitingDecision.on;
        awaitingDecision.states.reminding.on = awaitingDecision.on;
        delete awaitingDecision.on;
        delete awaitingDecision.after;
      },
    },
    world: "clean",
    property: "waits-forever",
    place: "awaitingDecision.reminded",
  },
  {
    name: "a welcome that is never answered holds up the end",
    change: { config: ({ sendingWelcome: { states } }) => delete states.attempting.after },
    world: "clean",
    property: "attempt-unbounded",
    place: "sendingWelcome.attempting",
  },
];
