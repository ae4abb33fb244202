/** Crashes after which an instance is not where its path says, with and without a reason. */
import { expect, test } from "vitest";
import { tripSaga } from "../../machines/trip/index.ts";
import type { Move } from "../../src/check/check.ts";
import { openSqlite } from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import { begin, moved, settledAt, settingOf } from "../../src/testing/position.ts";
import { crashEverywhere } from "../../src/testing/testing.ts";
import type { Path, PathStep } from "../../src/testing/testing.ts";
import { tripSamples as samples } from "../check/samples.ts";
import { bound } from "./bound.ts";

/** A path of moves, and where the chart says it goes. */
function pathOf(moves: readonly Move[]): Path {
  const setting = settingOf(tripSaga, samples);
  let position = begin(setting);
  const start = settledAt(setting, position);
  const steps = moves.map((move): PathStep => {
    const next = moved(setting, position, move);
    if (next === null) throw new Error(`${JSON.stringify(move)} cannot happen`);
    position = next;
    return { move, settled: settledAt(setting, position) };
  });
  return { name: "a trip", start, steps };
}

const carBackoff =
  "xstate.after.carBackoff.trip.compensating.cancellingBookings.car.backingOff" as const;

// What becomes of the car is lost with a process that dies before it is told: its undo waits for a second, and the
// hotel's backoff is over before the car's.
const path = pathOf([
  { kind: "settle", activityId: "bookHotel", outcome: "ok" },
  { kind: "settle", activityId: "bookFlight", outcome: "rejected" },
  { kind: "settleLate", activityId: "bookCar", outcome: "ok" },
  { kind: "settle", activityId: "cancelHotel", outcome: "lostReply" },
  { kind: "settle", activityId: "cancelCar", outcome: "lostReply" },
  { kind: "fire", event: carBackoff },
  { kind: "settle", activityId: "cancelCar", outcome: "lostReply" },
]);

test("an undo that waits for what was lost has timers of other regions fire before its own", async () => {
  const { parted, made } = await crashEverywhere(tripSaga, path, { samples });

  expect(parted).toBeGreaterThan(0);
  expect(parted).toBeLessThan(made);
});

test("whatever waits, timers that are lost are missed", async () => {
  let opened = 0;
  const open = (file: string): Store => {
    const store = openSqlite(file);
    opened += 1;
    // The file without rows is opened first, then by the process that dies.
    return opened <= 2 ? store : { ...bound(store), findTimers: () => Promise.resolve([]) };
  };

  await expect(crashEverywhere(tripSaga, path, { samples, open })).rejects.toThrow("with a crash");
});
