/**
 * The clock port: time and turns of the event loop, as the runtime asks for them.
 *
 * Only `systemClock` touches `Date`, `performance` and Node's timers; a test moves its own clock by
 * hand, and a simulation may order everything by a seed.
 */

/** Takes back what was scheduled; harmless after it ran. */
export type Cancel = () => void;

export interface Clock {
  /** Wall time, ms since the Unix epoch. May jump; due times and leases are compared with it. */
  now(): number;
  /** Time that never goes back, ms from any origin. Durations are measured with it. */
  monotonic(): number;
  /** Calls `callback` once after at least `delayMs`. */
  schedule(delayMs: number, callback: () => void): Cancel;
  /**
   * Whether nothing moves `now` but what was scheduled. Otherwise it may be set, and stands still while a machine sleeps:
   * then whoever waits long looks again in between. Default: false.
   */
  readonly isSteady?: boolean;
  /** Calls `callback` at the end of this turn of the event loop, after all input that is ready. */
  endOfTurn(callback: () => void): void;
}

// Node's timers wrap above this delay and would fire at once.
const DELAY_MS_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), DELAY_MS_MAX));
    return () => clearTimeout(timer);
  },
  endOfTurn(callback) {
    setImmediate(callback);
  },
};
