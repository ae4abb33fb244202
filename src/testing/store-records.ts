/** Sample records for store tests: whole and valid, so that a test names only what it is about. */
import type {
  EffectRecord,
  InstanceKey,
  InstanceRecord,
  JournalEntry,
  ParkedRecord,
  ScheduleKey,
  ScheduleRecord,
  TimerRecord,
  WriteSet,
} from "../store/store.ts";

/** A moment, so that due times and leases in tests read as differences. */
export const nowMs = 1_764_000_000_000;

export const key: InstanceKey = { saga: "order", instanceId: "o-1" };

export function instanceRecord(over: Partial<InstanceRecord> = {}): InstanceRecord {
  const revision = over.revision ?? 1;
  return {
    ...key,
    version: 1,
    revision,
    phase: "forward",
    state: `state${revision}`,
    tags: ["waiting"],
    snapshot: `{"revision":${revision}}`,
    fault: null,
    suspended: null,
    limited: null,
    correlationId: "c-1",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    parent: null,
    attributes: { customer: "u-1" },
    createdAtMs: nowMs,
    updatedAtMs: nowMs + revision,
    ...over,
  };
}

export function journalEntry(over: Partial<JournalEntry> = {}): JournalEntry {
  const revision = over.revision ?? 1;
  return {
    revision,
    atMs: nowMs + revision,
    source: revision === 1 ? "start" : "client",
    eventType: revision === 1 ? "xstate.init" : "NEXT",
    event: `{"type":"event${revision}"}`,
    eventId: null,
    traceparent: null,
    stateBefore: revision === 1 ? null : `state${revision - 1}`,
    stateAfter: `state${revision}`,
    phase: "forward",
    effects: "[]",
    verdict: "applied",
    operation: null,
    sender: null,
    ...over,
  };
}

export function timerRecord(over: Partial<TimerRecord> = {}): TimerRecord {
  return {
    timerId: "reminder-1",
    sendId: "reminder",
    event: `{"type":"REMIND"}`,
    sendTo: null,
    dueAtMs: nowMs + 1_000,
    ...over,
  };
}

export function effectRecord(over: Partial<EffectRecord> = {}): EffectRecord {
  return {
    activityId: "charge",
    generation: 1,
    src: "chargeCard",
    input: `{"amountCents":4200}`,
    idempotencyKey: "order/o-1/charge/1",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
    attempt: 1,
    status: "live",
    leaseUntilMs: null,
    lostUntilMs: null,
    ...over,
  };
}

export function parkedRecord(over: Partial<ParkedRecord> = {}): ParkedRecord {
  return {
    sequence: 2,
    atMs: nowMs + 2,
    eventId: "e-2",
    traceparent: null,
    event: `{"type":"event2"}`,
    ...over,
  };
}

export const nightly: ScheduleKey = { saga: "order", scheduleId: "nightly" };

export function scheduleRecord(over: Partial<ScheduleRecord> = {}): ScheduleRecord {
  return {
    ...nightly,
    revision: 1,
    definition: `{"cron":"0 0 * * *"}`,
    isPaused: false,
    nextDueAtMs: nowMs + 1_000,
    lastDueAtMs: null,
    lastOutcome: null,
    lastInstanceId: null,
    lastError: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    ...over,
  };
}

/** What a write set says beside its instance and journal entry, which both follow from the revision. */
type Changes = Partial<Omit<WriteSet, "instance" | "journal">> & { key?: InstanceKey };

/** The event that takes an instance to `revision`: 1 creates it. */
export function writeSet(
  revision: number,
  { key: name = key, ...changes }: Changes = {},
): WriteSet {
  return {
    instance: instanceRecord({ ...name, revision }),
    journal: journalEntry({ revision }),
    timersSet: [],
    timersCancelled: [],
    timerFired: null,
    effectsStarted: [],
    effectsAbandoned: [],
    effectsDropped: [],
    effectsReleased: [],
    effectFinished: null,
    parked: null,
    unparked: null,
    answer: null,
    childrenStarted: [],
    childrenEnded: [],
    childrenMoved: [],
    messagesSent: [],
    messageTaken: null,
    actionsAsked: [],
    born: [],
    ...changes,
  };
}
