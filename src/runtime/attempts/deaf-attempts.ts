/**
 * Deaf attempts: their chart has left them, they were aborted, their lease is over, and they run on, since their activity
 * does not listen to its signal. Nobody waits for them any more, so they give back their places; but they are
 * counted, as each keeps what it holds until it settles, which may be never.
 */
import type { StoreRemark } from "../../store/store.ts";
import { factsOf } from "./attempt.ts";
import type { Attempt } from "./attempt.ts";
import type { Telemetry } from "../telemetry.ts";

export class DeafAttempts {
  readonly #telemetry: Telemetry;
  readonly #max: number;
  readonly #attempts = new Set<Attempt>();

  /** Beyond `max` they keep their places, so that what never settles cannot fill the memory. */
  constructor(telemetry: Telemetry, max: number) {
    this.#telemetry = telemetry;
    this.#max = max;
  }

  get size(): number {
    return this.#attempts.size;
  }

  /** An abandoned attempt whose lease is over. */
  add(attempt: Attempt): void {
    if (this.size >= this.#max) return;
    attempt.status = "deaf";
    this.#attempts.add(attempt);
    this.#telemetry({ kind: "deaf", ...factsOf(attempt) });
  }

  /** It has settled after all, or the process ends. */
  delete(attempt: Attempt): void {
    this.#attempts.delete(attempt);
  }

  /** For readiness. */
  remarks(): readonly StoreRemark[] {
    const count = this.size;
    if (count === 0) return [];
    const names = new Set(
      [...this.#attempts].map(({ key, effect }) => `${key.saga}.${effect.src}`),
    );
    const text = `${count} attempts run on though they were aborted and their lease is over; let these activities listen to their signal: ${[...names].join(", ")}`;
    return [{ code: "attempts-deaf", text, count }];
  }
}
