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
import type {
  ActionRecord,
  ChildMove,
  ChildRecord,
  ChildRef,
  FamilyStore,
  InstanceKey,
  MessageRecord,
  ParentLink,
} from "./family.ts";
import type { RetentionStore } from "./retention.ts";
import type { ScheduleStore } from "./schedules.ts";
import type { DwellTime, InstanceCount, InstancePage, InstanceQuery } from "./search.ts";

export type { InstanceKey } from "./family.ts";
export type * from "./schedules.ts";
export type * from "./search.ts";

/** Why an instance holds still. */
export interface Suspension {
  /** Who suspended it; null if he did not say. */
  readonly by: string | null;
  readonly reason: string;
  readonly atMs: number;
}

/** Why an instance is not moved, though nobody suspended it. */
export interface Quarantine {
  /** `damaged`: its rows are not as they were written; `unreadable`: the chart does not know what they say. */
  readonly kind: "damaged" | "unreadable";
  readonly reason: string;
  readonly atMs: number;
}

/** Rows that are not as they were written. */
export interface Damage {
  /** Whose rows they are. */
  readonly key: InstanceKey;
  /** What is damaged, for people. */
  readonly what: string;
}

/** Where an instance stands under the limit of its saga on instances. */
export interface Limited {
  /** The key that it counts under until it ends. */
  readonly key: string;
  /** It has not begun: it waits for room. */
  readonly waits: boolean;
}

export type OperationName =
  | "cancel"
  | "retry"
  | "skip"
  | "suspend"
  | "resume"
  | "terminate"
  | "redeliver"
  | "release"
  | "fork";

/** What an operator did, who it was, and why. */
export interface OperationRecord {
  readonly operation: OperationName;
  /** Null if he did not say. */
  readonly by: string | null;
  readonly reason: string;
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
  /** Null unless the instance holds still: its timers are not found and its effects not claimed. */
  readonly suspended: Suspension | null;
  /** Null if there is no such limit, or the instance does not count any more. */
  readonly limited: Limited | null;
  /** Names the business transaction across services; given by the one who started it. */
  readonly correlationId: string;
  /** W3C trace context of the start, or null. */
  readonly traceparent: string | null;
  /** Null: it was started from outside. */
  readonly parent: ParentLink | null;
  /** Set at start, for search; like `createdAtMs` it stays as the first revision said. */
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
  /** The encoded address that it is sent to; null: the instance takes it itself. */
  readonly sendTo: string | null;
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
  /** W3C trace context of the event that started it, else of the start of its instance; null: of neither. */
  readonly traceparent: string | null;
  /** Which drawn attempt of its operation this is, counts from 1. */
  readonly attempt: number;
  /** `abandoned`: its result counts no more, but an attempt may still take effect until its lease lapses. */
  readonly status: "live" | "abandoned";
  /** Until when a worker holds it; null: no worker has claimed it yet. */
  readonly leaseUntilMs: number | null;
  /** Until when an attempt of a worker that was lost may still take effect; null: there is none. */
  readonly lostUntilMs: number | null;
}

/** An event that came early and is kept until a state takes it. */
export interface ParkedRecord {
  /** The revision that parked it: names it within its instance, and gives the order of arrival. */
  readonly sequence: number;
  readonly atMs: number;
  /** The client's key of this event, or null. */
  readonly eventId: string | null;
  /** W3C trace context that came with this event, or null. */
  readonly traceparent: string | null;
  /** The encoded event. */
  readonly event: string;
}

/**
 * Where an event came from. `message`: another instance; `child`: a child, by its end or a snapshot, or one that the
 * process hosts; `action`: an action of the author's own, which failed or was performed after it had.
 */
