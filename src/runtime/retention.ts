/**
 * Retention: instances that ended are deleted some time after it, with all that belongs to them. Little by little:
 * each transaction is short, and the pause after it is several times as long, so that whoever sends something meanwhile
 * does not notice. What a process did not come to is left to the next.
 */
import type { Cancel, Clock } from "../clock.ts";
import { SagaError } from "../errors.ts";
import type { EndedCursor, RetentionStore } from "../store/retention.ts";
import type { Instances } from "./instance.ts";
import type { Telemetry } from "./telemetry.ts";

/** Rows that one transaction deletes: a few ms. */
export const RETENTION_ROWS_MAX = 500;
/** How long ended instances are kept at least, ms: whoever waits for one must still find it. */
export const RETENTION_MS_MIN = 1_000;
/** Between two looks for what has come of age, at most; a fourth of the retention if that is less. */
const LOOK_MS = 60_000;
/** The pause after a transaction, in times that it took: deleting takes a fifth of the time at most. */
const PAUSES = 4;
const PAUSE_MS_MIN = 10;

export interface RetentionOptions {
  /** Null: ended instances are kept. */
  readonly retentionMs: number | null;
  readonly store: RetentionStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Those in memory. */
  readonly instances: Pick<Instances, "forget">;
}

export class Retention {
  readonly #options: RetentionOptions;
  #after: EndedCursor | null = null;
  /** What was deleted since the last look began. */
  #instances = 0;
  #rows = 0;
  #cancel: Cancel | null = null;
  #isOpen = true;

  /** @throws {SagaError} SAGA_REQUEST_INVALID if the retention is no time of at least `RETENTION_MS_MIN`. */
  constructor(options: RetentionOptions) {
    const { retentionMs } = options;
    if (retentionMs !== null && !(retentionMs >= RETENTION_MS_MIN)) {
      const text = `retentionMs is ${retentionMs}; give at least ${RETENTION_MS_MIN}, or null`;
      throw new SagaError("SAGA_REQUEST_INVALID", text);
    }
    this.#options = options;
  }

  /** The first look comes at once, but not in the way of the start. */
  begin(): void {
    if (this.#options.retentionMs !== null) this.#next(PAUSE_MS_MIN);
  }

  close(): void {
    this.#isOpen = false;
    this.#cancel?.();
  }

  #next(delayMs: number): void {
    if (!this.#isOpen) return;
    this.#cancel = this.#options.clock.schedule(delayMs, () => void this.#delete());
  }

  async #delete(): Promise<void> {
    const { clock, store, telemetry, instances } = this.#options;
    const retentionMs = Number(this.#options.retentionMs);
    const lookMs = Math.min(LOOK_MS, retentionMs / 4);
    const begunAt = clock.monotonic();
    try {
      const { deleted, rows, next } = await store.deleteEnded({
        beforeMs: clock.now() - retentionMs,
        rowsMax: RETENTION_ROWS_MAX,
        after: this.#after,
      });
      for (const key of deleted) instances.forget(key);
      this.#instances += deleted.length;
      this.#rows += rows;
      this.#after = next;
      if (next === null) this.#tell();
      const tookMs = clock.monotonic() - begunAt;
      this.#next(next === null ? lookMs : Math.max(PAUSE_MS_MIN, PAUSES * tookMs));
    } catch (error) {
      if (!this.#isOpen) return;
      telemetry({ kind: "unclaimed", error, retryInMs: lookMs });
      this.#next(lookMs);
    }
  }

  #tell(): void {
    const [instances, rows] = [this.#instances, this.#rows];
    this.#instances = 0;
    this.#rows = 0;
    if (rows > 0) this.#options.telemetry({ kind: "deleted", instances, rows });
  }
}
