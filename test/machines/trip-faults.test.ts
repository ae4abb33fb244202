/** The trip saga on the real runtime against the demo's services: what each fault at each step comes to. */
import { beforeEach, describe, expect, test } from "vitest";
import { tripOffer } from "../../machines/trip/demo.ts";
import { defineTripSaga, tripSaga } from "../../machines/trip/index.ts";
import { begin, delays, openDemo } from "./demo-at-hand.ts";
import type { AtHand } from "./demo-at-hand.ts";

const legs = ["bookFlight", "bookHotel", "bookCar"] as const;
const steps = [...legs, "chargePayment", "sendItinerary"] as const;

const input = {
  travellerId: "c-1",
  origin: "Hamburg",
  destination: "Porto",
  departsOn: "2027-03-14",
  returnsOn: "2027-03-21",
  amountCents: 42_000,
  delays,
};

let trip: AtHand;

beforeEach(async () => {
  trip = await openDemo(tripOffer, defineTripSaga);
});

describe.each(steps)("at %s", (step) => {
  test.each([
    ["a lost reply", { mode: "loseReply", times: 1 }],
    ["a hang", { mode: "hang", times: 1 }],
    ["two 503s", { mode: "fail", times: 2 }],
  ])("%s is asked again, and the trip completes with each effect once", async (_, knob) => {
    await trip.turn(step, knob);

    const completed = await begin(trip, input, { phase: "completed" });

    expect(completed.output).toMatchObject({ status: "completed", itinerarySent: true });
    expect((await trip.calls()).toSorted()).toEqual([...steps].toSorted());
  });

  test("a 422 leaves nothing of the trip in place", async () => {
    await trip.turn(step, { mode: "reject" });
    const isLast = step === "sendItinerary";

    const ended = await begin(trip, input, { phase: isLast ? "completed" : "compensated" });

    expect(await trip.calls()).not.toContain(step);
    expect(await trip.inPlace()).toHaveLength(isLast ? 4 : 0);
    expect(ended.output).toMatchObject(
      isLast ? { itinerarySent: false } : { failure: { kind: "rejected" } },
    );
  });

  test("three lost replies undo the step too, for it may have happened", async () => {
    await trip.turn(step, { mode: "loseReply", times: 3 });
    const isLast = step === "sendItinerary";

    const ended = await begin(trip, input, { phase: isLast ? "completed" : "compensated" });

    expect(await trip.calls()).toContain(step);
    expect(await trip.inPlace()).toHaveLength(isLast ? 4 : 0);
    expect(ended.output).toMatchObject(
      isLast ? { itinerarySent: false } : { failure: { kind: "unknown" } },
    );
  });
});

describe.each([
  ["cancelFlight", "flight"],
  ["cancelHotel", "hotel"],
  ["cancelCar", "car"],
  ["refundPayment", "payment"],
] as const)("at the undo %s", (undo, part) => {
  beforeEach(async () => {
    // It is paid, but nobody ever hears of it: all four are undone.
    await trip.turn("chargePayment", { mode: "loseReply", times: 3 });
  });

  test.each([
    ["a lost reply", { mode: "loseReply", times: 1 }],
    ["a hang", { mode: "hang", times: 1 }],
    ["503 four times", { mode: "fail", times: 4 }],
  ])("%s is asked again, and each undo takes effect once", async (_, knob) => {
    await trip.turn(undo, knob);

    await begin(trip, input, { phase: "compensated" });

    const calls = await trip.calls();
    expect(calls.slice(0, 5)).toEqual(expect.arrayContaining([...legs, "chargePayment"]));
    expect(calls[4]).toBe("refundPayment");
    expect(calls.slice(5).toSorted()).toEqual(["cancelCar", "cancelFlight", "cancelHotel"]);
  });

  test("a 422 is stuck until somebody retries it", async () => {
    await trip.turn(undo, { mode: "reject", times: 1 });
    const stuck = await begin(trip, input, { phase: "stuck" });

    await trip.runtime.send(trip.saga, "i-1", { type: "saga.retry", part });
    await trip.runtime.waitFor(trip.saga, "i-1", { phase: "compensated" });

    expect(stuck.accepts.map(({ type }) => type)).toEqual(["saga.retry", "saga.skip"]);
    expect(await trip.inPlace()).toEqual([]);
  });

  test("503 for ever is stuck until somebody skips it", async () => {
    await trip.turn(undo, { mode: "fail" });
    await begin(trip, input, { phase: "stuck" });

    await trip.runtime.send(trip.saga, "i-1", { type: "saga.skip", part });
    const ended = await trip.runtime.waitFor(trip.saga, "i-1", { phase: "compensated" });

    expect(await trip.inPlace()).toHaveLength(1);
    expect(ended.output).toMatchObject({
      [part]: { outcome: part === "payment" ? "unknown" : "done" },
    });
  });
});

test("cancelling while the three are under way leaves nothing in place, those of late effect neither", async () => {
  await trip.turn("bookHotel", { mode: "late", delayMs: 50, times: 1 });
  await begin(trip, input, { state: "booking" });

  await trip.runtime.send(trip.saga, "i-1", { type: "saga.cancel" });
  await trip.runtime.waitFor(trip.saga, "i-1", { phase: "compensated" });

  expect(await trip.inPlace()).toEqual([]);
});

test.each([
  ["Atlantis", "no airline flies to Atlantis"],
  ["Bethlehem", "there is no room in Bethlehem"],
  ["Venice", "no cars in Venice"],
])("nobody can go to %s", async (destination, reason) => {
  const ended = await begin(trip, { ...input, destination }, { phase: "compensated" });

  expect(ended.output).toMatchObject({
    failure: { kind: "rejected", message: expect.stringContaining(reason) as string },
  });
  expect(await trip.inPlace()).toEqual([]);
});

test("without SERVICES_URL a call fails and says so", async () => {
  const here = await openDemo(tripOffer, () => tripSaga);

  const ended = await begin(here, input, { phase: "compensating" });

  expect(JSON.stringify(ended.context)).toContain("SERVICES_URL is not set");
});

test.each([
  ["ends before it begins", { ...input, returnsOn: "2027-03-13" }],
  ["begins on no day", { ...input, departsOn: "tomorrow" }],
  ["costs nothing", { ...input, amountCents: 0 }],
  ["has an unknown key", { ...input, tripId: "t-1" }],
])("a trip that %s is refused", async (_, bad) => {
  await expect(
    trip.runtime.start(trip.saga, { instanceId: "i-1", input: bad }),
  ).rejects.toMatchObject({ code: "SAGA_INPUT_INVALID" });
});
