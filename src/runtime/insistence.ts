/**
 * Insistence: what comes from inside is brought to its instance again and again until it is taken or of no use
 * any more, or the runtime closes. Nobody waits for an answer who could do it instead.
 */
import type { Clock } from "../clock.ts";
import type { InstanceKey } from "../store/store.ts";
import type { Taken } from "./mover.ts";
import { isHeld } from "./decisions/operate.ts";
import type { Pauses } from "./pauses.ts";
import { isPassing } from "./gate/store-gate.ts";
import type { StoreGate } from "./gate/store-gate.ts";
import type { Telemetry } from "./telemetry.ts";

const RETRY_MS = { first: 500, max: 60_000 } as const;

export interface Insisted {
  /** Whose delivery it is. */
  readonly key: InstanceKey;
  /** What telemetry calls it. */
  readonly what: string;
  /** Whether a table has it, so that it need not be kept in memory while the instance is suspended. */
  readonly isKept: boolean;
  readonly deliver: () => Promise<Taken>;
  /** Whether its time has come. A clock that is set back while it cannot be delivered takes that away again. */
  readonly isDue?: (() => boolean) | undefined;
  /** Called once, when it was tried for the first time, whatever came of it. */
  readonly onTried?: (() => void) | undefined;
}

/**
 * `held`: the instance is suspended, and whoever resumes it has to begin again; `early`: its time has not come any more;
 * `closed`: the runtime closes.
 */
export type Insistent = "done" | "held" | "early" | "closed";

export class Insistence {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #pauses: Pauses;
  readonly #gate: Pick<StoreGate, "shut" | "opened">;
  #open = true;

  constructor(options: {
    clock: Clock;
    telemetry: Telemetry;
    pauses: Pauses;
    gate: Pick<StoreGate, "shut" | "opened">;
  }) {
    this.#gate = options.gate;
    this.#clock = options.clock;
    this.#telemetry = options.telemetry;
    this.#pauses = options.pauses;
  }

  // Not by a function that awaits: there is one for each result of each activity, and nearly all are taken at once.
  on(insisted: Insisted): Promise<Insistent> {
    return this.#try(insisted).then((why) =>
      typeof why === "string" ? why : this.#again(insisted, why.error),
    );
  }

  async #again(insisted: Insisted, first: unknown): Promise<Insistent> {
    let error = first;
    for (let retryInMs: number = RETRY_MS.first; this.#open;) {
      // No fault of the delivery: it is tried again when the gate opens, which tells of it once for all.
      if (this.#gate.shut === null || !isPassing(error)) {
        insisted.onTried?.();
        const isHeldStill = isHeld(error);
        if (isHeldStill && insisted.isKept) return "held";
        await this.#pause(insisted, error, isHeldStill ? null : retryInMs);
        if (!isHeldStill) retryInMs = next(retryInMs);
      }
      const why = await this.#try(insisted);
      if (typeof why === "string") return why;
      error = why.error;
    }
    return "closed";
  }

  /** `retryInMs`: null until its instance is woken. */
  #pause({ key, what }: Insisted, error: unknown, retryInMs: number | null): Promise<void> {
    if (retryInMs !== null) {
      this.#telemetry({ kind: "undelivered", ...key, what, error, retryInMs });
    }
    return this.#pauses.pause(key, retryInMs);
  }

  #try(insisted: Insisted): Promise<Try> {
    if (!this.#open) return Promise.resolve("closed");
    // Nothing is begun whose result could not be kept.
    return this.#gate.shut === null
      ? tryOnce(insisted)
      : this.#gate.opened().then(() => tryOnce(insisted));
  }

  /** Tries `work` again a little later, if it fails, until the runtime closes. */
  async until(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#open) return;
      this.#telemetry({ kind: "unclaimed", error, retryInMs: FIND_RETRY_MS });
      this.#clock.schedule(FIND_RETRY_MS, () => void this.until(work));
    }
  }

  get isOpen(): boolean {
    return this.#open;
  }

  stop(): void {
    this.#open = false;
    this.#pauses.wakeAll();
  }
}

const FIND_RETRY_MS = 1_000;

/** How it ended; if it was not taken, why not, if there is an error. */
type Try = "done" | "early" | "closed" | { readonly error: unknown };

function tryOnce({ deliver, isDue }: Insisted): Promise<Try> {
  if (isDue !== undefined && !isDue()) return Promise.resolve("early");
  return deliver().then(
    (taken) => {
      if (taken === "faulted") return { error: null };
      return taken === "early" ? taken : "done";
    },
    (error: unknown) => ({ error }),
  );
}

function next(retryInMs: number): number {
  return Math.min(2 * retryInMs, RETRY_MS.max);
}