export type EventSource =
  | "start"
  | "client"
  | "operator"
  | "activity"
  | "timer"
  | "message"
  | "child"
  | "action";

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
  /** W3C trace context that came with this event, or null. */
  readonly traceparent: string | null;
  /** Null in the first entry. */
  readonly stateBefore: string | null;
  readonly stateAfter: string;
  readonly phase: Phase;
  /** What this event asked of the world, as JSON text: a list of effects in order. */
  readonly effects: string;
  /**
   * `applied`; `late`: the result of an abandoned attempt; `failed`: the chart threw, nothing moved; `parked`: no
   * state takes it yet, it is kept; `stranded`: it was kept, and the instance ended before a state took it;
   * `unhandled`: a message that no transition takes; `undeliverable`: a message that this instance sent, and
   * whoever should take it is not there or has ended; `waiting`: the start has no room yet, nothing has begun.
   */
  readonly verdict:
    | "applied"
    | "late"
    | "failed"
    | "parked"
    | "stranded"
    | "unhandled"
    | "undeliverable"
    | "waiting";
  /** Who sent the message, or (`undeliverable`) who should have taken it; null if it was none. */
  readonly sender: InstanceKey | null;
  /** The operation that this event was, or null. */
  readonly operation: OperationRecord | null;
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
  /** Claimed by this owner, and not being performed: its lease ends. What is live may be claimed again. */
  readonly effectsReleased: readonly EffectRef[];
  /** The effect that this event is the result of: it must still be there, and is deleted. */
  readonly effectFinished: EffectRef | null;
  /** The event that came early, to be kept. */
  readonly parked: ParkedRecord | null;
  /** Sequence of the parked event that this event is: it must still be there, and is deleted. */
  readonly unparked: number | null;
  readonly answer: RecordedAnswer | null;
  readonly childrenStarted: readonly ChildRecord[];
  /** Children that ended, or were left. */
  readonly childrenEnded: readonly ChildRef[];
  readonly childrenMoved: readonly ChildMove[];
  readonly messagesSent: readonly MessageRecord[];
  /** Position of the message that this event is: it must still be there, and is deleted. */
  readonly messageTaken: number | null;
  readonly actionsAsked: readonly ActionRecord[];
  /** Instances that this event starts: they commit with it, or nothing does. */
  readonly born: readonly WriteSet[];
  /** It takes the instance out of quarantine, as its rows are: those that are not as they were written count as such. */
  readonly lifts?: true;
}

/**
 * Why a write set was left out of its batch: `revision`: another commit came first, or the instance exists
 * already, or is not there; `timer`/`effect`/`parked`/`message`: what the event came from is gone; `eventId`: that id was used;
 * `born`: an instance that it starts exists already.
 */
export type CommitOutcome =
  | "committed"
  | "revision"
  | "timer"
  | "effect"
  | "parked"
  | "message"
  | "eventId"
  | "born";

/** An instance with all that is pending. */
export interface StoredInstance {
  readonly record: InstanceRecord;
  /** In the order in which they were set. */
  readonly timers: readonly TimerRecord[];
  /** Live and abandoned, in the order in which they were started. */
  readonly effects: readonly EffectRecord[];
  /** In the order of arrival. */
  readonly parked: readonly ParkedRecord[];
  /** In the order in which they were started. */
  readonly children: readonly ChildRecord[];
  /** Null unless it was put in quarantine. */
  readonly quarantined: Quarantine | null;
  /** What of it is not as it was written; null if all is. Nothing may be done by what it says then. */
  readonly damage: string | null;
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

/** An instance that has parked events. */
export interface ParkingInstance extends InstanceKey {
  /** Orders the instances that have some; of no other meaning. */
  readonly position: number;
}

/** An instance that counts under a limit. */
export interface LimitedInstance extends InstanceKey {
  /** Orders instances by their first commits. */
  readonly position: number;
  readonly version: number;
  readonly limited: Limited;
}

/** A committed event among those of all instances. */
export interface FeedEntry extends InstanceKey {
  /** Order of commits over all instances, counts from 1; no number is used again. */
  readonly position: number;
  readonly entry: JournalEntry;
}

/** Which committed events to read; whatever is left out does not matter. */
export interface FeedQuery {
  readonly afterPosition: number;
  readonly saga?: string;
  /** Only together with `saga`. */
  readonly instanceId?: string;
  /** The phase that the event led to. */
  readonly phase?: Phase;
  readonly limit: number;
}

export interface FeedPage {
  /** In the order of their positions. */
  readonly entries: readonly FeedEntry[];
  /** Up to here nothing is left to read: where the next page begins. */
  readonly position: number;
  /** False: this was the end, as of now. */
  readonly hasMore: boolean;
}

/** What whoever runs a store should know of it. */
export interface StoreRemark {
  /** For programs: kebab-case, and does not change its meaning. */
  readonly code: string;
  readonly text: string;
  /** How many, if it is about a number of things. */
  readonly count?: number;
}

export interface Store extends ScheduleStore, FamilyStore, RetentionStore {
  load(key: InstanceKey): Promise<StoredInstance | null>;

  /** What `load` gives for each of these keys, in their order; for fewer round trips. */
  loadMany(keys: readonly InstanceKey[]): Promise<readonly (StoredInstance | null)[]>;

  /** The answer recorded under an event id of that instance. */
  findAnswer(key: InstanceKey, eventId: string): Promise<RecordedAnswer | null>;

  /** Committed events in order, those after `afterRevision` (0: from the first), at most `limit`. */
  readJournal(
    key: InstanceKey,
    page: { afterRevision: number; limit: number },
  ): Promise<readonly JournalEntry[]>;

