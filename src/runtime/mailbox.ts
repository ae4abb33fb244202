/**
 * Mailboxes: one event at a time for each instance, many instances at once.
 */
import { SagaError } from "../errors.ts";

/** Events that may wait for one instance. More is a client that does not wait for answers. */
export const MAILBOX_EVENTS_MAX = 1_000;

type Job = () => void;

export class Mailboxes {
  readonly #onFailed: (address: string) => void;
  /** What waits, by the addresses at which work is done; null: nothing. */
  readonly #waiting = new Map<string, Job[] | null>();
  #idle: (() => void)[] = [];

  /** `onFailed` is called when work fails, before whatever waits behind it begins. */
  constructor(onFailed: (address: string) => void = () => {}) {
    this.#onFailed = onFailed;
  }

  /**
   * Runs `work` when all that was posted to this address before has finished; gives its result.
   *
   * @throws {SagaError} SAGA_MAILBOX_FULL if too many are waiting already.
   */
  post<Result>(address: string, work: () => Promise<Result>): Promise<Result> {
    const waiting = this.#waiting.get(address);
    if (waiting === undefined) {
      this.#waiting.set(address, null);
      return this.#run(address, work);
    }
    if (waiting !== null && waiting.length >= MAILBOX_EVENTS_MAX) {
      const full = `${MAILBOX_EVENTS_MAX} events wait for "${address}" already; wait for their answers`;
      return Promise.reject(new SagaError("SAGA_MAILBOX_FULL", full));
    }
    return new Promise((resolve, reject) => {
      const job: Job = () => void this.#run(address, work).then(resolve, reject);
      if (waiting === null) this.#waiting.set(address, [job]);
      else waiting.push(job);
    });
  }

  /** Resolves when nothing is waiting or running. */
  idle(): Promise<void> {
    if (this.#waiting.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  // By callbacks that come first, and not by a function that awaits: there is one for each event.
  #run<Result>(address: string, work: () => Promise<Result>): Promise<Result> {
    const result = work();
    result.then(
      () => this.#goOn(address),
      () => {
        this.#onFailed(address);
        this.#goOn(address);
      },
    );
    return result;
  }

  #goOn(address: string): void {
    const job = this.#waiting.get(address)?.shift();
    if (job !== undefined) {
      job();
      return;
    }
    this.#waiting.delete(address);
    if (this.#waiting.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
