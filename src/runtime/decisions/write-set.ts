/**
 * From a decision to the rows that make it true: the next instance, and the write set that commits it.
 */
import { stateOf } from "../../saga/chart.ts";
import type { Chart } from "../../saga/chart.ts";
import { encode } from "../../saga/codec.ts";
import type { Effect, PendingActivity, PendingTimer } from "../../saga/effect.ts";
import { isPhaseTag } from "../../saga/phase.ts";
import { encodeSnapshot } from "../../saga/snapshot.ts";
import type { Moment, Standing } from "../../saga/step.ts";
import { transactionalOf } from "../../saga/transactional.ts";
import type {
  CommitOutcome,
  EffectRecord,
  EffectRef,
  InstanceKey,
  InstanceRecord,
  JournalEntry,
  ParkedRecord,
  RecordedAnswer,
  TimerRecord,
  WriteSet,
} from "../../store/store.ts";
import { standingUnderLimit } from "./begin.ts";
import type { Decision } from "./decide.ts";
import { toFamilyRows } from "./family-rows.ts";
import type { Kin } from "./family-rows.ts";
import type { Instance, ParkedEvent } from "../instance.ts";
import { toJournaled } from "./journaled-effect.ts";
import { parkedAfter } from "./park.ts";
import { checkSnapshotSize } from "../snapshot-size.ts";
import { traceparentOf } from "../trace.ts";

/** What an instance keeps from its start to its end. */
export type Origin = Pick<
  InstanceRecord,
  "correlationId" | "traceparent" | "attributes" | "createdAtMs" | "parent"
>;

/** What the worker knows and a decision does not. */
export interface WorkerFacts {
  /** Until when an effect is leased from birth; null if no worker is free for it now. */
  lease(): number | null;
  /** Whether an attempt may be in flight, of this worker or of one that was lost. */
  mayTakeEffect(key: InstanceKey, ref: EffectRef): boolean;
  /** Whether an attempt has been begun here and not been settled. */
  isPerforming(key: InstanceKey, ref: EffectRef): boolean;
}

/** A decided event, ready to be committed. */
export interface Prepared {
  readonly before: Instance | null;
  readonly decision: Decision;
  readonly next: Instance;
  readonly writeSet: WriteSet;
  /** The instances that it starts. */
  readonly born: readonly Prepared[];
  /** Present if it was written already, by `transact`: what came of it. */
  readonly written?: () => Promise<CommitOutcome>;
}

/** A decision on its way to rows. */
export interface Decided {
  readonly decision: Decision;
  readonly before: Instance | null;
  readonly eventId: string | null;
}

export function prepare(
  chart: Chart,
  { decision, before, eventId }: Decided,
  { moment, origin, kin }: { moment: Moment; origin: Origin; kin: Kin },
  worker: WorkerFacts,
): Prepared {
  const key = { saga: chart.saga.name, instanceId: moment.instanceId };
  const { started, left, timersSet, timersCancelled } = sorted(decision.step.effects);
  const dropped = left.filter((activity) => !mayTakeEffect(chart, key, activity, worker));
  const next = toNext(chart, { decision, before, dropped }, { moment, origin });
  checkSnapshotSize(next.record, decision);
  const traceparent = traceparentOf(decision, origin);
  const family = toFamilyRows({ decision, before, next }, kin);
  // Spelled out: with a spread in their midst V8 keeps so many properties as a hash table.
  const writeSet: WriteSet = {
    instance: next.record,
    journal: toJournal({ decision, before, eventId }, next, kin),
    timersSet: timersSet.map(toTimerRecord),
    timersCancelled,
    timerFired: decision.timerFired,
    effectsStarted: started.map((activity) =>
      toEffectRecord(activity, worker.lease(), traceparent),
    ),
    effectsAbandoned: left.filter((activity) => !dropped.includes(activity)).map(toRef),
    effectsDropped: dropped.map(toRef),
    effectsReleased: toReleased({ decision, before, next }, worker),
    effectFinished: decision.effectFinished,
    parked: decision.parked === undefined ? null : toParkedRecord(decision.parked),
    unparked: decision.unparked ?? null,
    answer: null,
    childrenStarted: family.childrenStarted,
    childrenEnded: family.childrenEnded,
    childrenMoved: family.childrenMoved,
    messagesSent: family.messagesSent,
    actionsAsked: family.actionsAsked,
    messageTaken: decision.messageTaken ?? null,
    born: kin.born.map((born) => born.writeSet),
  };
  return { before, decision, next, writeSet, born: kin.born };
}

/** What nobody here performs any more, or never did: no lease of ours is to hold it. */
function toReleased(
  { decision, before, next }: Pick<Prepared, "decision" | "before" | "next">,
  worker: WorkerFacts,
): readonly EffectRef[] {
  if (decision.effectReleased !== undefined) return [decision.effectReleased];
  if (!goesOn(before, { next, decision })) return [];
  return next.standing.activities
    .filter((activity) => !worker.isPerforming(next.record, activity))
    .map(toRef);
}

