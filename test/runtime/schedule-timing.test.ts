import { expect, onTestFinished, test, vi } from "vitest";
import { lastDueTimes } from "../../src/runtime/schedules/schedule-plan.ts";
import {
  CRON_LENGTH_MAX,
  EVERY_MS_MAX,
  EVERY_MS_MIN,
  toTiming,
} from "../../src/runtime/schedules/schedule-timing.ts";
import type { CronTiming, IntervalTiming } from "../../src/runtime/schedules/schedule-timing.ts";

const ms = (iso: string): number => Date.parse(iso);
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** The due times after a time, as ISO texts. */
function dueTimes(timing: CronTiming | IntervalTiming, after: string, count: number, origin = 0) {
  const { next } = toTiming(timing, origin);
  const found: (string | null)[] = [];
  for (let at: number | null = ms(after); at !== null && found.length < count;) {
    at = next(at);
    found.push(iso(at));
  }
  return found;
}

const berlin = (cron: string): CronTiming => ({ cron, timeZone: "Europe/Berlin" });
const utc = (cron: string): CronTiming => ({ cron, timeZone: "UTC" });

test.each([
  ["every quarter", utc("*/15 * * * *"), "2026-01-01T00:00:00Z", "2026-01-01T00:15:00.000Z"],
  [
    "a due time itself is not after itself",
    utc("0 * * * *"),
    "2026-01-01T01:00:00Z",
    "2026-01-01T02:00:00.000Z",
  ],
  ["one ms before", utc("0 * * * *"), "2026-01-01T00:59:59.999Z", "2026-01-01T01:00:00.000Z"],
  ["with seconds", utc("*/10 * * * * *"), "2026-01-01T00:00:05Z", "2026-01-01T00:00:10.000Z"],
  ["a nickname", utc("@daily"), "2026-01-01T12:00:00Z", "2026-01-02T00:00:00.000Z"],
  ["the last day of a month", utc("0 9 L * *"), "2026-02-01T00:00:00Z", "2026-02-28T09:00:00.000Z"],
  ["a leap day", utc("0 0 29 2 *"), "2026-01-01T00:00:00Z", "2028-02-29T00:00:00.000Z"],
  ["the leap day after one", utc("0 0 29 2 *"), "2028-02-29T00:00:00Z", "2032-02-29T00:00:00.000Z"],
  ["no 31st of April", utc("0 0 31 4,5 *"), "2026-04-01T00:00:00Z", "2026-05-31T00:00:00.000Z"],
  ["winter in Berlin", berlin("0 8 * * *"), "2026-01-01T12:00:00Z", "2026-01-02T07:00:00.000Z"],
  ["summer in Berlin", berlin("0 8 * * *"), "2026-07-01T12:00:00Z", "2026-07-02T06:00:00.000Z"],
  ["long ago", utc("@daily"), "1999-01-01T00:00:00Z", "1999-01-02T00:00:00.000Z"],
] as const)("cron, %s: %o after %s is due at %s", (_, timing, after, due) => {
  expect(dueTimes(timing, after, 1)).toEqual([due]);
});

// Clocks in Berlin: 29 March 2026 from 02:00 to 03:00 (01:00 UTC), 25 October 2026 from 03:00 to 02:00 (01:00 UTC).
test("a fixed time that is left out when clocks are put forward is due right after it", () => {
  expect(dueTimes(berlin("30 2 * * *"), "2026-03-27T12:00:00Z", 3)).toEqual([
    "2026-03-28T01:30:00.000Z",
    "2026-03-29T01:00:00.000Z",
    "2026-03-30T00:30:00.000Z",
  ]);
});

test("a fixed time that comes twice when clocks are put back is due once", () => {
  expect(dueTimes(berlin("30 2 * * *"), "2026-10-24T12:00:00Z", 3)).toEqual([
    "2026-10-25T00:30:00.000Z",
    "2026-10-26T01:30:00.000Z",
    "2026-10-27T01:30:00.000Z",
  ]);
});

test.each(["2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z"])(
  "what repeats is due by elapsed time through the change of clocks after %s",
  (after) => {
    const expected = [1, 2, 3, 4, 5, 6].map((count) => iso(ms(after) + count * 1_800_000));

    expect(dueTimes(berlin("*/30 * * * *"), after, 6)).toEqual(expected);
  },
);

