/** Pauses: deliveries that wait for a time, or for something to happen to their instance. */
import type { Cancel, Clock } from "../clock.ts";
import type { InstanceKey } from "../store/store.ts";
import { addressOf } from "./instance.ts";

export class Pauses {
  readonly #clock: Clock;
  readonly #pausing = new Map<string, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when this instance, or all, are woken, or after `delayMs`; null: not by itself. */
  pause(key: InstanceKey, delayMs: number | null): Promise<void> {
    const address = addressOf(key);
    const pausing = this.#pausing.get(address) ?? new Set();
    this.#pausing.set(address, pausing);
    return new Promise((resolve) => {
      let cancel: Cancel | null = null;
      const resume = (): void => {
        cancel?.();
        pausing.delete(resume);
        if (pausing.size === 0 && this.#pausing.get(address) === pausing) {
          this.#pausing.delete(address);
        }
        resolve();
      };
      pausing.add(resume);
      if (delayMs !== null) cancel = this.#clock.schedule(delayMs, resume);
    });
  }

  /** Ends the pauses of one instance. */
  wake(key: InstanceKey): void {
    for (const resume of this.#pausing.get(addressOf(key)) ?? []) resume();
  }

  wakeAll(): void {
    for (const pausing of this.#pausing.values()) for (const resume of pausing) resume();
  }
}
