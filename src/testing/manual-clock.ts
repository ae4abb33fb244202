/**
 * A clock moved by hand, for tests: time stands still until the test says otherwise, and then everything that
 * is due happens in the order of its due times.
 */
import type { Cancel, Clock } from "../clock.ts";

interface Scheduled {
  readonly atMs: number;
  readonly callback: () => void;
}

export class ManualClock implements Clock {
  readonly isSteady = true;
  #nowMs: number;
  readonly #scheduled = new Set<Scheduled>();
  #turns = 0;

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  /** How many callbacks wait for their time. */
  get pending(): number {
    return this.#scheduled.size;
  }

  /** When callbacks that wait are due, in order. */
  get dueTimes(): readonly number[] {
    return [...this.#scheduled].map(({ atMs }) => atMs).toSorted((a, b) => a - b);
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    const scheduled = { atMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#scheduled.add(scheduled);
    return () => this.#scheduled.delete(scheduled);
  }

  endOfTurn(callback: () => void): void {
    this.#turns += 1;
    setImmediate(() => {
      this.#turns -= 1;
      callback();
    });
  }

  /** Moves time on, and lets all that follows from each due callback happen before the next. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs;
    await this.quiet();
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#scheduled.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
      await this.quiet();
    }
    this.#nowMs = untilMs;
  }

  /** Resolves when nothing is left to do at this time. Work that waits for the outside is not waited for. */
  async quiet(): Promise<void> {
    // A turn with nothing asked for may still lie between two that have: a commit is answered, then acted upon.
    for (let idle = 0; idle < 3;) {
      await new Promise((resolve) => setImmediate(resolve));
      idle = this.#turns === 0 ? idle + 1 : 0;
    }
  }

  #next(untilMs: number): Scheduled | undefined {
    let next: Scheduled | undefined;
    for (const scheduled of this.#scheduled) {
      if (scheduled.atMs <= untilMs && (next === undefined || scheduled.atMs < next.atMs)) {
        next = scheduled;
      }
    }
    return next;
  }
}
