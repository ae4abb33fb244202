/** Timers fire in any order that their delays allow, and in no other. */
import { describe, expect, test } from "vitest";
import {
  change,
  firing,
  mayFire,
  NO_TIMERS,
  PARTS_OF_A_DELAY,
  patienceMs,
} from "../../src/check/zone.ts";
import type { TimerOrigin, Zone } from "../../src/check/zone.ts";

const inOneRegion = (): boolean => false;
const inTwoRegions = (): boolean => true;

function set(zone: Zone, ...timers: readonly TimerOrigin[]): Zone {
  return change(zone, timers, inOneRegion);
}

/** Which of the timers may fire first. */
function firstOf(zone: Zone): readonly number[] {
  return [...zone.leftMs.keys()].filter((index) => mayFire(zone, index));
}

describe("timers that are set together", () => {
  test("fire in the order of their delays", () => {
    const zone = set(NO_TIMERS, { setMs: 300 }, { setMs: 100 }, { setMs: 200 });

    expect(firstOf(zone)).toEqual([1]);
    const later = set(firing(zone, 1), { kept: 0 }, { kept: 2 });
    expect(firstOf(later)).toEqual([1]);
  });

  test("fire in any order if they are due at once", () => {
    expect(firstOf(set(NO_TIMERS, { setMs: 100 }, { setMs: 100 }))).toEqual([0, 1]);
  });
});

describe("a timer that is set later", () => {
  test("never fires before a shorter one that was set earlier", () => {
    const zone = set(set(NO_TIMERS, { setMs: 100 }), { kept: 0 }, { setMs: 200 });

    expect(firstOf(zone)).toEqual([0]);
  });

  test("may fire before a longer one, or after it, since time has passed in between", () => {
    const zone = set(set(NO_TIMERS, { setMs: 200 }), { kept: 0 }, { setMs: 100 });

    expect(firstOf(zone)).toEqual([0, 1]);
  });

  test("fires after one that was set at the same time as one that has fired since", () => {
    // 800 is due 700 after 100 fires, so before another 800.
    const both = set(NO_TIMERS, { setMs: 100 }, { setMs: 800 });
    const zone = set(firing(both, 0), { kept: 1 }, { setMs: 800 });

    expect(firstOf(zone)).toEqual([0]);
  });
});

test("a reminder that is set again and again comes to the end of an expiry", () => {
  let zone = set(NO_TIMERS, { setMs: 800 }, { setMs: 100 });
  let reminders = 0;
  while (mayFire(zone, 1) && reminders < 100) {
    reminders += 1;
    zone = set(firing(zone, 1), { kept: 0 }, { setMs: 100 });
  }

  expect(reminders).toBe(8);
});

test("it takes no longer than the shortest delay until something fires", () => {
  expect(patienceMs(set(NO_TIMERS, { setMs: 300 }, { setMs: 100 }))).toBe(100);
  expect(patienceMs(NO_TIMERS)).toBe(Number.POSITIVE_INFINITY);
});

test("the time left is counted in parts of the delay, and never taken for less", () => {
  const both = set(NO_TIMERS, { setMs: 1 }, { setMs: 800 });
  const zone = set(firing(both, 0), { kept: 1 });

  expect(zone.leftMs).toEqual([800]);
  const more = set(firing(set(NO_TIMERS, { setMs: 150 }, { setMs: 800 }), 0), { kept: 1 });
  expect(more.leftMs).toEqual([(800 / PARTS_OF_A_DELAY) * 7]);
});

describe("between regions that move side by side", () => {
  test("a timer that is surely due earlier still fires first", () => {
    const zone = change(NO_TIMERS, [{ setMs: 300 }, { setMs: 100 }], inTwoRegions);

    expect(firstOf(zone)).toEqual([1]);
  });

  test("the history of the others makes no zone of its own", () => {
    const together = change(NO_TIMERS, [{ setMs: 100 }, { setMs: 100 }], inTwoRegions);
    const first = change(NO_TIMERS, [{ setMs: 100 }], inTwoRegions);
    const later = change(first, [{ kept: 0 }, { setMs: 100 }], inTwoRegions);

    expect(later).toEqual(together);
  });
});
