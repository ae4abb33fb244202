/**
 * Positions: where an instance stands while moves happen to it, as its chart alone says. What the real runtime
 * comes to is compared with this.
 *
 * Time goes by only as moves say: timers fire in the order of their due times, and an attempt that the chart
 * has left is settled before anything else happens, so that paths stay few.
 */
import type { AttemptOutcome, Move } from "../check/move.ts";
import { NOTHING_DONE } from "../check/ledger.ts";
import type { Ledger } from "../check/ledger.ts";
import { without as withoutPath } from "../check/position.ts";
import { choicesOf, isMade } from "../check/samples.ts";
import type { Samples } from "../check/samples.ts";
import { acceptedEvents } from "../saga/accepts.ts";
import { stateOf, toChart } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import { normalize } from "../saga/codec.ts";
import type { AnySaga } from "../saga/define.ts";
import type { PendingActivity, PendingTimer } from "../saga/effect.ts";
import { assertDurable } from "../saga/lint.ts";
import { phaseOf } from "../saga/phase.ts";
import type { Phase } from "../saga/phase.ts";
import { encodeSnapshot } from "../saga/snapshot.ts";
import { advance, fire, settle, start, toEvent, without } from "../saga/step.ts";
import type { Moment, Outcome, Standing } from "../saga/step.ts";
import { answerTo, hasEffect } from "./answers.ts";
import type { Ending } from "./answers.ts";
import { entered, inPlaceOf } from "./ledger.ts";
import { inputOf, payloadsOf, receivedAs } from "./payloads.ts";

const INSTANCE_ID = "i-1";
// The first of January 2026, UTC.
const START_MS = 1_767_225_600_000;
// Shorter than what charts wait for, so that an attempt that was lost holds nothing up for long.
const LEASE_MS = 1_000;

/** What moves are made of: the chart, and what is known of the world. */
export interface Setting {
  readonly chart: Chart;
  readonly samples: Samples;
  readonly instanceId: string;
  readonly startMs: number;
  readonly leaseMs: number;
  /** Paths in the context to what tells no configurations apart. */
  readonly ignoreContext: readonly string[];
}

export interface Position {
  readonly standing: Standing;
  readonly revision: number;
  readonly nowMs: number;
  /** What is in place in the world. */
  readonly ledger: Ledger;
}

/** What can be seen of a settled instance from outside. */
export interface Settled {
  readonly state: string;
  readonly phase: Phase;
  readonly revision: number;
  /** Since the start of the instance. */
  readonly atMs: number;
  /** Types of the events of pending timers, sorted. */
  readonly timers: readonly string[];
  /** Ids of the activities whose results count, sorted. */
  readonly activities: readonly string[];
}

/** The setting in which paths of a saga are computed and walked. @throws {SagaError} SAGA_CHART_INVALID */
export function settingOf(
  saga: AnySaga,
  samples: Samples,
  ignoreContext: readonly string[] = [],
): Setting {
  assertDurable(saga);
  return {
    chart: toChart(saga),
    samples,
    instanceId: INSTANCE_ID,
    startMs: START_MS,
    leaseMs: LEASE_MS,
    ignoreContext,
  };
}

export function begin(setting: Setting): Position {
  const { chart, samples, instanceId, startMs } = setting;
  const moment: Moment = { instanceId, revision: 1, nowMs: startMs };
  const input = normalize(inputOf(chart.saga, samples));
  const standing = start(chart, input, moment).next;
  return { standing, revision: 1, nowMs: startMs, ledger: NOTHING_DONE };
}

