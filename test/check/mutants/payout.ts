/** The mistakes that are planted in the payout saga. */
import type { Mutant } from "../mutant.ts";

export const payoutMutants: readonly Mutant[] = [
  {
    name: "the bank is not asked whether it has taken the transfer",
    change: {
      config: ({ submittingTransfer }) => submittingTransfer.onDone.shift(),
    },
    world: "lossy",
    property: "pivot",
    place: "releaseFunds",
  },
  {
    name: "a transfer that cannot be booked is undone",
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
    change: { guards: { hasAttemptsLeft: () => true } },
    world: "clean",
    property: "endless",
    place: "submittingTransfer.attempting",
  },
  {
    name: "a hold of unknown outcome is not released",
    change: { config: ({ reservingFunds }) => reservingFunds.onDone.shift() },
    world: "lossy",
    property: "compensated",
    place: "reserveFunds",
  },
  {
    name: "the funds stay held when the bank refuses the transfer",
    change: {
      config: ({ submittingTransfer }) => (submittingTransfer.onDone[1].target = "compensated"),
    },
    world: "clean",
    property: "compensated",
    place: "reserveFunds",
  },
  {
    name: "the funds are released before the transfer is withdrawn",
    change: {
      config: ({ submittingTransfer, compensating: { states } }) => {
        submittingTransfer.onDone[0].target = "#payout.compensating.releasingFunds";
        submittingTransfer.on["saga.cancel"].target = "#payout.compensating.releasingFunds";
        states.releasingFunds.onDone = "withdrawingTransfer";
        states.withdrawingTransfer.onDone[1].target = "undone";
      },
    },
    world: "lossy",
    property: "reverse-order",
    place: "releaseFunds",
  },
  {
    name: "a transfer that cannot be withdrawn is taken for withdrawn",
    change: {
      config: ({ compensating: { states } }) => {
        states.withdrawingTransfer.states.attempting.after.attemptTimeout[1].target = "done";
      },
    },
    world: "lossy",
    property: "pivot",
    place: "releaseFunds",
  },
  {
    name: "a transfer is sent under another key when the bank does not say whether it has one",
    change: {
      config: ({ submittingTransfer: { states } }) => {
        states.askingBank.invoke.onError = { target: "#payout.submittingTransfer", reenter: true };
      },
    },
    world: "lossy",
    property: "doubled",
    place: "submitTransfer",
  },
  {
    name: "a transfer that the bank refused is booked",
    change: {
      config: ({ submittingTransfer }) => {
        submittingTransfer.onDone = "bookingTransfer";
      },
    },
    world: "clean",
    property: "completed",
    place: "submitTransfer",
  },
  {
    name: "the question to the bank has no timeout",
    change: { config: ({ submittingTransfer: { states } }) => delete states.askingBank.after },
    world: "clean",
    property: "attempt-unbounded",
    place: "submittingTransfer.askingBank",
  },
  {
    name: "nobody can help a booking that is stuck",
    change: { config: ({ bookingTransfer: { states } }) => delete states.stuck.on },
    world: "clean",
    property: "waits-forever",
    place: "bookingTransfer.stuck",
  },
  {
    name: "whoever retries a booking that is stuck only stays there",
    change: {
      config: ({ bookingTransfer: { states } }) => {
        states.stuck.on = { "saga.retry": { actions: "noteStuck" } };
      },
    },
    world: "clean",
    property: "end-reachable",
    place: "bookingTransfer.stuck",
  },
  {
    name: "a cancel is dropped while the bank is asked",
    change: {
      config: ({ submittingTransfer }) => {
        const { attempting, backingOff } = submittingTransfer.states;
        attempting.on = submittingTransfer.on;
        backingOff.on = submittingTransfer.on;
        delete submittingTransfer.on;
      },
    },
    world: "clean",
    property: "rule",
    place: "always take saga.cancel in submittingTransfer",
  },
  {
    name: "the transfer is sent before the funds are held",
    change: { config: (_, config) => (config.initial = "submittingTransfer") },
    world: "clean",
    property: "rule",
    place: "never submitTransfer before reserveFunds",
  },
  {
    name: "the payee is told of a transfer that could not be booked",
    change: {
      config: ({ bookingTransfer: { states } }) => {
        states.attempting.invoke.onError[1].target = "done";
      },
    },
    world: "clean",
    property: "rule",
    place: "never notifyPayee before bookTransfer",
  },
];
