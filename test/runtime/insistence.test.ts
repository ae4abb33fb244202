import { expect, test } from "vitest";
import { Insistence } from "../../src/runtime/insistence.ts";
import { Pauses } from "../../src/runtime/pauses.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";

/** A delivery that is never taken, and how often it was tried. */
function insisting() {
  const clock = new ManualClock(0);
  const gate = { shut: null, opened: () => Promise.resolve() };
  const pauses = new Pauses(clock);
  const insistence = new Insistence({ clock, telemetry: () => {}, pauses, gate });
  const tries: number[] = [];
  const delivery = {
    key: { saga: "order", instanceId: "o-1" },
    what: "outcome",
    isKept: false,
    deliver: () => {
      tries.push(clock.now());
      return Promise.reject(new Error("not now"));
    },
  };
  return { clock, insistence, tries, begin: () => insistence.on(delivery) };
}

test("what was not taken is tried after 500 ms, and after twice as long each time", async () => {
  const { clock, tries, begin } = insisting();
  void begin();

  await clock.advance(4_000);

  expect(tries).toEqual([0, 500, 1_500, 3_500]);
});

test("whoever waits to try again when the runtime closes tries no more", async () => {
  const { clock, insistence, tries, begin } = insisting();
  const end = begin();
  await clock.advance(600);

  insistence.stop();

  expect(await end).toBe("closed");
  expect(tries).toEqual([0, 500]);
});

test("what comes after the runtime has closed is not tried at all", async () => {
  const { insistence, tries, begin } = insisting();
  insistence.stop();

  expect(await begin()).toBe("closed");
  expect(tries).toEqual([]);
});
