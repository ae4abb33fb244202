import { describe, expect, test } from "vitest";
import { CATCH_UP_MAX, planDue } from "../../src/runtime/schedules/schedule-plan.ts";
import type { DueFacts } from "../../src/runtime/schedules/schedule-plan.ts";
import { toTiming } from "../../src/runtime/schedules/schedule-timing.ts";

// Due at 10, 20, 30 … minutes.
const MINUTE = 60_000;
const every10 = toTiming({ everyMs: 10 * MINUTE }, 0);

/** A due time at minute 10 that is dealt with at once; times in minutes. */
function planAt(over: Partial<Record<"due" | "now" | "opened", number>> & Partial<DueFacts> = {}) {
  const { due = 10, now = due, opened = 0, ...facts } = over;
  const plan = planDue(every10, {
    dueAtMs: due * MINUTE,
    nowMs: now * MINUTE,
    openedAtMs: opened * MINUTE,
    catchUp: "one",
    overlap: "skip",
    isLastRunning: false,
    isStarted: false,
    ...facts,
  });
  const minutes = (at: number | null): number | null => at && at / MINUTE;
  return {
    due: minutes(plan.dueAtMs),
    verdict: plan.verdict,
    passed: plan.passedOver && [minutes(plan.passedOver.firstMs), minutes(plan.passedOver.lastMs)],
    next: minutes(plan.nextDueAtMs),
  };
}

test("a due time in time is started for, and the next one follows it", () => {
  expect(planAt()).toEqual({ due: 10, verdict: "start", passed: null, next: 20 });
});

test("a due time that is dealt with late does not move the next one", () => {
  expect(planAt({ now: 19.9 })).toEqual({ due: 10, verdict: "start", passed: null, next: 20 });
});

test("a clock that was set back starts what was due", () => {
  expect(planAt({ now: 9 })).toEqual({ due: 10, verdict: "start", passed: null, next: 20 });
});

describe("overlap", () => {
  test.each([
    ["skip", true, "overlapped"],
    ["skip", false, "start"],
    ["allow", true, "start"],
    ["allow", false, "start"],
  ] as const)("%s, while the last one runs: %s → %s", (overlap, isLastRunning, verdict) => {
    expect(planAt({ overlap, isLastRunning })).toEqual({
      due: 10,
      verdict,
      passed: null,
      next: 20,
    });
  });
});

describe("catch up", () => {
  // Down from minute 5 to minute 45: missed are 10, 20, 30 and 40.
  const down = { now: 45, opened: 45 };

  test("one starts the latest of the missed", () => {
    expect(planAt({ ...down, catchUp: "one" })).toEqual({
      due: 40,
      verdict: "start",
      passed: [10, 30],
      next: 50,
    });
  });

  test("none starts nothing", () => {
    expect(planAt({ ...down, catchUp: "none" })).toEqual({
      due: 40,
      verdict: "missed",
      passed: [10, 30],
      next: 50,
    });
  });

  test("all starts one after the other", () => {
    const first = planAt({ ...down, catchUp: "all" });
    const last = planAt({ ...down, due: 40, catchUp: "all" });

    expect(first).toEqual({ due: 10, verdict: "start", passed: null, next: 20 });
    expect(last).toEqual({ due: 40, verdict: "start", passed: null, next: 50 });
  });

  test("all is bounded: those before the last so many are passed over", () => {
    const now = 10 * (CATCH_UP_MAX + 3);

    expect(planAt({ now, opened: now, catchUp: "all" })).toEqual({
      due: 40,
      verdict: "start",
      passed: [10, 30],
      next: 50,
    });
  });

  test("one, of the only one that was missed, starts it", () => {
    expect(planAt({ now: 15, opened: 15, catchUp: "one" })).toMatchObject({
      due: 10,
      verdict: "start",
      passed: null,
    });
  });

  test("a machine that slept misses all but the latest: none starts that one", () => {
    expect(planAt({ now: 45, opened: 0, catchUp: "none" })).toEqual({
      due: 40,
      verdict: "start",
      passed: [10, 30],
      next: 50,
    });
  });

  test.each(["one", "all"] as const)("%s does not start while the last one runs", (catchUp) => {
    expect(planAt({ ...down, catchUp, isLastRunning: true }).verdict).toBe("overlapped");
  });

  test("none says missed, not overlapped", () => {
    expect(planAt({ ...down, catchUp: "none", isLastRunning: true }).verdict).toBe("missed");
  });

  test.each(["one", "all", "none"] as const)(
    "%s: a due time that an earlier process started for is not passed over",
    (catchUp) => {
      expect(planAt({ ...down, catchUp, isStarted: true, isLastRunning: true })).toEqual({
        due: 10,
        verdict: "start",
        passed: null,
        next: 20,
      });
    },
  );
});

test("a schedule that has no due time any more has no next one", () => {
  const once = { next: (afterMs: number) => (afterMs < 10 ? 10 : null) };
  const facts = { openedAtMs: 0, catchUp: "one", overlap: "skip" } as const;
  const plan = planDue(once, {
    ...facts,
    dueAtMs: 10,
    nowMs: 10,
    isLastRunning: false,
    isStarted: false,
  });

  expect(plan).toMatchObject({ verdict: "start", nextDueAtMs: null });
});

test("through the night when clocks are put back, each due time comes once and in order", () => {
  const timing = toTiming({ cron: "0 */2 * * *", timeZone: "Europe/Berlin" }, 0);
  let dueAtMs = Date.parse("2026-10-24T22:00:00Z");
  const seen: string[] = [];
  for (let count = 0; count < 6; count += 1) {
    const facts = { openedAtMs: 0, catchUp: "one", overlap: "skip" } as const;
    const flags = { isLastRunning: false, isStarted: false };
    const plan = planDue(timing, { ...facts, ...flags, dueAtMs, nowMs: dueAtMs });
    seen.push(new Date(plan.dueAtMs).toISOString().slice(5, 16));
    dueAtMs = plan.nextDueAtMs ?? Number.NaN;
  }

  expect(new Set(seen).size).toBe(6);
  expect(seen).toEqual(seen.toSorted());
});
