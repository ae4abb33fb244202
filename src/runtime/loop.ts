/**
 * The loop: what keeps instances moving. It wires the mover to the worker and to what is due, and brings
 * results, timers and lapses back to their instances until they are taken.
 */
import type { Clock } from "../clock.ts";
import type { SagaError } from "../errors.ts";
import type { Damage, EffectRef, InstanceKey, Store, StoreRemark } from "../store/store.ts";
import { Committer } from "./committer.ts";
import type { InnerDelivery } from "./decisions/decide.ts";
import { DueQueue } from "./due-queue.ts";
import type { DueItem } from "./due-queue.ts";
import type { Emitted } from "./outward/emitted.ts";
import { Insistence } from "./insistence.ts";
import type { Insisted, Insistent } from "./insistence.ts";
import { addressOf, Instances } from "./instance.ts";
import type { Instance } from "./instance.ts";
import { Mailboxes } from "./mailbox.ts";
import { Mover } from "./mover.ts";
import type { Taken } from "./mover.ts";
import { Outward } from "./outward/outward.ts";
import type { Operation } from "./operators/operation.ts";
import { isQuarantined, Quarantines, skipUnreadable, toQuarantinedView } from "./quarantine.ts";
import { Pauses } from "./pauses.ts";
import type { Registry } from "./registry.ts";
import { Retention } from "./retention.ts";
import { SnapshotSizes } from "./snapshot-size.ts";
import type { StoreGate } from "./gate/store-gate.ts";
import { StartQueue } from "./limits/start-queue.ts";
import type { Telemetry } from "./telemetry.ts";
import type { Transaction } from "./attempts/transact.ts";
import { Unparker } from "./unparker.ts";
import { withWaiting } from "./readers/view.ts";
import type { InstanceView } from "./readers/view.ts";
import { Worker } from "./attempts/worker.ts";
import { goesOn } from "./decisions/write-set.ts";
import type { Prepared } from "./decisions/write-set.ts";

export interface LoopOptions {
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly leaseMs: number;
  readonly attemptsMax: number;
  readonly freezeContext: boolean;
  readonly retentionMs: number | null;
  readonly gate: StoreGate;
  /** Called after each commit, in its order for each instance. */
  readonly onMoved: (instance: Instance) => void;
  /** The store cannot say what it wrote: nothing may go on. */
  readonly onFatal: (error: SagaError) => void;
}

/** Why a start lets go of what was unreadable. */
const READS_AGAIN: Operation = {
  name: "release",
  record: { operation: "release", by: null, reason: "its chart reads it again" },
  force: false,
};

interface DueDelivery extends DueItem {
  readonly key: InstanceKey;
  readonly delivery: InnerDelivery;
}

export class Loop {
  readonly mover: Mover;
  readonly #quarantines: Quarantines;
  readonly #options: LoopOptions;
  readonly #committer: Committer;
  readonly #mailboxes: Mailboxes;
  readonly #worker: Worker;
  readonly #timers: DueQueue<DueDelivery>;
  readonly #lapses: DueQueue<DueDelivery>;
  readonly #unparker: Unparker;
  readonly #pauses: Pauses;
  readonly #insistence: Insistence;
  readonly #outward: Outward;
  readonly #starts: StartQueue;
  readonly #sizes: SnapshotSizes;
  readonly #retention: Retention;

