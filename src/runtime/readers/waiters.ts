/**
 * Waiters: callers who wait until an instance is as they want it. They leave nothing behind when they give up.
 */
import type { Clock } from "../../clock.ts";
import { SagaError } from "../../errors.ts";
import { isEndPhase } from "../../saga/phase.ts";
import type { Phase } from "../../saga/phase.ts";
import type { InstanceKey } from "../../store/store.ts";
import { addressOf } from "../instance.ts";
import type { InstanceView } from "./view.ts";

/** What to wait for. */
export type Condition =
  | { readonly phase: Phase }
  /** A state, or one inside it: `compensating` is met in `compensating.refundingPayment.attempting`. */
  | { readonly state: string }
  | { readonly tag: string }
  /**
   * Nothing is under way by itself: the instance has ended, or no activity of it is live and its phase is not
   * `retrying`, and it does not wait to begin. Timers do not count, since a state that waits for somebody may wait with a deadline.
   */
  | { readonly settled: true }
  /** It has ended by its chart, with the output that the chart gives, if it gives any; not by an error or an operator. */
  | { readonly output: true };

/** How waiting was over. `ended`: the instance ended otherwise, and can change no more. */
export type Waited = "met" | "ended" | "timeUp";

/** The instance as it met the condition or ended; null when the time was up. */
export interface WaitOutcome {
  readonly waited: Waited;
  readonly view: InstanceView | null;
}

export interface WaiterOptions {
  /** Counts from now. */
  readonly timeoutMs: number;
  /** Ends the waiting as if the time were up. */
  readonly signal?: AbortSignal | undefined;
}

/** Where an instance stands, which tells most conditions without a view of it. */
type Place = Pick<InstanceView, "phase" | "state" | "tags">;

/** Each is a caller, mostly with a socket; more would be turned away by the system less gently. */
export const WAITERS_MAX = 10_000;

export class Waiters {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<Waiter>>();
  #size = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many are waiting. */
  get size(): number {
    return this.#size;
  }

  /**
   * Begins to wait, before anything is known of the instance: it may not even exist yet. `close` it in any case.
   *
   * @throws {SagaError} SAGA_WAITERS_FULL
   */
  open(key: InstanceKey, condition: Condition, options: WaiterOptions): Waiter {
    if (this.#size >= WAITERS_MAX) {
      throw new SagaError(
        "SAGA_WAITERS_FULL",
        `${WAITERS_MAX} callers wait already; ask without waiting, or follow a stream`,
      );
    }
    const waiter = new Waiter(condition, options, {
      clock: this.#clock,
      onClose: () => this.#remove(key, waiter),
    });
    const address = addressOf(key);
    const waiters = this.#waiting.get(address) ?? new Set();
    this.#waiting.set(address, waiters.add(waiter));
    this.#size += 1;
    return waiter;
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
    // Waiting begins before the look, so that nothing can happen in between unseen.
    const waiter = this.open(key, condition, { timeoutMs });
    try {
      waiter.lookFrom(await read());
      const { waited, view } = await waiter.over;
      if (view === null) throw timedOut(key, condition, timeoutMs);
      if (waited === "ended") throw endedOtherwise(condition, view);
      return view;
    } finally {
      waiter.close();
    }
  }

  /** Tells those who wait for this instance how it is now. A view is made only if somebody may be over with it. */
  notify(instance: InstanceKey & Place, view: () => InstanceView): void {
    if (this.#size === 0) return;
    const waiters = this.#waiting.get(addressOf(instance));
    if (waiters === undefined) return;
    let now: InstanceView | undefined;
    for (const waiter of waiters) {
      if (waiter.mayBeOver(instance)) waiter.look((now ??= view()));
    }
  }

  rejectAll(error: SagaError): void {
    for (const waiters of this.#waiting.values()) for (const waiter of waiters) waiter.fail(error);
  }

  #remove(key: InstanceKey, waiter: Waiter): void {
    const address = addressOf(key);
    const waiters = this.#waiting.get(address);
    if (waiters?.delete(waiter) === true) this.#size -= 1;
    if (waiters?.size === 0) this.#waiting.delete(address);
  }
}

/** One who waits. What it sees counts from the view that `lookFrom` is given, and not before. */
export class Waiter {
  /** Rejects only if the runtime stops. */
  readonly over: Promise<WaitOutcome>;
  readonly #condition: Condition;
  readonly #onClose: () => void;
  #resolve: (outcome: WaitOutcome) => void = () => {};
  #reject: (error: SagaError) => void = () => {};
  /** Seen before it is known from where to look: at most as many as a mailbox holds. Null: looking. */
  #seenEarly: InstanceView[] | null = [];
  #isTimeUp = false;

  constructor(
    condition: Condition,
    { timeoutMs, signal }: WaiterOptions,
    { clock, onClose }: { clock: Clock; onClose: () => void },
  ) {
    this.#condition = condition;
    this.over = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Nobody may be listening yet when the runtime stops.
    this.over.catch(() => undefined);
    const giveUp = (): void => this.#giveUp();
    const cancel = timeoutMs > 0 ? clock.schedule(timeoutMs, giveUp) : undefined;
    if (timeoutMs <= 0 || signal?.aborted === true) giveUp();
    signal?.addEventListener("abort", giveUp);
    this.#onClose = () => {
      cancel?.();
      signal?.removeEventListener("abort", giveUp);
      onClose();
    };
  }

  /** Looks at this view, and at what was seen of the instance after it. */
  lookFrom(first: InstanceView): void {
    const seen = this.#seenEarly ?? [];
    this.#seenEarly = null;
    this.look(first);
    for (const view of seen) if (view.revision > first.revision) this.look(view);
    if (this.#isTimeUp) this.#giveUp();
  }

  /** Whether there is any use in a look at an instance that stands there. */
  mayBeOver(place: Place): boolean {
    const condition = this.#condition;
    if ("settled" in condition || isEndPhase(place.phase)) return true;
    return !("output" in condition) && isThere(condition, place);
  }

  look(view: InstanceView): void {
    const isOver = isMet(this.#condition, view);
    if (!isOver && !isEndPhase(view.phase)) return;
    if (this.#seenEarly !== null) this.#seenEarly.push(view);
    else this.#resolve({ waited: isOver ? "met" : "ended", view });
  }

  fail(error: SagaError): void {
    this.#reject(error);
  }

  /** Idempotent. */
  close(): void {
    this.#onClose();
  }

  // Even without any time, the first view is looked at.
  #giveUp(): void {
    this.#isTimeUp = true;
    if (this.#seenEarly === null) this.#resolve({ waited: "timeUp", view: null });
  }
}

function isMet(condition: Condition, view: InstanceView): boolean {
  if ("settled" in condition) return isSettled(view);
  if ("output" in condition) return isEndPhase(view.phase) && view.error === null;
  return isThere(condition, view);
}

function isThere(
  condition: Exclude<Condition, { settled: true } | { output: true }>,
  { phase, state, tags }: Place,
): boolean {
  if ("phase" in condition) return phase === condition.phase;
  if ("tag" in condition) return tags.includes(condition.tag);
  return state.split(",").some((path) => `${path}.`.startsWith(`${condition.state}.`));
}

function isSettled({ phase, activities, waitsFor }: InstanceView): boolean {
  if (isEndPhase(phase)) return true;
  if (waitsFor !== null) return false;
  return phase !== "retrying" && activities.every(({ status }) => status !== "live");
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