test("an interval counts from its origin, and never drifts", () => {
  const timing = { everyMs: 7_000 };

  expect(dueTimes(timing, "1970-01-01T00:00:00.000Z", 2)).toEqual([
    "1970-01-01T00:00:07.000Z",
    "1970-01-01T00:00:14.000Z",
  ]);
  expect(dueTimes(timing, "1970-01-01T00:00:13.999Z", 1)).toEqual(["1970-01-01T00:00:14.000Z"]);
  expect(dueTimes(timing, "1970-01-01T00:00:20.500Z", 1)).toEqual(["1970-01-01T00:00:21.000Z"]);
  // A clock that was set back finds no due time before the first.
  expect(dueTimes(timing, "1969-12-31T23:00:00.000Z", 1)).toEqual(["1970-01-01T00:00:07.000Z"]);
});

test("what the machine's own clock says does not matter", () => {
  const before = dueTimes(berlin("30 2 * * *"), "2026-03-27T12:00:00Z", 3);
  vi.useFakeTimers({ now: ms("2031-01-01T00:00:00Z"), toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());

  expect(dueTimes(berlin("30 2 * * *"), "2026-03-27T12:00:00Z", 3)).toEqual(before);
});

test.each([
  [utc("* * * *"), "is not valid"],
  [utc("60 * * * *"), "is not valid"],
  [utc("* * * * * * *"), "is not valid"],
  [utc("every day"), "is not valid"],
  [utc("@reboot"), "is not valid"],
  [utc(""), "is not valid"],
  [utc("2026-01-01T00:00:00"), "is a date"],
  [utc(`0 0 1 1 ${"1,".repeat(CRON_LENGTH_MAX)}1`), "longer than 256 characters"],
  [{ cron: "0 0 * * *", timeZone: "Mars/Olympus" }, "is no name of the IANA"],
  [{ cron: "0 0 * * *", timeZone: "" }, "is no name of the IANA"],
  [{ cron: "0 0 * * *", timeZone: "+02:00" }, "is no name of the IANA"],
  [{ everyMs: EVERY_MS_MIN - 1 }, "from 1000 to"],
  [{ everyMs: EVERY_MS_MAX + 1 }, "from 1000 to"],
  [{ everyMs: 1_500.5 }, "from 1000 to"],
  [{ everyMs: "5000" as unknown as number }, "from 1000 to"],
] as const)("%j is refused", (timing, reason) => {
  expect(() => toTiming(timing, 0)).toThrow(
    expect.objectContaining({
      code: "SAGA_SCHEDULE_INVALID",
      message: expect.stringContaining(reason),
    }),
  );
});

test("a cron that never comes due has no next time", () => {
  expect(dueTimes(utc("0 0 30 2 *"), "2026-01-01T00:00:00Z", 1)).toEqual([null]);
});

test.each([
  [berlin("30 2 * * *"), "2026-03-20T01:30:00Z", "2026-04-02T00:00:00Z"],
  [berlin("*/30 1-3 * * *"), "2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z"],
  [utc("0 0 29 2 *"), "2000-02-29T00:00:00Z", "2026-01-01T00:00:00Z"],
  [utc("* * * * *"), "2026-01-01T00:00:00Z", "2026-01-01T03:00:00Z"],
  [utc("*/5 * 3 * * *"), "2026-01-01T03:00:00Z", "2026-01-02T02:00:00Z"],
  [{ everyMs: 90_000 }, "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"],
] as const)("the last due times of %j are the end of all of them", (timing, from, to) => {
  const { next } = toTiming(timing, ms("2026-01-01T00:00:00Z"));
  const all: number[] = [ms(from)];
  for (let at = next(ms(from)); at !== null && at <= ms(to); at = next(at)) all.push(at);

  for (const max of [1, 2, 3, 100, 10_000]) {
    const range = { fromMs: ms(from), toMs: ms(to), max };
    expect(lastDueTimes({ next }, range)).toEqual(all.slice(-max));
  }
});

test("the last due time of ten missed years of minutes is found by a few questions", () => {
  const { next } = toTiming(utc("* * * * *"), 0);
  let questions = 0;
  const counted = {
    next: (afterMs: number) => {
      questions += 1;
      return next(afterMs);
    },
  };
  const range = { fromMs: ms("2016-01-01T00:00:00Z"), toMs: ms("2026-01-01T00:00:30Z"), max: 1 };

  expect(lastDueTimes(counted, range).map(iso)).toEqual(["2026-01-01T00:00:00.000Z"]);
  expect(questions).toBeLessThan(20);
});
