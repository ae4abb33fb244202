/**
 * The worker: performs activities after their commit, and hands their results back as deliveries.
 *
 * Each attempt holds a lease on its row, so that an attempt lost with its process is made again, with the
 * same key. A compensation is held back while an abandoned attempt of what it undoes may still take effect.
 */
import type { Clock } from "../../clock.ts";
import type { Outcome } from "../../saga/step.ts";
import { transactionalOf } from "../../saga/transactional.ts";
import type { EffectRecord, EffectRef, InstanceKey, Store } from "../../store/store.ts";
import { AttemptQueue } from "../limits/attempt-queue.ts";
import {
  endOf,
  factsOf,
  isHeldBack,
  isUnderWay,
  isWanted,
  isYetToBegin,
  lapseOf,
  outcomeOf,
} from "./attempt.ts";
import type { Attempt } from "./attempt.ts";
import { DeafAttempts } from "./deaf-attempts.ts";
import { Departures, idOf } from "./departures.ts";
import { addressOf } from "../instance.ts";
import type { Instance } from "../instance.ts";
import { Leases } from "./leases.ts";
import type { StoreGate } from "../gate/store-gate.ts";
import type { Telemetry } from "../telemetry.ts";
import { toTransaction } from "./transact.ts";
import type { Transaction } from "./transact.ts";
import type { WorkerFacts } from "../decisions/write-set.ts";

export interface WorkerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** How long an attempt holds its row before it counts as lost; prolonged while it runs. */
  readonly leaseMs: number;
  /** Attempts at the same time. */
  readonly attemptsMax: number;
  /** While it is shut no attempt is claimed: its result could not be kept. */
  readonly gate: Pick<StoreGate, "shut">;
  /** Takes the outcome of an attempt; resolves when it was committed or is of no use any more. */
  readonly deliver: (attempt: Attempt, outcome: Outcome | Transaction) => Promise<unknown>;
  /** Watches over an abandoned attempt that nobody may settle: its lease ends then. */
  readonly lapseAt: (key: InstanceKey, ref: EffectRef, dueAtMs: number) => void;
  /** Finds the instance of an effect that was claimed from the store. */
  readonly load: (key: InstanceKey) => Promise<Instance | null>;
}

