/** The leases of attempts under way: one timer prolongs all of them, and none runs while there is nothing to prolong. */
import type { Cancel } from "../../clock.ts";
import type { EffectRef } from "../../store/store.ts";
import type { Attempt } from "./attempt.ts";
import type { WorkerOptions } from "./worker.ts";

type LeasesOptions = Pick<WorkerOptions, "store" | "clock" | "telemetry" | "leaseMs" | "gate">;

export class Leases {
  readonly #options: LeasesOptions;
  readonly #attempts: ReadonlyMap<string, Attempt>;
  #sweep: Cancel | null = null;

  constructor(options: LeasesOptions, attempts: ReadonlyMap<string, Attempt>) {
    this.#options = options;
    this.#attempts = attempts;
  }

  watch(): void {
    this.#sweep ??= this.#options.clock.schedule(this.#options.leaseMs / 3, () => {
      this.#sweep = null;
      void this.#extend();
    });
  }

  stop(): void {
    this.#sweep?.();
    this.#sweep = null;
  }

  async #extend(): Promise<void> {
    const { clock, leaseMs, store, telemetry, gate } = this.#options;
    const nowMs = clock.now();
    const due = [...this.#attempts.values()].filter(
      (attempt) => !isLeft(attempt) && attempt.leaseUntilMs - nowMs < leaseMs * 0.7,
    );
    this.watch();
    if (due.length === 0 || gate.shut !== null) return;
    const leaseUntilMs = nowMs + leaseMs;
    try {
      const refs = due.map(({ key, effect }) => ({ ...key, ...refOf(effect) }));
      await store.extendLeases(refs, leaseUntilMs);
      for (const attempt of due) attempt.leaseUntilMs = leaseUntilMs;
    } catch (error) {
      // The attempts run on; the next sweep tries again, well before the leases lapse.
      for (const { key } of due.slice(0, 1)) {
        telemetry({ kind: "undelivered", ...key, what: "lease", error, retryInMs: leaseMs / 3 });
      }
    }
  }
}

/** Its lease is to end. */
function isLeft({ status }: Attempt): boolean {
  return status === "abandoned" || status === "deaf";
}

const refOf = ({ activityId, generation }: EffectRef): EffectRef => ({ activityId, generation });