/** What the move makes of the position; null if it cannot happen there. */
export function moved(setting: Setting, position: Position, move: Move): Position | null {
  switch (move.kind) {
    case "send":
      return step(setting, position, (moment) => {
        const event = receivedAs(setting.chart.saga, move.event);
        return advance(setting.chart, position.standing, event, moment)?.next ?? null;
      });
    case "fire":
      return fired(setting, position, move.event);
    case "settle":
      return settled(setting, position, move);
    case "settleLate":
    case "lapse": {
      const left = abandonedOf(position).find(({ activityId }) => activityId === move.activityId);
      if (left === undefined) return null;
      if (move.kind === "lapse") {
        const later = { ...position, nowMs: position.nowMs + setting.leaseMs };
        // By then the leases of all have lapsed.
        return abandonedOf(position).reduce<Position | null>(
          (now, each) => now && step(setting, now, () => without(now.standing, each)),
          later,
        );
      }
      const ended = hasEffect(move.outcome) ? withEffect(setting, position, left) : position;
      return step(setting, ended, () => without(position.standing, left));
    }
    case "takeEffect": {
      const activity = begunOf(setting, position, move.activityId);
      return activity === undefined ? null : withEffect(setting, position, activity);
    }
    // What is due by then fires at once after the start.
    case "crash":
      return firedUntil(setting, position, position.nowMs);
  }
}

/** What may happen next, what goes well first; `moved` tells of each whether it really can. */
export function movesFrom(setting: Setting, position: Position): readonly Move[] {
  const [left] = abandonedOf(position);
  if (left !== undefined) return endsOf(setting, position, left);
  if (position.standing.snapshot.status !== "active") return [];
  return [...settlings(setting, position), ...firings(position), ...sends(setting, position)];
}

export function settledAt({ startMs }: Setting, { standing, revision, nowMs }: Position): Settled {
  return {
    state: stateOf(standing.snapshot),
    phase: phaseOf(standing.snapshot),
    revision,
    atMs: nowMs - startMs,
    timers: standing.timers.map(({ event }) => event.type).toSorted(),
    activities: standing.activities
      .filter(({ abandoned }) => !abandoned)
      .map(({ activityId }) => activityId)
      .toSorted(),
  };
}

/** Two positions with the same text are one configuration: what may happen from there on is the same. */
export function configurationOf(setting: Setting, { standing, ledger }: Position): string {
  const { chart, samples, ignoreContext } = setting;
  const { snapshot, activities } = standing;
  const context = ignoreContext.reduce<unknown>(
    (left, path) => withoutPath(left, path.split(".")),
    snapshot.context,
  );
  // A reference names the revision that started its child, which no configuration is told by.
  const told = { ...snapshot, context, children: {} } as typeof snapshot;
  const isWorldAsked = Object.keys(samples.outputs ?? {}).some((src) => isMade(samples, src));
  return JSON.stringify([
    encodeSnapshot(chart, told, {}),
    Object.keys(snapshot.children as object).toSorted(),
    isWorldAsked ? inPlaceOf(ledger) : [],
    dueOrder(standing.timers).map(({ event }) => event.type),
    activities.map(({ activityId, abandoned }) => [activityId, abandoned]),
  ]);
}

/** The event by which the chart hears of a move; null if it does not hear of it. */
export function heardOf(
  setting: Setting,
  position: Position,
  move: Move,
): ReturnType<typeof toEvent> | null {
  switch (move.kind) {
    case "send":
      return receivedAs(setting.chart.saga, move.event);
    case "fire":
      return dueOrder(position.standing.timers)[0]?.event ?? null;
    case "settle": {
      const activity = begunOf(setting, position, move.activityId);
      if (activity === undefined) return null;
      return toEvent(move.activityId, outcomeOf(setting, position, activity, move).outcome);
    }
    case "settleLate":
    case "lapse":
    case "takeEffect":
    case "crash":
      return null;
  }
}

/** Whether an abandoned attempt of what it undoes is in the way (promise 7). */
export function isHeldBack({ chart }: Setting, position: Position, src: string): boolean {
  const undone = chart.undoes.get(src) ?? [];
  return abandonedOf(position).some((activity) => undone.includes(activity.src));
}

export function abandonedOf({ standing }: Position): readonly PendingActivity[] {
  return standing.activities.filter(({ abandoned }) => abandoned);
}

export function dueOrder(timers: readonly PendingTimer[]): readonly PendingTimer[] {
  return timers.toSorted((a, b) => a.dueAtMs - b.dueAtMs);
}

function step(
  { instanceId }: Setting,
  position: Position,
  next: (moment: Moment) => Standing | null,
): Position | null {
  const revision = position.revision + 1;
  const standing = next({ instanceId, revision, nowMs: position.nowMs });
  return standing === null ? null : { ...position, standing, revision };
}