  constructor(options: LoopOptions) {
    this.#options = options;
    const { store, registry, clock, telemetry, gate } = options;
    this.#committer = new Committer(options);
    const quarantines = new Quarantines({ store, clock, telemetry });
    this.#quarantines = quarantines;
    const instances = new Instances(store, registry, { ...options, quarantines });
    this.#mailboxes = new Mailboxes((address) => instances.forgetAt(address));
    store.watchDamage((damage) => void this.#onDamage(damage, instances));
    this.#pauses = new Pauses(clock);
    this.#insistence = new Insistence({ clock, telemetry, pauses: this.#pauses, gate });
    this.#sizes = new SnapshotSizes(telemetry);
    this.#worker = new Worker({
      ...options,
      deliver: ({ key, effect }, outcome) => {
        const { lostUntilMs } = effect;
        return this.#insist(
          key,
          outcome.kind === "transaction"
            ? outcome
            : { kind: "outcome", effect, outcome, lostUntilMs },
        );
      },
      lapseAt: (key, effect, dueAtMs) => this.#lapses.add(toLapse(key, effect, dueAtMs)),
      load: (key) => instances.load(key).catch(skipUnreadable),
    });
    this.#starts = new StartQueue({
      store,
      registry,
      clock,
      begin: (key) => {
        const deliver = (): Promise<Taken> => this.mover.begin(key);
        void this.#insistence.on({ key, what: "begin", isKept: true, deliver });
      },
    });
    this.mover = new Mover({
      starts: this.#starts,
      store,
      clock,
      telemetry,
      registry,
      instances,
      mailboxes: this.#mailboxes,
      worker: this.#worker,
      committer: this.#committer,
      onCommitted: (committed) => this.#onCommitted(committed),
    });
    const { mover } = this;
    this.#outward = new Outward({ store, clock, telemetry, mover, insistence: this.#insistence });
    this.#unparker = new Unparker({
      store,
      clock,
      telemetry,
      unpark: (key) => this.mover.unpark(key),
      insist: (key) => this.#insist(key, { kind: "parked" }),
    });
    this.#retention = new Retention({ ...options, instances });
    this.#timers = this.#dueQueue((limit) => findTimers(store, limit));
    this.#lapses = this.#dueQueue((limit) => findLapses(store, limit));
  }

  /** Those who listen to what charts emit. */
  get emitted(): Emitted {
    return this.#outward.emitted;
  }

  async begin(): Promise<void> {
    void this.#insistence.until(() =>
      this.#quarantines.begin((key) => this.mover.release(key, READS_AGAIN)),
    );
    void this.#unparker.begin();
    this.#outward.begin();
    await this.#starts.begin();
    await Promise.all([this.#timers.begin(), this.#lapses.begin(), this.#worker.claim()]);
    this.#retention.begin();
  }

  /** An instance with what waits for room, itself or its activities. @throws {SagaError} SAGA_INSTANCE_NOT_FOUND */
  async look(key: InstanceKey): Promise<InstanceView> {
    try {
      const instance = await this.mover.find(key);
      const view = withWaiting(instance, (ref) => this.#worker.waitsFor(key, ref));
      return this.placed(key, view);
    } catch (error) {
      const stored = isQuarantined(error) ? await this.#options.store.load(key) : null;
      if (stored === null) throw error;
      return toQuarantinedView(stored);
    }
  }

  /** With its place among those that wait for the same key, as of now. */
  placed<View extends Pick<InstanceView, "waitsFor">>(key: InstanceKey, view: View): View {
    const place = view.waitsFor === null ? null : this.#starts.placeOf(key);
    return place === null ? view : { ...view, waitsFor: place };
  }

  /** How long a commit takes that is too slow; null if none is. */
  slowCommitMs(): number | null {
    return this.#committer.slowMs();
  }

  /** Goes on with what was not claimed while the store took nothing. */
  resume(): void {
    this.#worker.resume();
  }

  /** Resolves when nothing moves any more: attempts have finished, or were aborted after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#timers.close();
    this.#lapses.close();
    this.#unparker.close();
    this.#starts.close();
    this.#retention.close();
    await Promise.all([this.#worker.close(graceMs), this.#outward.close(graceMs)]);
    this.#insistence.stop();
    await this.#mailboxes.idle();
  }

  /** What is found where many instances are read; whoever is there in memory may not move any more either. */
  async #onDamage({ key, what }: Damage, instances: Instances): Promise<void> {
    await this.#insistence.until(async () => {
      await this.#quarantines.take(key, { kind: "damaged", what });
    });
    instances.forget(key);
  }

  /** What whoever runs it should know, though it takes events. */
  remarks(): readonly StoreRemark[] {
    return [...this.#quarantines.remarks(), ...this.#worker.deaf.remarks()];
  }

  /** At once, since nothing can be kept any more: whatever runs is left to the next process. */
  stop(): void {
    this.#timers.close();
    this.#lapses.close();
    this.#unparker.close();
    this.#starts.close();
    this.#retention.close();
    this.#outward.stop();
    this.#insistence.stop();
  }

  #onCommitted(prepared: Prepared): void {
    const { next, writeSet, decision } = prepared;
    const { saga, instanceId } = next.record;
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
      this.#worker.lapse(key, writeSet.effectFinished);
      this.#worker.unhold(next);
    }

    if (decision.operation !== undefined) this.#onOperated(prepared);

    this.#unparker.committed(prepared);
    this.#outward.committed(prepared);
    this.#sizes.committed(next.record);
    this.#starts.committed(prepared);
    this.#options.onMoved(next);
  }

  /** Delivers from inside, again and again, until it is taken or of no use any more, or the runtime closes. */
  #insist(
    key: InstanceKey,
    delivery: InnerDelivery | Transaction | { readonly kind: "parked" },
    how: Pick<Insisted, "isDue" | "onTried"> = {},
  ): Promise<Insistent> {
    const { isDue, onTried } = how;
    return this.#insistence.on({
      isDue,
      onTried,
      key,
      what: delivery.kind,
      // The table keeps a timer until the instance is resumed; the result of an attempt is only here.
      isKept: delivery.kind !== "outcome" && delivery.kind !== "transaction",
      deliver: () =>
        delivery.kind === "parked" ? this.mover.unpark(key) : this.mover.deliver(key, delivery),
    });
  }

  /** What an operation changes beside the instance: what holds still, what goes on, what is tried again. */
  #onOperated(prepared: Prepared): void {
    const { next, before } = prepared;
    const { record, standing } = next;
    const { saga, instanceId } = record;
    const key = { saga, instanceId };
    if (record.suspended !== null) {
      // A timer in memory comes once and is fenced; the resume sets it again.
      this.#worker.suspend(key);
    } else if (goesOn(before, prepared)) {
      for (const { timerId, dueAtMs } of standing.timers) {
        this.#timers.add(toTimer(key, timerId, dueAtMs));
      }
      this.#worker.resume();
      this.#outward.resume(key);
    }
    if (prepared.writeSet.lifts === true) this.#quarantines.left(key);
    if (record.suspended === null) this.#pauses.wake(key);
  }

  #dueQueue(find: (limit: number) => Promise<readonly DueDelivery[]>): DueQueue<DueDelivery> {
    const queue = new DueQueue<DueDelivery>({
      clock: this.#options.clock,
      find,
      onDue: (item) => {
        const { id, key, dueAtMs, delivery } = item;
        const isDue = (): boolean => this.#options.clock.now() >= dueAtMs;
        const onTried = (): void => queue.tried(id);
        void this.#insist(key, delivery, { isDue, onTried }).then((end) => {
          queue.remove(id);
          return end === "early" ? queue.add(item) : undefined;
        });
      },
      onError: (error, retryInMs) =>
        this.#options.telemetry({ kind: "unclaimed", error, retryInMs }),
    });
    return queue;
  }
}

async function findTimers(store: Store, limit: number): Promise<readonly DueDelivery[]> {
  const found = await store.findTimers(limit);
  return found.map(({ timerId, dueAtMs, ...key }) => toTimer(key, timerId, dueAtMs));
}

async function findLapses(store: Store, limit: number): Promise<readonly DueDelivery[]> {
  const found = await store.findAbandoned(limit);
  return found.map(({ activityId, generation, leaseUntilMs, ...key }) =>
    toLapse(key, { activityId, generation }, leaseUntilMs),
  );
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