function toJournal(
  { decision, before, eventId }: Decided,
  { record }: Instance,
  kin: Kin,
): JournalEntry {
  return {
    revision: record.revision,
    atMs: record.updatedAtMs,
    source: decision.source,
    eventType: decision.event.type,
    event: encode(decision.event),
    eventId,
    traceparent: decision.traceparent ?? null,
    stateBefore: before?.record.state ?? null,
    stateAfter: record.state,
    phase: record.phase,
    effects: JSON.stringify(decision.step.effects.map((effect) => toJournaled(effect, kin))),
    verdict: decision.verdict,
    operation: decision.operation ?? null,
    sender: decision.sender ?? null,
  };
}

// A transactional activity takes effect in a commit of its instance, and this one comes first.
function mayTakeEffect(
  { saga }: Chart,
  key: InstanceKey,
  activity: PendingActivity,
  worker: WorkerFacts,
): boolean {
  return transactionalOf(saga, activity.src) === undefined && worker.mayTakeEffect(key, activity);
}

/** The write set with what a repetition of its event will be answered with. */
export function withAnswer(prepared: Prepared, answer: RecordedAnswer): Prepared {
  return { ...prepared, writeSet: { ...prepared.writeSet, answer } };
}

/** Whether the instance held still before, suspended or in quarantine, and does not any more. */
export function goesOn(
  before: Instance | null,
  { next, decision }: Pick<Prepared, "next" | "decision">,
): boolean {
  if (next.record.suspended !== null || before === null) return false;
  return before.record.suspended !== null || decision.operation?.operation === "release";
}

function toNext(
  chart: Chart,
  {
    decision,
    before,
    dropped,
  }: Pick<Decided, "decision" | "before"> & { readonly dropped: readonly PendingActivity[] },
  { moment, origin }: { moment: Moment; origin: Origin },
): Instance {
  const { next } = decision.step;
  const place = standingUnderLimit(before, decision);
  const { suspended = before?.record.suspended ?? null } = decision;
  const isDropped = (activity: PendingActivity): boolean =>
    dropped.some(
      (one) => one.activityId === activity.activityId && one.generation === activity.generation,
    );
  const standing =
    dropped.length === 0
      ? next
      : { ...next, activities: next.activities.filter((activity) => !isDropped(activity)) };
  const { snapshot, visits } = standing;
  const record: InstanceRecord = {
    saga: chart.saga.name,
    instanceId: moment.instanceId,
    version: chart.saga.version,
    revision: moment.revision,
    phase: place.phase,
    // What has not begun stands nowhere yet.
    state: place.hasBegun ? stateOf(snapshot) : "",
    tags: place.hasBegun ? tagsOf(snapshot) : [],
    snapshot: encodeSnapshot(chart, snapshot, visits),
    fault: decision.fault,
    suspended,
    limited: place.limited,
    correlationId: origin.correlationId,
    traceparent: origin.traceparent,
    parent: origin.parent,
    attributes: origin.attributes,
    createdAtMs: origin.createdAtMs,
    updatedAtMs: moment.nowMs,
  };
  return { chart, record, standing, parked: parkedAfter(before, decision) };
}

function tagsOf({ tags }: Standing["snapshot"]): readonly string[] {
  const own: string[] = [];
  for (const tag of tags as ReadonlySet<string>) if (!isPhaseTag(tag)) own.push(tag);
  return own;
}

/** The effects that are rows of the instance itself, by what becomes of them. */
interface SortedEffects {
  readonly started: readonly PendingActivity[];
  readonly left: readonly PendingActivity[];
  readonly timersSet: readonly PendingTimer[];
  readonly timersCancelled: readonly string[];
}

function sorted(effects: readonly Effect[]): SortedEffects {
  const started: PendingActivity[] = [];
  const left: PendingActivity[] = [];
  const timersSet: PendingTimer[] = [];
  const timersCancelled: string[] = [];
  for (const effect of effects) {
    if (effect.kind === "startActivity") started.push(effect.activity);
    if (effect.kind === "leaveActivity") left.push(effect.activity);
    if (effect.kind === "setTimer") timersSet.push(effect.timer);
    if (effect.kind === "cancelTimer") timersCancelled.push(effect.timer.timerId);
  }
  // A timer that was set and cancelled within the macrostep never was.
  const isKept = ({ timerId }: PendingTimer): boolean => !timersCancelled.includes(timerId);
  return { started, left, timersSet: timersSet.filter(isKept), timersCancelled };
}

function toParkedRecord(parked: ParkedEvent): ParkedRecord {
  return { ...parked, event: encode(parked.event) };
}

function toTimerRecord({ to, ...timer }: PendingTimer): TimerRecord {
  const sendTo = to === null ? null : JSON.stringify(to);
  return { ...timer, event: encode(timer.event), sendTo };
}

function toEffectRecord(
  activity: PendingActivity,
  leaseUntilMs: number | null,
  traceparent: string | null,
): EffectRecord {
  return {
    activityId: activity.activityId,
    generation: activity.generation,
    src: activity.src,
    input: encode(activity.input),
    idempotencyKey: activity.idempotencyKey,
    traceparent,
    attempt: activity.attempt,
    status: "live",
    leaseUntilMs,
    lostUntilMs: null,
  };
}

function toRef({ activityId, generation }: PendingActivity): EffectRef {
  return { activityId, generation };
}