/** Only the timer that is due first can fire, and with it all that are due at the same time. */
function fired(setting: Setting, position: Position, eventType: string): Position | null {
  const [first] = dueOrder(position.standing.timers);
  if (first === undefined || first.event.type !== eventType) return null;
  return firedUntil(setting, position, Math.max(position.nowMs, first.dueAtMs));
}

function firedUntil(setting: Setting, position: Position, nowMs: number): Position {
  let now: Position = { ...position, nowMs };
  for (const { timerId, dueAtMs } of dueOrder(position.standing.timers)) {
    if (dueAtMs > now.nowMs) break;
    const before = now;
    const next = (moment: Moment): Standing | null =>
      fire(setting.chart, before.standing, timerId, moment)?.next ?? null;
    now = step(setting, before, next) ?? before;
  }
  return now;
}

function settled(
  setting: Setting,
  position: Position,
  move: Move & { readonly kind: "settle" },
): Position | null {
  const activity = begunOf(setting, position, move.activityId);
  if (activity === undefined) return null;
  const { outcome, ended } = outcomeOf(setting, position, activity, move);
  return step(
    setting,
    ended,
    (moment) => settle(setting.chart, position.standing, { activity, outcome }, moment).next,
  );
}

/** The activity whose attempt is being made, unless it is held back. */
function begunOf(
  setting: Setting,
  position: Position,
  activityId: string,
): PendingActivity | undefined {
  return position.standing.activities.find(
    (one) =>
      !one.abandoned && one.activityId === activityId && !isHeldBack(setting, position, one.src),
  );
}

function withEffect(
  { chart }: Setting,
  position: Position,
  { src: activity, idempotencyKey }: PendingActivity,
): Position {
  const ledger = entered(chart, position.ledger, { activity, idempotencyKey });
  return { ...position, ledger };
}

function outcomeOf(
  setting: Setting,
  position: Position,
  activity: PendingActivity,
  ending: Ending,
): { outcome: Outcome; ended: Position } {
  const ended = hasEffect(ending.outcome) ? withEffect(setting, position, activity) : position;
  const facts = { inPlace: inPlaceOf(ended.ledger) };
  const answer = answerTo(setting.samples, activity, ending, facts);
  const outcome = answer.kind === "done" ? { ...answer, output: normalize(answer.output) } : answer;
  return { outcome, ended };
}

function endsOf(
  { leaseMs }: Setting,
  { standing, nowMs }: Position,
  { activityId }: PendingActivity,
): readonly Move[] {
  const [first] = dueOrder(standing.timers);
  const isLapseFirst = first === undefined || first.dueAtMs > nowMs + leaseMs;
  return [
    { kind: "settleLate", activityId, outcome: "ok" },
    { kind: "settleLate", activityId, outcome: "transient" },
    ...(isLapseFirst ? [{ kind: "lapse", activityId } as const] : []),
  ];
}

const failures: readonly AttemptOutcome[] = ["lostReply", "transient", "rejected"];

function settlings({ samples }: Setting, { standing }: Position): readonly Move[] {
  return standing.activities.flatMap(({ activityId, src }): readonly Move[] => [
    ...Array.from({ length: choicesOf(samples, src) }, (_, choice): Move => {
      const move = { kind: "settle", activityId, outcome: "ok" } as const;
      return choice === 0 ? move : { ...move, choice };
    }),
    ...failures.map((outcome): Move => ({ kind: "settle", activityId, outcome })),
  ]);
}

function firings({ standing }: Position): readonly Move[] {
  return dueOrder(standing.timers)
    .slice(0, 1)
    .map(({ event }): Move => ({ kind: "fire", event: event.type }));
}

function sends(setting: Setting, position: Position): readonly Move[] {
  return acceptedEvents(setting.chart, position.standing.snapshot).flatMap(({ type }) =>
    payloadsOf(setting.chart.saga, setting.samples, type).map((payload): Move => ({
      kind: "send",
      event: { ...payload, type },
    })),
  );
}
