/**
 * Instances in memory: an instance as the runtime moves it, how it comes from its rows, and the cache of
 * those that moved last.
 */
import { LRUCache } from "lru-cache";
import type { EventObject } from "xstate";
import { SagaError } from "../errors.ts";
import type { Chart } from "../saga/chart.ts";
import { decode } from "../saga/codec.ts";
import type { PendingActivity, PendingChild, PendingTimer } from "../saga/effect.ts";
import { freezeContext } from "../saga/freeze.ts";
import { isEndPhase } from "../saga/phase.ts";
import type { Address } from "../saga/ref.ts";
import { decodeSnapshot } from "../saga/snapshot.ts";
import type { Moment, Standing } from "../saga/step.ts";
import type { ChildRecord } from "../store/family.ts";
import type {
  EffectRecord,
  InstanceKey,
  InstanceRecord,
  ParkedRecord,
  Store,
  StoredInstance,
  TimerRecord,
} from "../store/store.ts";
import { isQuarantined, quarantinedError } from "./quarantine.ts";
import type { Quarantines } from "./quarantine.ts";
import type { Registry } from "./registry.ts";
import { Together } from "./together.ts";

/** An instance as of its last commit. Immutable: the next commit makes another. */
export interface Instance {
  readonly chart: Chart;
  readonly record: InstanceRecord;
  readonly standing: Standing;
  /** In the order of arrival. */
  readonly parked: readonly ParkedEvent[];
}

/** An event that came early and is kept until a state takes it. */
export interface ParkedEvent extends Omit<ParkedRecord, "event"> {
  readonly event: EventObject;
}

/** Live instances kept; a parked one costs disk only. */
const CACHED_MAX = 10_000;

export class Instances {
  readonly #together: Together;
  readonly #registry: Registry;
  readonly #quarantines: Pick<Quarantines, "take">;
  readonly #isFreezing: boolean;
  // Not by `max`, for which it takes the memory of all of them at once.
  readonly #cache = new LRUCache<string, Instance>({
    maxSize: CACHED_MAX,
    sizeCalculation: () => 1,
  });

  constructor(
    store: Pick<Store, "load" | "loadMany">,
    registry: Registry,
    options: { quarantines: Pick<Quarantines, "take">; freezeContext?: boolean },
  ) {
    this.#quarantines = options.quarantines;
    this.#isFreezing = options.freezeContext === true;
    this.#together = new Together(store);
    this.#registry = registry;
  }

  /** The instance, if it is in memory. */
  kept(key: InstanceKey): Instance | undefined {
    return this.#cache.get(addressOf(key));
  }

  /** @throws {SagaError} SAGA_VERSION_UNKNOWN, SAGA_INSTANCE_QUARANTINED if it cannot be trusted or read. */
  async load(key: InstanceKey): Promise<Instance | null> {
    const kept = this.kept(key);
    if (kept !== undefined) return kept;

    const stored = await this.#together.load(key);
    if (stored === null) return null;
    const { quarantined, damage } = stored;
    if (quarantined !== null) throw quarantinedError(key, quarantined);
    if (damage !== null) throw await this.#quarantines.take(key, { kind: "damaged", what: damage });
    try {
      return fromStored(this.#registry, stored);
    } catch (error) {
      if (!(error instanceof SagaError) || error.code !== "SAGA_SNAPSHOT_INVALID") throw error;
      throw await this.#quarantines.take(key, { kind: "unreadable", what: error.message });
    }
  }

  /** Whether there is one, in quarantine or not. */
  async exists(key: InstanceKey): Promise<boolean> {
    try {
      return (await this.load(key)) !== null;
    } catch (error) {
      if (isQuarantined(error)) return true;
      throw error;
    }
  }

  /** Only what was committed may be kept, and only by the one event at a time of its mailbox. */
  keep(instance: Instance): void {
    if (this.#isFreezing) freezeContext(instance.standing.snapshot.context);
    this.#cache.set(addressOf(instance.record), instance);
  }

  /** Keeps what has just moved, unless it has ended: hardly anybody asks for that one again, and many end. */
  moved(instance: Instance): void {
    if (isEndPhase(instance.record.phase)) this.forget(instance.record);
    else this.keep(instance);
  }

  /** After any error: a guard or an assign that threw may have changed what it was given. */
  forget(key: InstanceKey): void {
    this.forgetAt(addressOf(key));
  }

  forgetAt(address: string): void {
    this.#cache.delete(address);
  }
}

/** One text for an instance; the name of a saga has no slash. */
export function addressOf({ saga, instanceId }: InstanceKey): string {
  return `${saga}/${instanceId}`;
}

/** The moment of the step that follows on the last one of an instance. */
export function momentAfter({ record }: Instance, nowMs: number): Moment {
  const { instanceId, revision, parent } = record;
  return { instanceId, revision: revision + 1, nowMs, childId: parent?.childId };
}

export function notFound({ saga, instanceId }: InstanceKey): SagaError {
  return new SagaError("SAGA_INSTANCE_NOT_FOUND", `saga "${saga}" has no instance "${instanceId}"`);
}

/** The instance was changed by somebody else since it was read. */
export function conflict(key: InstanceKey): SagaError {
  return new SagaError(
    "SAGA_REVISION_CONFLICT",
    `instance "${key.instanceId}" of saga "${key.saga}" is being changed elsewhere; try again`,
  );
}

/** @throws {SagaError} SAGA_VERSION_UNKNOWN, SAGA_SNAPSHOT_INVALID if its saga cannot read it. */
export function fromStored(registry: Registry, stored: StoredInstance): Instance {
  const { record } = stored;
  const chart = registry.chart(record.saga, record.version);
  const standing: Standing = {
    ...decodeSnapshot(chart, record.snapshot),
    timers: stored.timers.map(toTimer),
    activities: stored.effects.map(toActivity),
    children: stored.children.map(toChild),
  };
  return { chart, record, standing, parked: stored.parked.map(toParked) };
}

function toParked(record: ParkedRecord): ParkedEvent {
  return { ...record, event: decode(record.event) as EventObject };
}

function toTimer({ sendTo, ...record }: TimerRecord): PendingTimer {
  return {
    ...record,
    event: decode(record.event) as PendingTimer["event"],
    to: sendTo === null ? null : (JSON.parse(sendTo) as Address),
  };
}

function toChild(record: ChildRecord): PendingChild {
  const { childId, generation, kind, src, systemId, reportsSnapshots, instanceId } = record;
  return {
    childId,
    generation,
    kind,
    src,
    systemId,
    reportsSnapshots,
    instanceId,
    input: decode(record.input),
    state: record.state === null ? undefined : decode(record.state),
  };
}

function toActivity(record: EffectRecord): PendingActivity {
  return {
    activityId: record.activityId,
    generation: record.generation,
    src: record.src,
    input: decode(record.input),
    idempotencyKey: record.idempotencyKey,
    attempt: record.attempt,
    abandoned: record.status === "abandoned",
  };
}