export class Worker implements WorkerFacts {
  readonly departures = new Departures((key, ref) => this.#hasBegun(key, ref));
  readonly deaf: DeafAttempts;
  readonly #options: WorkerOptions;
  readonly #attempts = new Map<string, Attempt>();
  readonly #queue: AttemptQueue;
  readonly #leases: Leases;
  /** Effects of this process that found no free place; only these have surely not begun. */
  readonly #unclaimed = new Set<string>();
  /** Effects that were claimed and whose instances are being read: what is left meanwhile is not among them any more. */
  readonly #arriving = new Map<string, InstanceKey>();
  /** How many of the attempts have their outcome. */
  #settled = 0;
  /** Places promised to effects whose commit is under way. */
  #reserved = 0;
  /** Whether the store may hold effects that nobody has claimed. */
  #backlog = true;
  #claiming = false;
  #open = true;
  #idle: (() => void)[] = [];

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.deaf = new DeafAttempts(options.telemetry, options.attemptsMax);
    this.#leases = new Leases(options, this.#attempts);
    this.#queue = new AttemptQueue({
      clock: options.clock,
      telemetry: options.telemetry,
      hasPlace: () => this.#freePlaces() > 0,
      begin: (attempt) => this.#begin(attempt),
    });
  }

  lease(): number | null {
    const { clock, leaseMs } = this.#options;
    if (!this.#open || this.#freePlaces() <= 0 || this.#queue.isFull) return null;
    this.#reserved += 1;
    return clock.now() + leaseMs;
  }

  /** Gives back the places of effects whose commit failed. */
  release(effects: readonly Pick<EffectRecord, "leaseUntilMs">[]): void {
    for (const { leaseUntilMs } of effects) if (leaseUntilMs !== null) this.#reserved -= 1;
  }

  mayTakeEffect(key: InstanceKey, ref: EffectRef): boolean {
    const id = idOf(key, ref);
    if (this.#unclaimed.has(id)) return false;
    const attempt = this.#attempts.get(id);
    // An effect of an earlier process that is not claimed yet may have been begun by it.
    if (attempt === undefined) return true;
    return isUnderWay(attempt) || this.#mayBeLost(attempt);
  }

  // A transactional activity takes effect in a commit of its instance, which the one under way goes before.
  #hasBegun(key: InstanceKey, ref: EffectRef): boolean {
    const attempt = this.#attempts.get(idOf(key, ref));
    return (
      attempt !== undefined &&
      isUnderWay(attempt) &&
      transactionalOf(attempt.chart.saga, attempt.effect.src) === undefined
    );
  }

  isPerforming(key: InstanceKey, ref: EffectRef): boolean {
    const attempt = this.#attempts.get(idOf(key, ref));
    return attempt !== undefined && !isYetToBegin(attempt);
  }

  /** Lets go of what has not begun; what runs goes on. */
  suspend(key: InstanceKey): void {
    const address = addressOf(key);
    for (const [id, attempt] of this.#attempts) {
      if (isYetToBegin(attempt) && addressOf(attempt.key) === address) this.#forget(id);
    }
    for (const [id, other] of this.#arriving) if (addressOf(other) === address) this.#forget(id);
  }

  /** Claims again what was let go of, or never taken. */
  resume(): void {
    this.#backlog = true;
    this.#queue.serve();
    this.#claimSoon();
  }

  /** Performs effects that were committed with a lease; the others wait for a free place. */
  perform(instance: Instance, effects: readonly EffectRecord[]): void {
    this.release(effects);
    const { saga, instanceId } = instance.record;
    for (const effect of effects) {
      if (effect.leaseUntilMs !== null) {
        this.#take(instance, effect);
      } else {
        this.#unclaimed.add(idOf({ saga, instanceId }, effect));
        this.#backlog = true;
      }
    }
    this.#claimSoon();
  }

  /** Lets go of activities that the chart has left. `abandoned`: those whose row remains. */
  leave(key: InstanceKey, abandoned: readonly EffectRef[], dropped: readonly EffectRef[]): void {
    for (const ref of dropped) this.#forget(idOf(key, ref));
    for (const ref of abandoned) {
      const attempt = this.#attempts.get(idOf(key, ref));
      const { clock, leaseMs } = this.#options;
      this.#options.lapseAt(
        key,
        ref,
        attempt === undefined ? clock.now() + leaseMs : lapseOf(attempt),
      );
      if (attempt?.status === "running") {
        attempt.status = "abandoned";
        attempt.controller.abort(new Error("the chart has left the state of this activity"));
      } else {
        // Not under way here, but an attempt of a lost worker may still be about.
        this.#forget(idOf(key, ref));
      }
    }
  }

  /** Begins what was held back, if nothing is in its way any more. */
  unhold(instance: Instance): void {
    const address = addressOf(instance.record);
    for (const attempt of this.#attempts.values()) {
      if (attempt.status !== "held" || addressOf(attempt.key) !== address) continue;
      if (!isHeldBack(instance, attempt.effect)) this.#queue.add(attempt);
    }
    // One that waits for its key now has left its place to others.
    this.#claimSoon();
  }

  /** The lease of an abandoned attempt is over: whether it settles or not, its place and the room of its key are free. */
  lapse(key: InstanceKey, ref: EffectRef): void {
    const attempt = this.#attempts.get(idOf(key, ref));
    if (attempt === undefined) return;
    if (attempt.status === "abandoned") this.deaf.add(attempt);
    this.#queue.release(attempt);
    this.#queue.serve();
    this.#claimSoon();
  }

  /** The key that an activity waits for, or null if it does not wait. */
  waitsFor(key: InstanceKey, ref: EffectRef): string | null {
    const attempt = this.#attempts.get(idOf(key, ref));
    return attempt?.status === "waiting" ? (attempt.limitKey ?? null) : null;
  }

  /** Claims what is due in the store: after a start, what an earlier process left; later, what found no place. */
  async claim(): Promise<void> {
    if (this.#claiming) return;
    this.#claiming = true;
    try {
      while (this.#open && this.#backlog && this.#freePlaces() > 0 && !this.#queue.isFull) {
        await this.#claimSome();
      }
    } catch (error) {
      this.#options.telemetry({ kind: "unclaimed", error, retryInMs: CLAIM_RETRY_MS });
      this.#options.clock.schedule(CLAIM_RETRY_MS, () => void this.claim());
    } finally {
      this.#claiming = false;
    }
  }

  async #claimSome(): Promise<void> {
    const { store, clock, leaseMs } = this.#options;
    const limit = Math.min(CLAIM_MAX, this.#freePlaces());
    const nowMs = clock.now();
    this.#backlog = false;
    const claimed = await store.claimEffects({ limit, nowMs, leaseUntilMs: nowMs + leaseMs });
    if (claimed.length === limit) this.#backlog = true;
    for (const { effect, ...key } of claimed) {
      const id = idOf(key, effect);
      this.#unclaimed.delete(id);
      this.#arriving.set(id, key);
      const instance = await this.#options.load(key);
      // What was read may be older than the commit that left it, or suspended its instance.
      if (this.#arriving.delete(id) && isWanted(instance, effect)) this.#take(instance, effect);
    }
  }

  // At the end of the turn, so that all places that become free in it are filled by one claim.
  #claimSoon(): void {
    if (!this.#backlog || this.#claiming || this.#freePlaces() <= 0 || this.#queue.isFull) return;
    this.#options.clock.endOfTurn(() => void this.claim());
  }

  #freePlaces(): number {
    if (this.#options.gate.shut !== null) return 0;
    const busy = this.#attempts.size - this.#settled - this.deaf.size - this.#queue.waiting;
    return this.#options.attemptsMax - busy - this.#reserved;
  }

  /** Claims no more, waits up to `graceMs` for attempts that run, then aborts them. They will be made again. */
  async close(graceMs: number): Promise<void> {
    this.#open = false;
    this.#queue.close();
    for (const [id, attempt] of this.#attempts) {
      if (!isUnderWay(attempt)) this.#forget(id);
    }
    if (graceMs <= 0) this.#abortAll();
    if (this.#attempts.size > 0) {
      const cancel = this.#options.clock.schedule(graceMs, () => this.#abortAll());
      await new Promise<void>((resolve) => this.#idle.push(resolve));
      cancel();
    }
    this.#leases.stop();
  }

  #abortAll(): void {
    for (const [id, attempt] of this.#attempts) {
      attempt.controller.abort(new Error("the process is stopping"));
      this.#forget(id);
    }
  }

  #take(instance: Instance, effect: EffectRecord): void {
    const { saga, instanceId, correlationId } = instance.record;
    const key = { saga, instanceId };
    const id = idOf(key, effect);
    if (this.#attempts.has(id)) return;
    const attempt: Attempt = {
      id,
      key,
      chart: instance.chart,
      correlationId,
      effect,
      controller: new AbortController(),
      leaseUntilMs: effect.leaseUntilMs ?? 0,
      status: "held",
    };
    this.#attempts.set(id, attempt);
    this.#leases.watch();
    if (isHeldBack(instance, effect)) {
      this.#options.telemetry({ kind: "held", ...factsOf(attempt) });
    } else {
      this.#queue.add(attempt);
    }
  }

  #begin(attempt: Attempt): void {
    attempt.status = "held";
    if (this.departures.holds(attempt.id, () => this.#begin(attempt))) return;
    attempt.status = "running";
    const transaction = toTransaction(attempt, this.#options);
    if (transaction === null) this.#run(attempt);
    else void this.#transact(attempt, transaction);
  }

  // By callbacks and not by functions that await, here and on the way to the commit: there is one for each attempt.
  #run(attempt: Attempt): void {
    const { clock, telemetry } = this.#options;
    const begunAt = clock.monotonic();
    void outcomeOf(attempt, telemetry).then((outcome) =>
      this.#over(attempt, outcome, clock.monotonic() - begunAt),
    );
  }

  #over(attempt: Attempt, outcome: Outcome, durationMs: number): void {
    // Aborted by the end of the process: nobody knows the outcome, so nobody is told one.
    if (!this.#attempts.has(attempt.id)) return;
    const { telemetry, deliver } = this.#options;
    const wasAbandoned = attempt.status === "abandoned" || attempt.status === "deaf";
    telemetry(endOf(attempt, { outcome, wasAbandoned, durationMs }));
    const forget = (): void => this.#forget(attempt.id);
    // An earlier attempt of the same effect, lost with its process, may still be about: let that lapse.
    if (wasAbandoned && this.#mayBeLost(attempt)) {
      forget();
    } else {
      this.#settle(attempt);
      void deliver(attempt, outcome).then(forget);
    }
  }

  async #transact(attempt: Attempt, transaction: Transaction): Promise<void> {
    // When the queue has done with it: it takes no place, since it takes no time before its commit.
    await Promise.resolve();
    if (!this.#attempts.has(attempt.id)) return;
    this.#settle(attempt);
    await this.#options.deliver(attempt, transaction);
    this.#forget(attempt.id);
  }

  // Its place is free from now on: charts that cannot take their results must not hold up all others.
  #settle(attempt: Attempt): void {
    this.deaf.delete(attempt);
    attempt.status = "settled";
    this.#settled += 1;
    this.#queue.release(attempt);
    this.#queue.serve();
    this.#claimSoon();
  }

  #mayBeLost({ effect }: Attempt): boolean {
    return effect.lostUntilMs !== null && effect.lostUntilMs > this.#options.clock.now();
  }

  #forget(id: string): void {
    this.#unclaimed.delete(id);
    this.#arriving.delete(id);
    this.departures.forget(id);
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return;
    if (attempt.status === "settled") this.#settled -= 1;
    this.#attempts.delete(id);
    this.deaf.delete(attempt);
    this.#queue.release(attempt);
    this.#queue.serve();
    this.#claimSoon();
    if (this.#attempts.size > 0) return;
    this.#leases.stop();
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/** Effects claimed at a time: enough for one transaction, few enough to begin at once. */
const CLAIM_MAX = 200;
const CLAIM_RETRY_MS = 1_000;
