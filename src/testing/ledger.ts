/**
 * The ledger: what took effect in a world, in order, and the rules that must hold of it whatever happened on the way.
 * What is in place by it is reckoned as the checker does.
 */
import { NOTHING_DONE, takeEffect } from "../check/ledger.ts";
import type { Ledger } from "../check/ledger.ts";
import { isConcurrent } from "../check/subject.ts";
import { invocationsOf } from "../saga/announce.ts";
import { stateNodes } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import type { Phase } from "../saga/phase.ts";

/** Something that took effect. */
export interface LedgerEntry {
  /** Name of the activity. */
  readonly activity: string;
  readonly idempotencyKey: string;
}

/** The rules, by the names of the checker's properties. */
export const ledgerRules = ["completed", "compensated", "reverse-order"] as const;

export type LedgerRule = (typeof ledgerRules)[number];

/** What is in place after an effect; of activities that neither undo nor can be undone no account is kept. */
export function entered(chart: Chart, ledger: Ledger, entry: LedgerEntry): Ledger {
  const { activity: src, idempotencyKey: operation } = entry;
  if (!chart.undoes.has(src) && !undoableOf(chart).includes(src)) return ledger;
  return takeEffect(chart.undoes, ledger, { activityId: src, src, operation }).ledger;
}

/** Names of the activities whose effects are in place, in the order in which they came about. */
export function inPlaceAfter(chart: Chart, entries: readonly LedgerEntry[]): readonly string[] {
  return inPlaceOf(
    entries.reduce<Ledger>((ledger, entry) => entered(chart, ledger, entry), NOTHING_DONE),
  );
}

export function inPlaceOf({ inPlace }: Ledger): readonly string[] {
  return [...new Set(inPlace.map(({ src }) => src))];
}

/** Names of the compensations that took effect, in order. */
export function undoingIn(chart: Chart, entries: readonly LedgerEntry[]): readonly string[] {
  return entries.map(({ activity }) => activity).filter((name) => chart.undoes.has(name));
}

/** The rules that are broken, in words; empty if all is well. */
export function brokenRules(
  chart: Chart,
  { phase, ledger }: { phase: Phase; ledger: readonly LedgerEntry[] },
  rules: readonly LedgerRule[] = ledgerRules,
): readonly string[] {
  const undoable = undoableOf(chart);
  const inPlace = inPlaceAfter(chart, ledger);
  const broken: string[] = [];
  if (rules.includes("completed") && phase === "completed") {
    const missing = undoable.filter((activity) => !inPlace.includes(activity));
    if (missing.length > 0) broken.push(`completed without ${missing.join(", ")}`);
  }
  if (rules.includes("compensated") && phase === "compensated" && inPlace.length > 0) {
    broken.push(`compensated, and ${inPlace.join(", ")} is still in place`);
  }
  if (rules.includes("reverse-order")) broken.push(...outOfOrder(chart, ledger));
  return broken;
}

function outOfOrder(chart: Chart, ledger: readonly LedgerEntry[]): readonly string[] {
  return ledger.flatMap(({ activity }, index) => {
    const undoes = chart.undoes.get(activity) ?? [];
    const before = inPlaceAfter(chart, ledger.slice(0, index));
    const undone = before.findLastIndex((one) => undoes.includes(one));
    if (undone === -1) return [];
    const first = before[undone] as string;
    const later = before.slice(undone + 1).find((one) => !areConcurrent(chart, first, one));
    if (later === undefined) return [];
    return [`${activity} undid ${first} while ${later}, which came later, was in place`];
  });
}

// What happens in regions side by side has no order.
function areConcurrent({ machine }: Chart, a: string, b: string): boolean {
  const invoker = (src: string): ReturnType<typeof stateNodes>[number] | undefined =>
    stateNodes(machine).find((node) => invocationsOf(node).some((one) => one.src === src));
  return isConcurrent(invoker(a), invoker(b));
}

function undoableOf({ saga: { compensations } }: Chart): readonly string[] {
  return Object.keys(compensations).filter((activity) => compensations[activity] !== null);
}
