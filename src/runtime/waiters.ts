/**
 * Waiters: callers who wait until an instance is as they want it. They leave nothing behind when they give up.
 */
import type { Cancel, Clock } from "../clock.ts";
import { SagaError } from "../errors.ts";
import { isEndPhase } from "../saga/phase.ts";
import type { Phase } from "../saga/phase.ts";
import type { InstanceKey } from "../store/store.ts";
import { addressOf } from "./instance.ts";
import type { InstanceView } from "./view.ts";

/** What to wait for. */
export type Condition =
  | { readonly phase: Phase }
  /** A state, or one inside it: `compensating` is met in `compensating.refundingPayment.attempting`. */
  | { readonly state: string }
  | { readonly tag: string };

function isMet(condition: Condition, view: InstanceView): boolean {
  if ("phase" in condition) return view.phase === condition.phase;
  if ("tag" in condition) return view.tags.includes(condition.tag);
  return view.state.split(",").some((path) => `${path}.`.startsWith(`${condition.state}.`));
}

interface Waiter {
  readonly condition: Condition;
  readonly resolve: (view: InstanceView) => void;
  readonly reject: (error: SagaError) => void;
}

export class Waiters {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<Waiter>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many are waiting. */
  get size(): number {
    let size = 0;
    for (const waiters of this.#waiting.values()) size += waiters.size;
    return size;
  }

  /**
   * Resolves with the instance as soon as the condition is met. `read` gives it as it is now.
   *
   * @throws {SagaError} SAGA_WAIT_TIMEOUT when the time is up, SAGA_INSTANCE_ENDED if it ended otherwise.
   */
  async wait(
    key: InstanceKey,
    condition: Condition,
    { timeoutMs, read }: { timeoutMs: number; read: () => Promise<InstanceView> },
  ): Promise<InstanceView> {
    let cancel: Cancel | undefined;
    let waiter: Waiter | undefined;
    const met = new Promise<InstanceView>((resolve, reject) => {
      waiter = { condition, resolve, reject };
      this.#add(key, waiter);
      cancel = this.#clock.schedule(timeoutMs, () => reject(timedOut(key, condition, timeoutMs)));
    });
    // Nobody may be listening yet when the time is up.
    met.catch(() => undefined);
    try {
      // Waiting begins before the look, so that nothing can happen in between unseen.
      this.#tell(waiter as Waiter, await read());
      return await met;
    } finally {
      cancel?.();
      this.#remove(key, waiter as Waiter);
    }
  }

  /** Tells those who wait for this instance how it is now. */
  notify(key: InstanceKey, view: () => InstanceView): void {
    const waiters = this.#waiting.get(addressOf(key));
    if (waiters === undefined) return;
    const now = view();
    for (const waiter of waiters) this.#tell(waiter, now);
  }

  rejectAll(error: SagaError): void {
    for (const waiters of this.#waiting.values()) for (const { reject } of waiters) reject(error);
  }

  #tell(waiter: Waiter, view: InstanceView): void {
    if (isMet(waiter.condition, view)) waiter.resolve(view);
    else if (isEndPhase(view.phase)) waiter.reject(endedOtherwise(waiter.condition, view));
  }

  #add(key: InstanceKey, waiter: Waiter): void {
    const address = addressOf(key);
    const waiters = this.#waiting.get(address) ?? new Set();
    this.#waiting.set(address, waiters.add(waiter));
  }

  #remove(key: InstanceKey, waiter: Waiter): void {
    const address = addressOf(key);
    const waiters = this.#waiting.get(address);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiting.delete(address);
  }
}

function timedOut(key: InstanceKey, condition: Condition, timeoutMs: number): SagaError {
  return new SagaError(
    "SAGA_WAIT_TIMEOUT",
    `instance "${key.instanceId}" did not come to ${JSON.stringify(condition)} within ${timeoutMs} ms`,
  );
}

function endedOtherwise(condition: Condition, view: InstanceView): SagaError {
  return new SagaError(
    "SAGA_INSTANCE_ENDED",
    `instance "${view.id}" ended as ${view.phase} and cannot come to ${JSON.stringify(condition)}`,
  );
}
