/**
 * Group commit: all steps that become ready in turns of the event loop one after the other share one transaction, and
 * so one fsync. Nobody is answered before it.
 */
import type { Clock } from "../clock.ts";
import { isFatalToStore } from "../errors.ts";
import type { SagaError } from "../errors.ts";
import type { CommitOutcome, Store, WriteSet } from "../store/store.ts";
import type { StoreGate } from "./gate/store-gate.ts";
import type { Telemetry } from "./telemetry.ts";

/** More in one transaction gains little and makes the others wait. */
export const BATCH_MAX = 1_000;

/**
 * Turns of the event loop that a commit waits for others: a server's sockets are read over several of them, and each
 * commit is a write that all others wait for. With more of them clients and server only wait for each other in turn.
 */
export const TURNS_MAX = 4;

/** From here on a commit is slow: whoever sends something waits as long. */
const SLOW_MS = 1_000;
/** How long a slow commit is told when no other comes after it. */
const SLOW_TOLD_MS = 10_000;

export interface CommitterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly gate: Pick<StoreGate, "shut">;
  readonly telemetry: Telemetry;
  readonly onFatal: (error: SagaError) => void;
}

interface Waiting {
  readonly writeSet: WriteSet;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export class Committer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #gate: Pick<StoreGate, "shut">;
  readonly #telemetry: Telemetry;
  readonly #onFatal: (error: SagaError) => void;
  #waiting: Waiting[] = [];
  #busy = false;
  #fatal: SagaError | null = null;
  #begunAt: number | null = null;
  #last: { readonly tookMs: number; readonly endedAt: number } | null = null;

  constructor(options: CommitterOptions) {
    this.#gate = options.gate;
    this.#telemetry = options.telemetry;
    this.#store = options.store;
    this.#clock = options.clock;
    this.#onFatal = options.onFatal;
  }

  /** Resolves once the write set is durable, or left out. Errors are those of `Store.commit`. */
  commit(writeSet: WriteSet): Promise<CommitOutcome> {
    const refusal = this.#fatal ?? this.#gate.shut;
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writeSet, resolve, reject });
      this.#wake();
    });
  }

  /** Commits what `work` makes, with what it wrote itself, in a transaction of its own. See `Store.commitWith`. */
  async commitWith(work: (tx: unknown) => WriteSet): Promise<CommitOutcome> {
    const refusal = this.#fatal ?? this.#gate.shut;
    if (refusal !== null) throw refusal;
    if (this.#store.commitWith === undefined) throw new Error("the store has no transactions");
    try {
      const begunAt = this.#clock.monotonic();
      const outcome = await this.#store.commitWith(work);
      this.#tell(1, this.#clock.monotonic() - begunAt);
      return outcome;
    } catch (error) {
      if (isFatalToStore(error)) this.#stop(error);
      throw error;
    }
  }

  /** How long the commit under way, or else the last one, takes, if that is too slow; null if not. */
  slowMs(): number | null {
    const now = this.#clock.monotonic();
    const tookMs = this.#begunAt === null ? 0 : now - this.#begunAt;
    if (tookMs > SLOW_MS) return tookMs;
    const last = this.#last;
    const isTold = last !== null && last.tookMs > SLOW_MS && now - last.endedAt <= SLOW_TOLD_MS;
    return isTold ? last.tookMs : null;
  }

  #wake(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#clock.endOfTurn(() => this.#gather({ seen: 1, turns: TURNS_MAX }));
  }

  /** As long as turns bring more, another one is waited for; whoever is alone is committed at once. */
  #gather({ seen, turns }: { readonly seen: number; readonly turns: number }): void {
    const { length } = this.#waiting;
    const isAll = length <= seen || length >= BATCH_MAX || turns <= 1;
    if (isAll) void this.#flush();
    else this.#clock.endOfTurn(() => this.#gather({ seen: length, turns: turns - 1 }));
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting.splice(0, BATCH_MAX);
    const begunAt = this.#clock.monotonic();
    this.#begunAt = begunAt;
    let isDurable = false;
    try {
      const outcomes = await this.#store.commit(batch.map(({ writeSet }) => writeSet));
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index] as CommitOutcome);
      isDurable = true;
    } catch (error) {
      for (const { reject } of batch) reject(error);
      if (isFatalToStore(error)) this.#stop(error);
    }
    const endedAt = this.#clock.monotonic();
    this.#last = { tookMs: endedAt - begunAt, endedAt };
    this.#begunAt = null;
    this.#busy = false;
    if (this.#waiting.length > 0) this.#wake();
    if (isDurable) this.#tell(batch.length, endedAt - begunAt);
  }

  #tell(transitions: number, durationMs: number): void {
    this.#telemetry({ kind: "committed", transitions, durationMs });
  }

  // What was written is not known, so no later step can be computed from what is in memory.
  #stop(error: SagaError): void {
    this.#fatal = error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#onFatal(error);
  }
}
