import { expect, test } from "vitest";
import { LAG_MS_MAX, LAG_TOLD_MS, LoopLag } from "../src/loop-lag.ts";
import { ManualClock } from "../src/testing/manual-clock.ts";

/** A clock whose callbacks come late by as much as the test says, as they do when somebody computes. */
class LateClock extends ManualClock {
  lateMs = 0;

  override monotonic(): number {
    return super.monotonic() + this.lateMs;
  }
}

function watched() {
  const clock = new LateClock();
  const stalls: number[] = [];
  const lag = new LoopLag({ clock, onStalled: (lagMs) => stalls.push(lagMs) });
  lag.start();
  return { clock, stalls, lag };
}

test("a loop that turns in time has no stall", async () => {
  const { clock, stalls, lag } = watched();

  await clock.advance(60_000);
  clock.lateMs += LAG_MS_MAX;
  await clock.advance(60_000);

  expect([lag.stallMs(), stalls]).toEqual([null, []]);
});

test("a stall is told at once when it is asked for, once when it is over, and not any more a little later", async () => {
  const { clock, stalls, lag } = watched();
  await clock.advance(1_000);

  clock.lateMs += 2_000 + 250;
  const during = lag.stallMs();
  await clock.advance(250);
  const after = lag.stallMs();
  await clock.advance(LAG_TOLD_MS + 250);

  expect([during, after, lag.stallMs()]).toEqual([2_000, 2_250, null]);
  expect(stalls).toEqual([2_250]);
});

test("nothing is looked at after the stop", async () => {
  const { clock, lag } = watched();

  lag.stop();

  expect(clock.pending).toBe(0);
});