  /**
   * Committed events of all instances, at most `limit`, those after a position. Positions become visible in
   * their order: whoever has read up to one misses nothing before it. (On SQLite they ascend and one process
   * writes.) A page looks at a bounded number of entries: if few of them fit, it is short, and there may be more.
   */
  readFeed(query: FeedQuery): Promise<FeedPage>;

  /** The position of the last committed event; 0 if there is none. */
  lastPosition(): Promise<number>;

  /**
   * Writes a batch in one durable transaction. The outcomes stand in the order of the write sets; one that
   * is left out changes nothing and leaves the others alone.
   *
   * @throws {SagaError} SAGA_STORE_BUSY or SAGA_STORE_FULL if nothing was written and it may be tried again.
   * @throws {SagaError} SAGA_STORE_OUTCOME_UNKNOWN if nobody knows what was written: stop, open the store again.
   * @throws {SagaError} SAGA_STORE_TAKEN if the data are another's now: nothing was written, and nothing will be.
   */
  commit(writeSets: readonly WriteSet[]): Promise<readonly CommitOutcome[]>;

  /**
   * Commits one write set in a transaction in which `work`, which makes it, writes rows of the user's own. `tx` is
   * what the store's users write with. All of it commits, or none: nothing is written if the outcome is another
   * one, or if `work` throws, whose error is thrown on as it is. `work` is called once at most, and synchronous.
   * A store that cannot do it leaves this out; sagas with transactional activities are refused on it.
   *
   * @throws {SagaError} as `commit` does, and SAGA_TRANSACTION_INVALID if `work` tried to end the transaction.
   */
  commitWith?(work: (tx: unknown) => WriteSet): Promise<CommitOutcome>;

  /**
   * Leases up to `limit` live effects, oldest first, that no worker holds: never claimed, their lease
   * lapsed, or held by an owner of this store before this one. Those of suspended instances are left out.
   */
  claimEffects(options: {
    limit: number;
    nowMs: number;
    leaseUntilMs: number;
  }): Promise<readonly ClaimedEffect[]>;

  /** Prolongs the lease of live effects that are still running. One that is gone is no error. */
  extendLeases(effects: readonly (InstanceKey & EffectRef)[], leaseUntilMs: number): Promise<void>;

  /** The `limit` timers that are due first, in the order of their due times; none of suspended instances. */
  findTimers(limit: number): Promise<readonly DueTimer[]>;

  /** The `limit` abandoned effects that lapse first, in the order of lapsing (the later of lease and loss). */
  findAbandoned(limit: number): Promise<readonly AbandonedEffect[]>;

  /**
   * Instances that fit a query, newest start first. Instances that start meanwhile neither repeat nor hide
   * one on later pages. A page looks at a bounded number of instances: if few of them fit, it is short.
   */
  findInstances(query: InstanceQuery): Promise<InstancePage>;

  /** How many instances stand where, by saga, version, phase and state; exact. */
  countInstances(filter: { saga?: string }): Promise<readonly InstanceCount[]>;

  /** Stays that ended within the newest `entries` of the journal of all instances, by state. */
  dwellTimes(filter: {
    saga?: string;
    version?: number;
    entries: number;
  }): Promise<readonly DwellTime[]>;

  /** Instances with parked events, those after that position (0: from the first), at most `limit`, each once. */
  findParked(page: { afterPosition: number; limit: number }): Promise<readonly ParkingInstance[]>;

  /** Instances that count under a limit, those after that position (0: from the first), at most `limit`, in order. */
  findLimited(page: { afterPosition: number; limit: number }): Promise<readonly LimitedInstance[]>;

  /**
   * Finds out whether a store that took nothing takes a batch now. Left out: it always does.
   *
   * @throws {SagaError} SAGA_STORE_BUSY or SAGA_STORE_FULL if it would not; SAGA_STORE_OUTCOME_UNKNOWN if it has failed.
   */
  probe?(): Promise<void>;

  /** What whoever runs the store should know of it now; readiness and the log tell it. Left out: nothing ever. */
  remarks?(): readonly StoreRemark[];

  /**
   * Puts an instance in quarantine: its timers are not found, its effects not claimed, and no write set moves it but
   * one that lifts the quarantine. The first reason stays.
   */
  quarantine(key: InstanceKey, quarantine: Quarantine): Promise<void>;

  /** Tells of damage that is found where many instances are read: those rows are left out there. One listener. */
  watchDamage(onDamage: (damage: Damage) => void): void;

  /** Idempotent. Afterwards another process may open the same data. */
  close(): Promise<void>;
}
