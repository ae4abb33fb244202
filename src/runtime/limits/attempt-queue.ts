/**
 * The attempts that wait for the room of their key, as the limits of their sagas say. Each is begun in its turn
 * when there is a place for it; one that is let go of before was never begun.
 */
import type { Clock } from "../../clock.ts";
import { decode } from "../../saga/codec.ts";
import { Alarm } from "./alarm.ts";
import { factsOf } from "../attempts/attempt.ts";
import type { Attempt } from "../attempts/attempt.ts";
import { KeyLimits, toKeyLimit } from "./key-limits.ts";
import type { Telemetry } from "../telemetry.ts";

export interface AttemptQueueOptions {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Whether one more attempt may run. */
  readonly hasPlace: () => boolean;
  readonly begin: (attempt: Attempt) => void;
}

/** Attempts that wait in memory, their rows leased; beyond that they stay in the outbox, and so does all that is younger. */
export const WAITING_ATTEMPTS_MAX = 10_000;

export class AttemptQueue {
  readonly #options: AttemptQueueOptions;
  readonly #limits = new KeyLimits<Attempt>();
  readonly #alarm: Alarm;
  #open = true;

  constructor(options: AttemptQueueOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock, () => this.serve());
  }

  get waiting(): number {
    return this.#limits.waiting;
  }

  get isFull(): boolean {
    return this.#limits.waiting >= WAITING_ATTEMPTS_MAX;
  }

  /** The attempt begins at once if its activity has no limit or its key has room, else in its turn. */
  add(attempt: Attempt): void {
    const { saga } = attempt.chart;
    const limit = saga.limits.activities[attempt.effect.src];
    if (limit === undefined) {
      this.#options.begin(attempt);
      return;
    }
    let key: unknown;
    try {
      key = limit.key({ input: decode(attempt.effect.input) as never });
    } catch (error) {
      this.#refuse(attempt, error);
      return;
    }
    if (typeof key !== "string") {
      this.#refuse(attempt, new Error(`limits give the key ${String(key)}; give a text`));
      return;
    }
    attempt.status = "waiting";
    this.#limits.add(`${saga.name}/${attempt.effect.src}/${key}`, toKeyLimit(limit), attempt);
    attempt.limitKey = key;
    this.serve();
    if (this.#limits.waitsFor(attempt) === null) return;
    this.#options.telemetry({ kind: "waiting", ...factsOf(attempt), limitKey: key });
  }

  /** The attempt is over, or let go of. */
  release(attempt: Attempt): void {
    this.#limits.release(attempt);
  }

  /** Begins all whose turn has come. */
  serve(): void {
    if (this.#limits.size === 0 && !this.#alarm.isSet) return;
    const { clock, hasPlace, begin } = this.#options;
    while (this.#open && hasPlace()) {
      const attempt = this.#limits.next(clock.monotonic());
      if (attempt === null) break;
      begin(attempt);
    }
    this.#sleep();
  }

  close(): void {
    this.#open = false;
    this.#alarm.set(null);
  }

  // A key that cannot be told is the saga's fault, like an activity that throws: its chart hears of it.
  #refuse(attempt: Attempt, error: unknown): void {
    attempt.keyError = error;
    this.#options.begin(attempt);
  }

  // Room that is released is served at once; a rate is the only thing that time alone gives back.
  #sleep(): void {
    this.#alarm.set(this.#open && this.#options.hasPlace() ? this.#limits.wakeAtMs() : null);
  }
}
