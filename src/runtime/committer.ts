/**
 * Group commit: all steps that are ready in one turn of the event loop share one transaction, and so one
 * fsync. Nobody is answered before it.
 */
import type { Clock } from "../clock.ts";
import { isFatalToStore } from "../errors.ts";
import type { SagaError } from "../errors.ts";
import type { CommitOutcome, Store, WriteSet } from "../store/store.ts";

/** More in one transaction gains little and makes the others wait. */
export const BATCH_MAX = 1_000;

interface Waiting {
  readonly writeSet: WriteSet;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export class Committer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onFatal: (error: SagaError) => void;
  #waiting: Waiting[] = [];
  #busy = false;
  #fatal: SagaError | null = null;

  constructor(options: { store: Store; clock: Clock; onFatal: (error: SagaError) => void }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#onFatal = options.onFatal;
  }

  /** Resolves once the write set is durable, or left out. Errors are those of `Store.commit`. */
  commit(writeSet: WriteSet): Promise<CommitOutcome> {
    if (this.#fatal !== null) return Promise.reject(this.#fatal);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writeSet, resolve, reject });
      this.#wake();
    });
  }

  /** Commits what `work` makes, with what it wrote itself, in a transaction of its own. See `Store.commitWith`. */
  async commitWith(work: (tx: unknown) => WriteSet): Promise<CommitOutcome> {
    if (this.#fatal !== null) throw this.#fatal;
    if (this.#store.commitWith === undefined) throw new Error("the store has no transactions");
    try {
      return await this.#store.commitWith(work);
    } catch (error) {
      if (isFatalToStore(error)) this.#stop(error);
      throw error;
    }
  }

  #wake(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#clock.endOfTurn(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting.splice(0, BATCH_MAX);
    try {
      const outcomes = await this.#store.commit(batch.map(({ writeSet }) => writeSet));
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index] as CommitOutcome);
    } catch (error) {
      for (const { reject } of batch) reject(error);
      if (isFatalToStore(error)) this.#stop(error);
    }
    this.#busy = false;
    if (this.#waiting.length > 0) this.#wake();
  }

  // What was written is not known, so no later step can be computed from what is in memory.
  #stop(error: SagaError): void {
    this.#fatal = error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#onFatal(error);
  }
}
