/**
 * The store port: everything that the runtime asks of a database.
 *
 * One event is one write set, and after a crash either all of it is there or none of it. A write set is
 * plain data: decisions are made before, in `saga/` and `runtime/`; a store only compares and writes. So a
 * batch is one transaction on SQLite and can be one round trip elsewhere.
 *
 * Snapshots, events and inputs are opaque text here (see `saga/codec.ts`).
 */
import type { Phase } from "../saga/phase.ts";

/** The name of one instance: `instanceId` is unique within its saga. */
export interface InstanceKey {
  readonly saga: string;
  readonly instanceId: string;
}

export interface InstanceRecord extends InstanceKey {
  /** Version of the saga that this instance runs on. */
  readonly version: number;
  /** Number of commits, counts from 1. */
  readonly revision: number;
  readonly phase: Phase;
  /** Paths of the active leaf states, parallel ones joined by a comma: `chargingPayment.attempting`. */
  readonly state: string;
  /** Tags of the active states without the phases. */
  readonly tags: readonly string[];
  /** The encoded snapshot envelope. */
  readonly snapshot: string;
  /** Why the last internal event could not be taken, or null when all is well. */
  readonly fault: string | null;
  /** Names the business transaction across services; given by the one who started it. */
  readonly correlationId: string;
  /** Set at start, for search. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** A timer that has neither fired nor been cancelled. */
export interface TimerRecord {
  /** Unique within its instance, for ever. */
  readonly timerId: string;
  /** XState's id of the delayed send, which several timers may share; null if it has none. */
  readonly sendId: string | null;
  /** The encoded event that it delivers. */
  readonly event: string;
  readonly dueAtMs: number;
}

/** Names one effect within its instance. */
export interface EffectRef {
  /** The chart's id of the invocation. */
  readonly activityId: string;
  /** The revision that started it: the fence. */
  readonly generation: number;
}

/** An activity in the outbox. */
export interface EffectRecord extends EffectRef {
  /** Name of the activity. */
  readonly src: string;
  /** The encoded input. */
  readonly input: string;
  readonly idempotencyKey: string;
  /** Which drawn attempt of its operation this is, counts from 1. */
  readonly attempt: number;
  /** `abandoned`: the chart has left it, but an attempt may still take effect until its lease lapses. */
  readonly status: "live" | "abandoned";
  /** Until when a worker holds it; null: no worker has claimed it yet. */
  readonly leaseUntilMs: number | null;
  /** Until when an attempt of a worker that was lost may still take effect; null: there is none. */
  readonly lostUntilMs: number | null;
}

/** Where an event came from. */
export type EventSource = "start" | "client" | "operator" | "activity" | "timer";

/** A committed event. */
export interface JournalEntry {
  readonly revision: number;
  readonly atMs: number;
  readonly source: EventSource;
  readonly eventType: string;
  /** The encoded event. */
  readonly event: string;
  /** The client's key of this event, or null. */
  readonly eventId: string | null;
  /** Null in the first entry. */
  readonly stateBefore: string | null;
  readonly stateAfter: string;
  readonly phase: Phase;
  /** What this event asked of the world, as JSON text: a list of effects in order. */
  readonly effects: string;
  /** `applied`; `late`: the result of an abandoned attempt; `failed`: the chart threw, nothing moved. */
  readonly verdict: "applied" | "late" | "failed";
}

/** What a repeated event is answered with. */
export interface RecordedAnswer {
  readonly eventId: string;
  /** Hash of the event, to tell a repetition from another event under the same id. */
  readonly fingerprint: string;
  /** The answer to the first one, encoded by the runtime. */
  readonly answer: string;
}

/** All that one event changes. It commits whole, or not at all. */
export interface WriteSet {
  /** The instance after the event. Revision 1 creates it; any other expects the stored one to be one less. */
  readonly instance: InstanceRecord;
  readonly journal: JournalEntry;
  readonly timersSet: readonly TimerRecord[];
  /** Ids of timers that the chart cancelled. One that is gone is no error. */
  readonly timersCancelled: readonly string[];
  /** The timer that this event comes from: it must still be there. */
  readonly timerFired: string | null;
  readonly effectsStarted: readonly EffectRecord[];
  /** Left by the chart, may be in flight: become `abandoned`. */
  readonly effectsAbandoned: readonly EffectRef[];
  /** Left by the chart, never begun: are deleted. */
  readonly effectsDropped: readonly EffectRef[];
  /** The effect that this event is the result of: it must still be there, and is deleted. */
  readonly effectFinished: EffectRef | null;
  readonly answer: RecordedAnswer | null;
}

/**
 * Why a write set was left out of its batch: `revision`: another commit came first, or the instance exists
 * already, or is not there; `timer`/`effect`: what the event came from is gone; `eventId`: that id was used.
 */
export type CommitOutcome = "committed" | "revision" | "timer" | "effect" | "eventId";

/** An instance with all that is pending. */
export interface StoredInstance {
  readonly record: InstanceRecord;
  /** In the order in which they were set. */
  readonly timers: readonly TimerRecord[];
  /** Live and abandoned, in the order in which they were started. */
  readonly effects: readonly EffectRecord[];
}

export interface ClaimedEffect extends InstanceKey {
  readonly effect: EffectRecord;
}

export interface DueTimer extends InstanceKey {
  readonly timerId: string;
  readonly dueAtMs: number;
}

export interface AbandonedEffect extends InstanceKey, EffectRef {
  readonly leaseUntilMs: number;
}

export interface Store {
  load(key: InstanceKey): Promise<StoredInstance | null>;

  /** The answer recorded under an event id of that instance. */
  findAnswer(key: InstanceKey, eventId: string): Promise<RecordedAnswer | null>;

  /** Committed events in order, those after `afterRevision` (0: from the first), at most `limit`. */
  readJournal(
    key: InstanceKey,
    page: { afterRevision: number; limit: number },
  ): Promise<readonly JournalEntry[]>;

  /**
   * Writes a batch in one durable transaction. The outcomes stand in the order of the write sets; one that
   * is left out changes nothing and leaves the others alone.
   *
   * @throws {SagaError} SAGA_STORE_BUSY or SAGA_STORE_FULL if nothing was written and it may be tried again.
   * @throws {SagaError} SAGA_STORE_OUTCOME_UNKNOWN if nobody knows what was written: stop, open the store again.
   */
  commit(writeSets: readonly WriteSet[]): Promise<readonly CommitOutcome[]>;

  /**
   * Leases up to `limit` live effects, oldest first, that no worker holds: never claimed, their lease
   * lapsed, or held by an owner of this store before this one.
   */
  claimEffects(options: {
    limit: number;
    nowMs: number;
    leaseUntilMs: number;
  }): Promise<readonly ClaimedEffect[]>;

  /** Prolongs the lease of live effects that are still running. One that is gone is no error. */
  extendLeases(effects: readonly (InstanceKey & EffectRef)[], leaseUntilMs: number): Promise<void>;

  /** The `limit` timers that are due first, in the order of their due times. */
  findTimers(limit: number): Promise<readonly DueTimer[]>;

  /** The `limit` abandoned effects that lapse first, in the order of lapsing (the later of lease and loss). */
  findAbandoned(limit: number): Promise<readonly AbandonedEffect[]>;

  /** Idempotent. Afterwards another process may open the same data. */
  close(): Promise<void>;
}
