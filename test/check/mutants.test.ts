/** Planted mistakes are found, each by the property that names it, with a way that leads to it. */
import { afterAll, describe, expect, test } from "vitest";
import { assign } from "xstate";
import { onboardingSaga } from "../../machines/onboarding/index.ts";
import { orderSaga } from "../../machines/order/index.ts";
import { payoutSaga } from "../../machines/payout/index.ts";
import { subscriptionSaga } from "../../machines/subscription/index.ts";
import { tripSaga } from "../../machines/trip/index.ts";
import { always, check, never } from "../../src/check/check.ts";
import type {
  CheckFinding,
  CheckOptions,
  PropertyName,
  Witness,
  World,
} from "../../src/check/check.ts";
import type { AnySaga } from "../../src/saga/define.ts";
import { replay } from "../../src/testing/testing.ts";
import { mutate, withAttempts } from "./mutant.ts";
import type { Change, Draft } from "./mutant.ts";
import {
  onboardingSamples,
  orderSamples,
  payoutSamples,
  subscriptionSamples,
  tripSamples,
} from "./samples.ts";

interface Subject {
  readonly saga: AnySaga;
  readonly options: CheckOptions;
}

const order: Subject = {
  saga: withAttempts(orderSaga, 2),
  options: {
    samples: orderSamples,
    pivots: ["createShipment"],
    rules: [
      never({ effect: "createShipment" }, { before: { effect: "chargePayment" } }),
      always({ takes: "saga.cancel" }, { in: "chargingPayment" }),
    ],
  },
};
const withdrawing = "compensating.withdrawingTransfer";
const payout: Subject = {
  saga: withAttempts(payoutSaga, 2),
  options: {
    samples: payoutSamples,
    waivers: [
      ["state-unreachable", `${withdrawing}.taken`],
      [
        "transition-dead",
        `${withdrawing} on xstate.done.state.payout.${withdrawing} if isTaken to bookingTransfer`,
      ],
      [
        "transition-dead",
        `${withdrawing}.attempting on xstate.done.actor.withdrawTransfer if isTransfer to ${withdrawing}.taken`,
      ],
    ].map(([property, place]) => ({
      property: property as PropertyName,
      place: place as string,
      reason: "No sample says that an undo came too late: its answer without an effect.",
    })),
  },
};
const onboarding: Subject = {
  saga: withAttempts(onboardingSaga, 2),
  options: { samples: onboardingSamples },
};
const subscription: Subject = {
  saga: withAttempts(subscriptionSaga, 2),
  options: {
    samples: subscriptionSamples,
    waivers: [
      {
        property: "completed",
        place: "renewPeriod",
        reason: "A subscription may end before its first renewal.",
      },
    ],
  },
};
// Three regions side by side multiply what one can be in, so each has one attempt.
const trip: Subject = {
  saga: withAttempts(tripSaga, 1),
  options: {
    samples: tripSamples,
    ignoreContext: ["failure.*", "parts.*.stuckReason"],
  },
};
const subjects = { order, payout, onboarding, subscription, trip };

interface Mutant {
  readonly name: string;
  readonly of: keyof typeof subjects;
  readonly change: Change;
  readonly world: World;
  readonly property: PropertyName;
  readonly place: string;
}

const mutants: readonly Mutant[] = [
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

const table: string[] = [];
afterAll(() =>
  console.log(["mutant | found as | world | moves of the witness", ...table].join("\n")),
);

describe.each(Object.entries(subjects))("%s", (name, { saga, options }) => {
  test("nothing is found in the original", () => {
    const report = check(saga, { ...options, worlds: ["clean", "lossy"] });

    // With one attempt no retry of the trip can be reached.
    const isTold = name === "trip" ? ["error"] : ["error", "warning"];
    expect(report.findings.filter(({ severity }) => isTold.includes(severity))).toEqual([]);
    expect(report.unusedWaivers).toEqual([]);
  }, 120_000);

  test.each(mutants.filter((mutant) => mutant.of === name))(
    "found, and so it happens in the runtime: $name",
    async ({ name: mistake, change, world, property, place }) => {
      const mutant = mutate(saga, change);

      const report = check(mutant, { ...options, worlds: [world] });

      const found = report.findings.map((finding) => `${finding.property} at ${finding.place}`);
      expect(found).toContain(`${property} at ${place}`);
      const caught = report.findings[found.indexOf(`${property} at ${place}`)];
      const moves = caught?.witness?.steps.length ?? "none";
      table.push(`${name}: ${mistake} | ${property} at ${place} | ${world} | ${moves}`);
      if (caught?.witness) await expectInRuntime(mutant, options, caught, caught.witness);
    },
    120_000,
  );
});

/** The moves of a witness, made to the real runtime, lead through the same states and to the same broken claim. */
async function expectInRuntime(
  saga: AnySaga,
  { samples }: CheckOptions,
  { property, place }: CheckFinding,
  { start, steps }: Witness,
): Promise<void> {
  const moves = steps.map(({ move }) => move);

  const seen = await replay(saga, moves, { samples });

  expect(seen.settled.map(({ state }) => state)).toEqual(
    [start, ...steps].map(({ state }) => state),
  );
  expect(seen.inPlace).toEqual([...new Set((steps.at(-1) ?? start).inPlace)]);
  if (property === "doubled") {
    expect(seen.ledger.filter(({ activity }) => activity === place)).toHaveLength(2);
  }
  if (isOfTheLedger(property)) expect(seen.broken).not.toEqual([]);
  const refused = /^always take (\S+) in/.exec(place)?.[1] ?? place;
  if (property !== "event-early" && refused === place) return;
  const payload = samples.events?.[refused]?.[0] ?? {};
  const event = { ...payload, type: refused };
  await expect(replay(saga, [...moves, { kind: "send", event }], { samples })).rejects.toThrow(
    /takes no event/,
  );
}

function isOfTheLedger(property: PropertyName): boolean {
  return ["completed", "compensated", "reverse-order"].includes(property);
}

test("there are at least 25 mutants", () => {
  expect(mutants.length).toBeGreaterThanOrEqual(25);
});
