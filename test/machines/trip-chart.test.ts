/** What the trip chart promises by itself, whatever runs it. */
import { describe, expect, test } from "vitest";
import { tripMachine } from "../../machines/trip/chart.ts";
import type { TripInput } from "../../machines/trip/chart.ts";
import { Scripted } from "./scripted.ts";
import type { Script } from "./scripted.ts";

const input: TripInput = {
  travellerId: "c-1",
  origin: "Hamburg",
  destination: "Porto",
  departsOn: "2027-03-14",
  returnsOn: "2027-03-21",
  amountCents: 42_000,
};

const answers = {
  bookFlight: { flightId: "flt-1" },
  bookHotel: { hotelId: "hot-1" },
  bookCar: { carId: "car-1" },
  chargePayment: { paymentId: "pay-1" },
};

const legs = ["flight", "hotel", "car"] as const;
const bookOf = { flight: "bookFlight", hotel: "bookHotel", car: "bookCar" } as const;
const cancelOf = { flight: "cancelFlight", hotel: "cancelHotel", car: "cancelCar" } as const;
const cancelAll = legs.map((leg) => cancelOf[leg]);

function trip(script: Script<typeof tripMachine> = {}) {
  return new Scripted(tripMachine, { id: "t-1", input, answers, script });
}

function undone({ steps }: ReturnType<typeof trip>): string[] {
  return steps.filter((step) => /^(cancel|refund)/.test(step)).toSorted();
}

test("flight, hotel and car are booked at the same time, then it is paid, then the itinerary goes out", async () => {
  const booked = trip();
  expect(booked.steps).toEqual(["bookFlight", "bookHotel", "bookCar"]);

  await booked.run();

  expect(booked.steps.slice(3)).toEqual(["chargePayment", "sendItinerary"]);
  expect(booked.snapshot.output).toEqual({
    status: "completed",
    failure: null,
    flight: { id: "flt-1", outcome: "done" },
    hotel: { id: "hot-1", outcome: "done" },
    car: { id: "car-1", outcome: "done" },
    payment: { id: "pay-1", outcome: "done" },
    itinerarySent: true,
  });
});

describe.each(legs)("when the %s", (leg) => {
  const others = legs.filter((other) => other !== leg).map((other) => cancelOf[other]);

  test("is refused at once, the others are given up and undone, as they may have happened", async () => {
    // The others answer nothing before the refusal is in.
    const script = Object.fromEntries(legs.map((each) => [bookOf[each], ["hang" as const]]));
    const failed = trip({ ...script, [bookOf[leg]]: ["reject"] });

    await failed.run();

    expect(failed.snapshot.value).toBe("compensated");
    expect(undone(failed)).toEqual(others.toSorted());
    expect(failed.snapshot.output?.[leg]).toEqual({ id: null, outcome: "refused" });
    expect(failed.snapshot.output?.failure).toMatchObject({ step: leg, kind: "rejected" });
  });

  test.each([
    ["answers at the third attempt", ["unknown", "hang", "ok"], "completed", []],
    ["may have happened, then is refused", ["unknown", "reject"], "compensated", cancelAll],
    ["fails without a definite answer for ever", ["unknown"], "compensated", cancelAll],
    ["hangs for ever", ["hang"], "compensated", cancelAll],
    ["throws what says nothing of the outcome", ["throw"], "compensated", cancelAll],
  ] as const)("%s, the trip ends so", async (_, behaviors, end, undoes) => {
    const ended = trip({ [bookOf[leg]]: behaviors });

    await ended.run();

    expect(ended.snapshot.value).toBe(end);
    expect(undone(ended)).toEqual([...undoes].toSorted());
  });

  test("hangs for ever, it had three attempts, and its undo takes a missing id", async () => {
    const ended = trip({ [bookOf[leg]]: ["hang"] });

    await ended.run();

    expect(ended.attemptsOf(bookOf[leg])).toBe(3);
    const undo = ended.attempts.find(({ step }) => step === cancelOf[leg]);
    expect(undo?.input).toMatchObject({ tripId: "t-1", [`${leg}Id`]: null });
  });
});

describe("when the payment", () => {
  test.each([
    ["is refused", ["reject"], cancelAll],
    ["may have happened, then is refused", ["unknown", "reject"], ["refundPayment", ...cancelAll]],
    ["hangs for ever", ["hang"], ["refundPayment", ...cancelAll]],
  ] as const)("%s, all that may be there is undone, the payment first", async (_, how, undoes) => {
    const ended = trip({ chargePayment: how });

    await ended.run();

    expect(ended.snapshot.value).toBe("compensated");
    expect(ended.steps.slice(4)).toEqual(undoes);
  });
});

