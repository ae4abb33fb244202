/**
 * Waiting after a deed: a caller starts an instance, or sends it an event, and wants the instance as it is when
 * a condition is met. The waiting begins before the deed, so that what follows from it at once is not missed.
 */
import type { InstanceKey } from "../../store/store.ts";
import type { InstanceView } from "./view.ts";
import type { Condition, Waited, WaitOutcome, Waiters } from "./waiters.ts";

export interface WaitOptions {
  /** Waits until the instance is so, or has ended. What it was before the start or the event does not count. */
  readonly waitFor?: Condition;
  /** For how long at most, ms. Default 30,000; 0: it only looks. */
  readonly timeoutMs?: number;
  /** Ends the waiting as if the time were up; what was sent stays sent. */
  readonly signal?: AbortSignal;
}

/** How long callers wait who do not say, ms. */
export const WAIT_MS = 30_000;

/** What the deed gave. `repeated`: the view is older than the deed, as with an event that was sent before. */
interface Done {
  readonly view: InstanceView;
  readonly repeated?: boolean;
}

/** How the waiting ended, and the instance at its end; `waited` is undefined if there was nothing to wait for. */
export interface WaitedAfter<Deed> {
  readonly done: Deed;
  readonly view: InstanceView;
  readonly waited: Waited | undefined;
}

/**
 * An error of the deed is thrown; after it there is none, since what is committed is not to be denied.
 *
 * @throws {SagaError} SAGA_WAITERS_FULL before anything was done.
 */
export async function waitAfter<Deed extends Done>(
  deed: () => Promise<Deed>,
  { waitFor, timeoutMs = WAIT_MS, signal }: WaitOptions,
  { waiters, key, read }: { waiters: Waiters; key: InstanceKey; read: () => Promise<InstanceView> },
): Promise<WaitedAfter<Deed>> {
  if (waitFor === undefined) {
    const done = await deed();
    return { done, view: done.view, waited: undefined };
  }
  const waiter = waiters.open(key, waitFor, { timeoutMs, signal });
  try {
    const done = await deed();
    // Seen from the answer of the first one on, and by what has become of the instance since.
    const present = done.repeated === true ? await read().catch(() => null) : null;
    waiter.lookFrom(done.view);
    if (present !== null) waiter.look(present);
    const { waited, view } = await waiter.over.catch((): WaitOutcome => timeUp);
    return { done, view: view ?? (await read().catch(() => present ?? done.view)), waited };
  } finally {
    waiter.close();
  }
}

const timeUp: WaitOutcome = { waited: "timeUp", view: null };
