/**
 * The lag of the event loop: how late a callback comes that was asked for, which is how long everybody else waits.
 * A guard, an assign or a synchronous activity that computes for seconds stops all instances and all requests.
 */
import type { Cancel, Clock } from "./clock.ts";

/** Between two looks. */
const TICK_MS = 250;
/** From here on requests are answered too late to be sent here. */
export const LAG_MS_MAX = 1_000;
/** How long a stall is told after its end: during it nobody can be told anything. */
export const LAG_TOLD_MS = 5_000;

export interface LoopLagOptions {
  readonly clock: Clock;
  /** Called once for each stall, when it is over. */
  readonly onStalled: (lagMs: number) => void;
}

export class LoopLag {
  readonly #options: LoopLagOptions;
  #cancel: Cancel | null = null;
  #tickedAt = 0;
  #stall: { readonly lagMs: number; readonly endedAt: number } | null = null;

  constructor(options: LoopLagOptions) {
    this.#options = options;
  }

  start(): void {
    this.#tickedAt = this.#options.clock.monotonic();
    this.#next();
  }

  stop(): void {
    this.#cancel?.();
  }

  /** The lag of a stall that is not over, or was a moment ago; null if the loop turns well. */
  stallMs(): number | null {
    const now = this.#options.clock.monotonic();
    // Asked before the callback that is late.
    const lagMs = now - this.#tickedAt - TICK_MS;
    if (lagMs > LAG_MS_MAX) return lagMs;
    if (this.#stall === null || now - this.#stall.endedAt > LAG_TOLD_MS) return null;
    return this.#stall.lagMs;
  }

  #next(): void {
    this.#cancel = this.#options.clock.schedule(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    const now = this.#options.clock.monotonic();
    const lagMs = now - this.#tickedAt - TICK_MS;
    this.#tickedAt = now;
    if (lagMs > LAG_MS_MAX) {
      this.#stall = { lagMs, endedAt: now };
      this.#options.onStalled(lagMs);
    }
    this.#next();
  }
}
