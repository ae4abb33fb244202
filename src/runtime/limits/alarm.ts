/** An alarm: calls once when a time of the monotonic clock has come. Set again, it forgets the time before. */
import type { Cancel, Clock } from "../../clock.ts";

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #atMs: number | null = null;
  #cancel: Cancel | null = null;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  get isSet(): boolean {
    return this.#atMs !== null;
  }

  /** Null: it stays silent. Node's timers may fire a little early; whoever it calls looks at the time again. */
  set(atMs: number | null): void {
    if (atMs === this.#atMs) return;
    this.#cancel?.();
    this.#cancel = null;
    this.#atMs = atMs;
    if (atMs === null) return;
    const delayMs = Math.max(1, Math.ceil(atMs - this.#clock.monotonic()));
    this.#cancel = this.#clock.schedule(delayMs, () => {
      this.#atMs = null;
      this.#cancel = null;
      this.#ring();
    });
  }
}
