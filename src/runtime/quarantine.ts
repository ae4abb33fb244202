/**
 * Quarantine: an instance whose rows are not as they were written, or that its chart cannot read, is not moved. It
 * stays where it is, for all to see, and the others go on. It comes out by an operator's word; one that was merely
 * unreadable, also when a start finds that its chart reads it again.
 */
import type { Clock } from "../clock.ts";
import { SagaError } from "../errors.ts";
import type {
  Damage,
  InstanceKey,
  Quarantine,
  Store,
  StoredInstance,
  StoreRemark,
} from "../store/store.ts";
import { waitingFor } from "./readers/view.ts";
import type { InstanceView } from "./readers/view.ts";
import type { Telemetry } from "./telemetry.ts";

export interface QuarantinesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Instances looked at in one page of a search. */
const PAGE = 200;

export class Quarantines {
  readonly #options: QuarantinesOptions;
  #count = 0;

  constructor(options: QuarantinesOptions) {
    this.#options = options;
  }

  /** Puts an instance there; answers the error for whoever came for it. */
  async take(key: InstanceKey, { kind, what }: Omit<Damage, "key"> & Pick<Quarantine, "kind">) {
    const { store, clock, telemetry } = this.#options;
    const quarantined: Quarantine = { kind, reason: what, atMs: clock.now() };
    const { saga, instanceId } = key;
    await store.quarantine({ saga, instanceId }, quarantined);
    this.#count += 1;
    telemetry({ kind: "quarantined", saga, instanceId, why: kind, reason: what });
    return quarantinedError(key, quarantined);
  }

  /** An instance has left it. */
  left({ saga, instanceId }: InstanceKey): void {
    this.#count -= 1;
    this.#options.telemetry({ kind: "released", saga, instanceId });
  }

  /** Counts those that are there, and lets go of those that their charts read again. */
  async begin(release: (key: InstanceKey) => Promise<unknown>): Promise<void> {
    const { store } = this.#options;
    const found: (InstanceKey & { quarantined: Quarantine | null })[] = [];
    for (let after = {}; ;) {
      const page = await store.findInstances({ quarantined: true, limit: PAGE, ...after });
      found.push(...page.items);
      if (page.next === null) break;
      after = { after: page.next };
    }
    this.#count += found.length;
    for (const { saga, instanceId, quarantined } of found) {
      if (quarantined?.kind !== "unreadable") continue;
      // One that stays is there as it was, and was told of when it came.
      await release({ saga, instanceId }).catch(onlySagaErrors);
    }
  }

  /** For readiness and the log. */
  remarks(): readonly StoreRemark[] {
    if (this.#count <= 0) return [];
    const text = `${this.#count} instances are in quarantine; GET /instances?quarantined=true lists them`;
    return [{ code: "quarantined", text, count: this.#count }];
  }
}

export function quarantinedError(
  { saga, instanceId }: InstanceKey,
  { kind, reason, atMs }: Quarantine,
): SagaError {
  return new SagaError(
    "SAGA_INSTANCE_QUARANTINED",
    `instance "${instanceId}" of saga "${saga}" is in quarantine: ${reason}`,
    // oxlint-disable-next-line eslint/no-restricted-globals -- it writes a time that it was given and asks for none
    { details: { quarantined: { kind, reason, at: new Date(atMs).toISOString() } } },
  );
}

export function isQuarantined(error: unknown): boolean {
  return error instanceof SagaError && error.code === "SAGA_INSTANCE_QUARANTINED";
}

/** An instance whose chart is not here, or not the same, is for an operator to mend; the others go on. */
export function skipUnreadable(error: unknown): null {
  if (error instanceof SagaError && unreadable.has(error.code)) return null;
  throw error;
}

const unreadable: ReadonlySet<string> = new Set([
  "SAGA_NOT_FOUND",
  "SAGA_VERSION_UNKNOWN",
  "SAGA_INSTANCE_QUARANTINED",
  "SAGA_INSTANCE_NOT_FOUND",
]);

/** What can be told of an instance without its chart. */
export function toQuarantinedView({ record, quarantined, effects }: StoredInstance): InstanceView {
  const { saga, version, revision, phase, state, tags, suspended, parent } = record;
  return {
    saga,
    version,
    id: record.instanceId,
    revision,
    phase,
    state,
    tags,
    suspended,
    context: null,
    output: undefined,
    error: record.fault,
    accepts: [],
    timers: [],
    activities: effects.map(({ activityId, src, attempt, idempotencyKey, status }) => ({
      activityId,
      activity: src,
      attempt,
      idempotencyKey,
      status,
      waitsFor: null,
    })),
    waitsFor: waitingFor(record),
    quarantined,
    parent: parent === null ? null : { saga: parent.saga, id: parent.instanceId },
    children: [],
    parkedEvents: [],
    correlationId: record.correlationId,
    traceparent: record.traceparent,
    attributes: record.attributes,
    createdAtMs: record.createdAtMs,
    updatedAtMs: record.updatedAtMs,
  };
}

function onlySagaErrors(error: unknown): void {
  if (!(error instanceof SagaError)) throw error;
}