test.each(["reject", "unknown", "hang"] as const)(
  "an itinerary that cannot be sent (%s) undoes nothing",
  async (behavior) => {
    const ended = trip({ sendItinerary: [behavior] });

    await ended.run();

    expect(ended.snapshot.output).toMatchObject({ status: "completed", itinerarySent: false });
    expect(undone(ended)).toEqual([]);
  },
);

describe("cancelling", () => {
  test.each([
    ["while all are under way", ["hang"], "attempting"],
    ["while one waits for its next attempt", ["unknown"], "backingOff"],
  ] as const)("%s undoes all that may have happened", async (_, behaviors, substate) => {
    const cancelled = trip({ bookHotel: behaviors });
    await cancelled.run(() => cancelled.snapshot.matches({ booking: { hotel: substate } }));

    await cancelled.send({ type: "saga.cancel", reason: "no holiday" });
    await cancelled.run();

    expect(undone(cancelled)).toEqual(cancelAll.toSorted());
    expect(cancelled.snapshot.output).toMatchObject({
      status: "compensated",
      failure: { step: "booking", kind: "cancelled", message: "no holiday" },
    });
  });

  test("while it is paid undoes the payment too", async () => {
    const cancelled = trip({ chargePayment: ["hang"] });
    await cancelled.run(() => cancelled.snapshot.matches({ chargingPayment: "attempting" }));

    await cancelled.send({ type: "saga.cancel" });
    await cancelled.run();

    expect(undone(cancelled)).toEqual([...cancelAll, "refundPayment"].toSorted());
  });

  test("is refused once it is paid, and while it is undone", async () => {
    const paid = trip({ sendItinerary: ["hang"] });
    await paid.run(() => paid.snapshot.matches("sendingItinerary"));
    const undoing = trip({ bookCar: ["reject"], cancelHotel: ["hang"] });
    await undoing.run(() => undoing.snapshot.matches("compensating"));

    expect(paid.can({ type: "saga.cancel" })).toBe(false);
    expect(undoing.can({ type: "saga.cancel" })).toBe(false);
  });
});

describe("an undo that cannot be done", () => {
  const twoStuck = {
    bookCar: ["unknown", "reject"],
    cancelFlight: ["reject"],
    cancelHotel: ["unknown"],
  } as const;

  test("is stuck with its reason, and holds up no other", async () => {
    const stuck = trip(twoStuck);

    await stuck.run(() => stuck.attemptsOf("cancelHotel") === 5);
    await stuck.run();

    expect(stuck.snapshot.value).toMatchObject({
      compensating: { cancellingBookings: { flight: "stuck", car: "done" } },
    });
    expect(stuck.snapshot.context.parts.flight.stuckReason).toBe("refused");
    expect(stuck.snapshot.context.parts.car.outcome).toBe("undone");
  });

  async function bothStuck() {
    const stuck = trip(twoStuck);
    const isThere = () =>
      stuck.snapshot.matches({
        compensating: { cancellingBookings: { flight: "stuck", hotel: "stuck" } },
      });
    await stuck.settle();
    while (!isThere()) await stuck.advance(600_000);
    return stuck;
  }

  test("goes on by saga.retry with all its attempts anew, all that are stuck", async () => {
    const stuck = await bothStuck();
    stuck.rewrite("cancelFlight", ["ok"]);
    stuck.rewrite("cancelHotel", ["unknown", "unknown", "unknown", "unknown", "ok"]);

    await stuck.send({ type: "saga.retry" });
    await stuck.run();

    expect(stuck.snapshot.value).toBe("compensated");
    expect(stuck.attemptsOf("cancelHotel")).toBe(10);
  });

  test("is left by saga.skip, only the part that is meant", async () => {
    const stuck = await bothStuck();

    await stuck.send({ type: "saga.skip", part: "flight" });
    expect(stuck.snapshot.value).toMatchObject({
      compensating: { cancellingBookings: { flight: "done", hotel: "stuck" } },
    });
    stuck.rewrite("cancelHotel", ["ok"]);
    await stuck.send({ type: "saga.retry", part: "hotel" });
    await stuck.run();

    expect(stuck.snapshot.output).toMatchObject({
      status: "compensated",
      flight: { outcome: "done" },
      hotel: { outcome: "undone" },
    });
  });
});

test("a service that asks to be left alone is, at most five minutes", async () => {
  const asked = trip({ bookFlight: [{ retryAfterMs: 86_400_000 }, "ok"] });
  await asked.settle();

  await asked.advance(299_999);
  expect(asked.attemptsOf("bookFlight")).toBe(1);
  await asked.advance(1);

  expect(asked.attemptsOf("bookFlight")).toBe(2);
});
