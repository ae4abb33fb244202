/**
 * The loop: what keeps instances moving. It wires the mover to the worker and to what is due, and brings
 * results, timers and lapses back to their instances until they are taken.
 */
import type { Cancel, Clock } from "../clock.ts";
import type { SagaError } from "../errors.ts";
import type { EffectRef, InstanceKey, Store } from "../store/store.ts";
import { Committer } from "./committer.ts";
import type { Delivery } from "./decide.ts";
import { DueQueue } from "./due-queue.ts";
import type { DueItem } from "./due-queue.ts";
import { addressOf, Instances } from "./instance.ts";
import type { Instance } from "./instance.ts";
import { Mailboxes } from "./mailbox.ts";
import { Mover } from "./mover.ts";
import type { Committed } from "./mover.ts";
import type { Registry } from "./registry.ts";
import type { Telemetry } from "./telemetry.ts";
import { Worker } from "./worker.ts";

export interface LoopOptions {
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly leaseMs: number;
  readonly attemptsMax: number;
  /** Called after each commit, in its order for each instance. */
  readonly onMoved: (instance: Instance) => void;
  /** The store cannot say what it wrote: nothing may go on. */
  readonly onFatal: (error: SagaError) => void;
}

type InnerDelivery = Exclude<Delivery, { kind: "event" }>;

interface DueDelivery extends DueItem {
  readonly key: InstanceKey;
  readonly delivery: InnerDelivery;
}

const RETRY_MS = { first: 500, max: 60_000 } as const;

export class Loop {
  readonly mover: Mover;
  readonly #options: LoopOptions;
  readonly #mailboxes = new Mailboxes();
  readonly #worker: Worker;
  readonly #timers: DueQueue<DueDelivery>;
  readonly #lapses: DueQueue<DueDelivery>;
  readonly #pauses = new Set<() => void>();
  #open = true;

  constructor(options: LoopOptions) {
    this.#options = options;
    const { store, registry, clock, telemetry, leaseMs, attemptsMax } = options;
    const instances = new Instances(store, registry);
    this.#worker = new Worker({
      store,
      clock,
      telemetry,
      leaseMs,
      attemptsMax,
      deliver: ({ key, effect }, outcome) =>
        this.#insist(key, { kind: "outcome", effect, outcome }),
      lapseAt: (key, effect, dueAtMs) => this.#lapses.add(toLapse(key, effect, dueAtMs)),
      load: (key) => instances.load(key),
    });
    this.mover = new Mover({
      store,
      clock,
      telemetry,
      instances,
      mailboxes: this.#mailboxes,
      worker: this.#worker,
      committer: new Committer({ store, clock, onFatal: (error) => this.#onFatal(error) }),
      onCommitted: (committed) => this.#onCommitted(committed),
    });
    this.#timers = this.#dueQueue(async (limit) =>
      (await store.findTimers(limit)).map(({ timerId, dueAtMs, ...key }) =>
        toTimer(key, timerId, dueAtMs),
      ),
    );
    this.#lapses = this.#dueQueue(async (limit) =>
      (await store.findAbandoned(limit)).map(({ activityId, generation, leaseUntilMs, ...key }) =>
        toLapse(key, { activityId, generation }, leaseUntilMs),
      ),
    );
  }

  async begin(): Promise<void> {
    await Promise.all([this.#timers.begin(), this.#lapses.begin(), this.#worker.claim()]);
  }

  /** Resolves when nothing moves any more: attempts have finished, or were aborted after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#timers.close();
    this.#lapses.close();
    await this.#worker.close(graceMs);
    this.#stopInsisting();
    await this.#mailboxes.idle();
  }

  #onFatal(error: SagaError): void {
    this.#timers.close();
    this.#lapses.close();
    this.#stopInsisting();
    this.#options.onFatal(error);
  }

  #onCommitted({ prepared, decision }: Committed): void {
    const { next, writeSet } = prepared;
    const { saga, instanceId, correlationId } = next.record;
    const key = { saga, instanceId };

    if (writeSet.timerFired !== null) this.#timers.remove(timerIdOf(key, writeSet.timerFired));
    for (const timerId of writeSet.timersCancelled) this.#timers.remove(timerIdOf(key, timerId));
    for (const { timerId, dueAtMs } of writeSet.timersSet) {
      this.#timers.add(toTimer(key, timerId, dueAtMs));
    }

    this.#worker.leave(key, writeSet.effectsAbandoned, writeSet.effectsDropped);
    this.#worker.perform(next, writeSet.effectsStarted);
    if (writeSet.effectFinished !== null && decision.verdict === "late") {
      this.#lapses.remove(lapseIdOf(key, writeSet.effectFinished));
      this.#worker.unhold(next);
    }

    for (const effect of decision.step.effects) {
      if (effect.kind !== "log") continue;
      const facts = {
        saga,
        instanceId,
        correlationId,
        level: "info",
        text: effect.label ?? "",
      } as const;
      this.#options.telemetry({ kind: "note", ...facts, facts: { value: effect.value } });
    }
    this.#options.onMoved(next);
  }

  /** Delivers from inside, again and again, until it is taken or of no use any more, or the runtime closes. */
  async #insist(key: InstanceKey, delivery: InnerDelivery): Promise<void> {
    for (
      let retryInMs: number = RETRY_MS.first;
      ;
      retryInMs = Math.min(2 * retryInMs, RETRY_MS.max)
    ) {
      let error: unknown = null;
      try {
        const taken = await this.mover.deliver(key, delivery);
        if (taken !== "faulted") return;
      } catch (thrown) {
        error = thrown;
      }
      if (!this.#open) return;
      this.#options.telemetry({
        kind: "undelivered",
        ...key,
        what: delivery.kind,
        error,
        retryInMs,
      });
      await this.#pause(retryInMs);
      if (!this.#open) return;
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      let cancel: Cancel | null = null;
      const resume = (): void => {
        cancel?.();
        this.#pauses.delete(resume);
        resolve();
      };
      this.#pauses.add(resume);
      cancel = this.#options.clock.schedule(delayMs, resume);
    });
  }

  #dueQueue(find: (limit: number) => Promise<readonly DueDelivery[]>): DueQueue<DueDelivery> {
    const queue = new DueQueue<DueDelivery>({
      clock: this.#options.clock,
      find,
      onDue: (item) => void this.#insist(item.key, item.delivery).then(() => queue.remove(item.id)),
      onError: (error, retryInMs) =>
        this.#options.telemetry({ kind: "unclaimed", error, retryInMs }),
    });
    return queue;
  }

  #stopInsisting(): void {
    this.#open = false;
    for (const resume of this.#pauses) resume();
  }
}

function toTimer(key: InstanceKey, timerId: string, dueAtMs: number): DueDelivery {
  return { id: timerIdOf(key, timerId), dueAtMs, key, delivery: { kind: "timer", timerId } };
}

function toLapse(key: InstanceKey, effect: EffectRef, dueAtMs: number): DueDelivery {
  return { id: lapseIdOf(key, effect), dueAtMs, key, delivery: { kind: "lapse", effect } };
}

function timerIdOf(key: InstanceKey, timerId: string): string {
  return `${addressOf(key)}/${timerId}`;
}

function lapseIdOf(key: InstanceKey, { activityId, generation }: EffectRef): string {
  return `${addressOf(key)}/${generation}/${activityId}`;
}
