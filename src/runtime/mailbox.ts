/**
 * Mailboxes: one event at a time for each instance, many instances at once.
 */
import { SagaError } from "../errors.ts";

/** Events that may wait for one instance. More is a client that does not wait for answers. */
export const MAILBOX_EVENTS_MAX = 1_000;

type Job = () => Promise<void>;

export class Mailboxes {
  readonly #waiting = new Map<string, Job[]>();
  #idle: (() => void)[] = [];

  /**
   * Runs `work` when all that was posted to this address before has finished; gives its result.
   *
   * @throws {SagaError} SAGA_MAILBOX_FULL if too many are waiting already.
   */
  post<Result>(address: string, work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const job: Job = () => work().then(resolve, reject);
      const waiting = this.#waiting.get(address);
      if (waiting === undefined) {
        this.#waiting.set(address, []);
        void this.#drain(address, job);
      } else if (waiting.length >= MAILBOX_EVENTS_MAX) {
        reject(
          new SagaError(
            "SAGA_MAILBOX_FULL",
            `${MAILBOX_EVENTS_MAX} events wait for "${address}" already; wait for their answers`,
          ),
        );
      } else {
        waiting.push(job);
      }
    });
  }

  /** Resolves when nothing is waiting or running. */
  idle(): Promise<void> {
    if (this.#waiting.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #drain(address: string, first: Job): Promise<void> {
    const waiting = this.#waiting.get(address) ?? [];
    for (let job: Job | undefined = first; job !== undefined; job = waiting.shift()) await job();
    this.#waiting.delete(address);
    if (this.#waiting.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
