/**
 * Judgements that one move and where it leads are enough for. What needs the whole graph is in `judge-graph.ts`.
 */
import { phaseOf } from "../saga/phase.ts";
import type { PendingActivity } from "../saga/effect.ts";
import { pathOf } from "../saga/finding.ts";
import { inPlaceOf, isActive, liveOf, placeOf } from "./configuration.ts";
import type { Configuration } from "./configuration.ts";
import type { EffectInPlace } from "./ledger.ts";
import type { PropertyName } from "./property.ts";
import { brokenBy } from "./rule-monitor.ts";
import { isConcurrent, lineage } from "./subject.ts";
import type { Subject } from "./subject.ts";
import type { Successor } from "./successors.ts";

/** That a property does not hold, and where. */
export interface Verdict {
  readonly property: PropertyName;
  /** What is concerned: a state, an activity or an event. Waivers name it. */
  readonly place: string;
  readonly message: string;
}

export interface Case {
  /** Null at the beginning. */
  readonly before: Configuration | null;
  readonly successor: Successor;
  /** Whether nobody has been in this configuration before. */
  readonly isNew: boolean;
}

export function judge(subject: Subject, { before, successor, isNew }: Case): readonly Verdict[] {
  const { to, fault } = successor;
  if (fault !== null) return [{ property: "fault", place: placeOf(to), message: fault }];
  return [
    ...brokenBy(subject, before, successor).map(({ name }) => ({
      property: "rule" as const,
      place: name,
      message: `the rule "${name}" is broken`,
    })),
    ...(before === null ? [] : judgeDeed(subject, before, successor)),
    ...judgeStart(subject, successor),
    ...(isNew ? judgeConfiguration(subject, to) : []),
  ];
}

function judgeConfiguration(subject: Subject, to: Configuration): readonly Verdict[] {
  return isActive(to) ? judgeAttempts(subject, to) : judgeEnd(subject, to);
}

function judgeEnd(subject: Subject, to: Configuration): readonly Verdict[] {
  const { snapshot, timers } = to.position.standing;
  if (snapshot.status === "error") {
    const message = `the chart ended with the error ${String(snapshot.error)}`;
    return [{ property: "fault", place: placeOf(to), message }];
  }
  const phase = phaseOf(snapshot);
  const isPending = timers.length > 0 || liveOf(to).length > 0;
  return [
    ...(isPending
      ? [
          {
            property: "pending-after-end" as const,
            place: placeOf(to),
            message: "the instance has ended, and something is pending for it",
          },
        ]
      : []),
    ...(phase === "completed" ? missingEffects(subject, to) : []),
    ...(phase === "compensated" ? leftEffects(subject, to) : []),
    ...(phase === "failed" ? unheardEffects(subject, to) : []),
  ];
}

function missingEffects({ undoable }: Subject, to: Configuration): readonly Verdict[] {
  const inPlace = inPlaceOf(to);
  return undoable
    .filter((src) => !inPlace.includes(src))
    .map((src) => ({
      property: "completed",
      place: src,
      message: `the instance is completed, and the effect of ${src} is not in place`,
    }));
}

function leftEffects({ undoable, pivots }: Subject, to: Configuration): readonly Verdict[] {
  return inPlaceOf(to)
    .filter((src) => undoable.includes(src) || pivots.has(src))
    .map((src) => ({
      property: undoable.includes(src) ? "compensated" : "pivot",
      place: src,
      message: `the instance is compensated, and the effect of ${src} is still in place`,
    }));
}

// What a failed instance may leave is its own affair, but not what it does not know of.
function unheardEffects({ undoable }: Subject, { ledger }: Configuration): readonly Verdict[] {
  const unheard = ledger.inPlace.filter(({ src, heard }) => !heard && undoable.includes(src));
  return [...new Set(unheard.map(({ src }) => src))].map((src) => ({
    property: "unresolved",
    place: src,
    message: `the instance failed, and the chart was never told of the effect of ${src}, which is in place`,
  }));
}

function judgeAttempts(subject: Subject, to: Configuration): readonly Verdict[] {
  const hasOwnTimer = to.position.standing.timers.some(
    ({ event }) => !subject.timerStates.has(event.type),
  );
  if (hasOwnTimer) return [];
  return liveOf(to)
    .filter((activity) => !isTimed(subject, activity))
    .map((activity) => ({
      property: "attempt-unbounded",
      place: placeOfAttempt(subject, activity),
      message: `no timer leaves ${activity.activityId} if its attempt never ends`,
    }));
}

function isTimed({ invokers }: Subject, { activityId }: PendingActivity): boolean {
  const invoker = invokers.get(activityId);
  return invoker !== undefined && lineage(invoker).some(({ after }) => after.length > 0);
}

function placeOfAttempt({ invokers }: Subject, { activityId }: PendingActivity): string {
  const invoker = invokers.get(activityId);
  return invoker === undefined ? activityId : pathOf(invoker);
}

function judgeDeed(
  subject: Subject,
  before: Configuration,
  { deed }: Successor,
): readonly Verdict[] {
  if (deed === null || deed.happened === null) return [];
  if (subject.chart.undoes.has(deed.happened)) {
    return [
      ...outOfOrder(subject, before, deed.happened, deed.undone),
      ...undonePastPivot(subject, before, deed.happened),
    ];
  }
  const isUnsure = before.ledger.inPlace.some(({ src, heard }) => src === deed.happened && !heard);
  if (!isUnsure) return [];
  const message = `${deed.happened} took effect under a new key, while the chart does not know of its effect under an earlier one`;
  return [{ property: "doubled", place: deed.happened, message }];
}

function outOfOrder(
  { undoable, invokers }: Subject,
  { ledger }: Configuration,
  undo: string,
  undone: EffectInPlace | null,
): readonly Verdict[] {
  if (undone === null) return [];
  const state = invokers.get(undone.activityId);
  const later = ledger.inPlace
    .slice(ledger.inPlace.indexOf(undone) + 1)
    .filter(({ src }) => undoable.includes(src) && src !== undone.src)
    .find(({ activityId }) => !isConcurrent(state, invokers.get(activityId)));
  if (later === undefined) return [];
  const message = `${undo} undoes ${undone.src} while ${later.src}, which came later, is still in place`;
  return [{ property: "reverse-order", place: undo, message }];
}

// Unless the outcome of the pivot is unknown, and it is the pivot itself that is undone.
function undonePastPivot(
  { pivots, chart }: Subject,
  { ledger }: Configuration,
  undo: string,
): readonly Verdict[] {
  const undoes = chart.undoes.get(undo) ?? [];
  const past = ledger.inPlace.find(
    ({ src, heard }) => pivots.has(src) && (heard || !undoes.includes(src)),
  );
  if (past === undefined) return [];
  const message = `${undo} takes effect after the pivot ${past.src}, which is in place`;
  return [{ property: "pivot", place: undo, message }];
}

function judgeStart({ pivots, chart }: Subject, { started, to }: Successor): readonly Verdict[] {
  const past = to.ledger.inPlace.find(({ src, heard }) => heard && pivots.has(src));
  if (past === undefined) return [];
  return started
    .filter((src) => chart.undoes.has(src))
    .map((undo) => ({
      property: "pivot",
      place: undo,
      message: `${undo} begins after the pivot ${past.src}, which the chart knows to be in place`,
    }));
}
