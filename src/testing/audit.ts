/**
 * The audit: whether an instance is where its journal says, with nothing forgotten and nothing that nobody asked for. It
 * needs no path, so it also judges what has left one.
 */
import type { EventObject } from "xstate";
import { toFoldEntry } from "../runtime/operators/replay.ts";
import { fold } from "../saga/fold.ts";
import { encodeSnapshot } from "../saga/snapshot.ts";
import { start } from "../saga/step.ts";
import type { Standing } from "../saga/step.ts";
import type { JournalEntry, StoredInstance } from "../store/store.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { Setting } from "./position.ts";
import type { AttemptName } from "./world.ts";

/** What a store and a world know of an instance. */
export interface Evidence {
  readonly journal: readonly JournalEntry[];
  readonly stored: StoredInstance;
  readonly nowMs: number;
  readonly ledger: readonly LedgerEntry[];
  readonly open: readonly AttemptName[];
}

/** What is wrong, in words; empty if all is well. */
export function wrongIn(setting: Setting, evidence: Evidence): readonly string[] {
  try {
    const { standing, early } = foldOf(setting, evidence);
    return [
      ...early,
      ...gapsIn(evidence),
      ...differencesFrom(setting, standing, evidence),
      ...forgottenIn(setting, evidence),
      ...unaskedIn(evidence),
    ];
  } catch (error) {
    return [`its journal cannot be computed again: ${String(error)}`];
  }
}

/** Types of the timers that have fired, in order. */
export function firedIn({ journal }: Evidence): readonly string[] {
  return journal.filter(({ source }) => source === "timer").map(({ eventType }) => eventType);
}

interface Folded {
  readonly standing: Standing;
  /** Timers that fired early, in words. */
  readonly early: readonly string[];
}

function foldOf({ chart }: Setting, { journal, stored }: Evidence): Folded {
  const { instanceId } = stored.record;
  const [first, ...later] = journal.map(toFoldEntry);
  if (first === undefined) throw new Error("it has no journal");
  const { input } = first.event as EventObject & { input?: unknown };
  const begun = start(chart, input, { instanceId, revision: 1, nowMs: first.atMs }).next;
  return later.reduce<Folded>(
    ({ standing, early }, entry) => {
      const next = fold(chart, { instanceId }, standing, [entry]);
      if (entry.source !== "timer") return { standing: next, early };
      const { type } = entry.event;
      const due = standing.timers.filter(({ event }) => event.type === type);
      const isEarly = due.every(({ dueAtMs }) => dueAtMs > entry.atMs);
      return { standing: next, early: isEarly ? [...early, `${type} fired early`] : early };
    },
    { standing: fold(chart, { instanceId }, begun, []), early: [] },
  );
}

/** Whether it has all its revisions, in order. */
export function gapsIn({ journal, stored }: Evidence): readonly string[] {
  const revisions = journal.map(({ revision }) => revision);
  const isWhole = revisions.every((one, index) => one === index + 1);
  if (isWhole && revisions.length === stored.record.revision) return [];
  return [`the journal of revision ${stored.record.revision} has ${revisions.join(", ")}`];
}

function differencesFrom(
  { chart }: Setting,
  { snapshot, visits, timers, activities }: Standing,
  { stored: { record, damage, ...pending } }: Evidence,
): readonly string[] {
  const told = {
    snapshot: encodeSnapshot(chart, snapshot, visits),
    timers: timers.map(({ timerId, dueAtMs }) => `${timerId} at ${dueAtMs}`),
    activities: activities.map(
      ({ idempotencyKey, generation }) => `${idempotencyKey} ${generation}`,
    ),
  };
  const live = pending.effects.filter(({ status }) => status === "live");
  const kept = {
    snapshot: record.snapshot,
    timers: pending.timers.map(({ timerId, dueAtMs }) => `${timerId} at ${dueAtMs}`),
    activities: live.map(({ idempotencyKey, generation }) => `${idempotencyKey} ${generation}`),
  };
  const names = ["snapshot", "timers", "activities"] as const;
  const differences = names
    .map((name) => [name, String(told[name]), String(kept[name])] as const)
    .filter(([, one, other]) => one !== other)
    .map(([name, one, other]) => `${name}: its journal leads to ${one}, and stored is ${other}`);
  return damage === null ? differences : [damage, ...differences];
}

function forgottenIn({ chart }: Setting, { stored, nowMs, open }: Evidence): readonly string[] {
  const overdue = stored.timers.filter(({ dueAtMs }) => dueAtMs <= nowMs);
  const begun = new Set(open.map(({ idempotencyKey }) => idempotencyKey));
  const left = stored.effects.filter(({ status }) => status === "abandoned");
  const isHeldBack = (src: string): boolean =>
    left.some((one) => chart.undoes.get(src)?.includes(one.src) === true);
  const idle = stored.effects.filter(
    ({ status, src, idempotencyKey }) =>
      status === "live" && !begun.has(idempotencyKey) && !isHeldBack(src),
  );
  return [
    ...overdue.map(({ timerId }) => `timer ${timerId} is due and has not fired`),
    ...idle.map(({ activityId }) => `no attempt of ${activityId} is being made`),
  ];
}

/** What took effect without having been asked for. */
export function unaskedIn({ journal, ledger }: Evidence): readonly string[] {
  const asked = new Set(
    journal.flatMap(({ effects }) =>
      (JSON.parse(effects) as { idempotencyKey?: string }[]).flatMap(
        ({ idempotencyKey }) => idempotencyKey ?? [],
      ),
    ),
  );
  const unasked = ledger.filter(({ idempotencyKey }) => !asked.has(idempotencyKey));
  return unasked.map(({ activity }) => `${activity} took effect and was never asked for`);
}
