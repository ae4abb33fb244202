/**
 * The ledger: which effects are really in place in the world, whatever the chart has heard of them.
 *
 * The world honours idempotency keys: one operation has its effect once. An undo takes away one effect, the
 * latest of those that it undoes. An attempt that has answered has had its effect by then, or never will.
 */

/** An attempt, as far as the world sees it. */
export interface WorldAttempt {
  readonly activityId: string;
  /** Name of the activity. */
  readonly src: string;
  /** Name of its operation: attempts with the same one have one effect. Null: no other attempt can have it any more. */
  readonly operation: string | null;
}

export interface EffectInPlace extends WorldAttempt {
  /** Whether the chart was told. */
  readonly heard: boolean;
}

export interface Ledger {
  /** In the order in which they took effect. */
  readonly inPlace: readonly EffectInPlace[];
  /** Operations whose effect was undone: they have none a second time. */
  readonly spent: readonly string[];
  /** Ids of the activities whose attempt in flight has had its effect. */
  readonly taken: readonly string[];
}

export const NOTHING_DONE: Ledger = { inPlace: [], spent: [], taken: [] };

/** What each activity undoes: names of activities by name. */
export type Undoes = ReadonlyMap<string, readonly string[]>;

/** Effects of one activity that are told apart; more of them count as so many. */
export const EFFECTS_PER_ACTIVITY_MAX = 2;

/** What changed in the world. */
export interface Deed {
  readonly ledger: Ledger;
  /** The activity that took effect; null if its operation had had its effect. */
  readonly happened: string | null;
  /** What an undo took away. */
  readonly undone: EffectInPlace | null;
  /** Whether an effect was left out of the count. */
  readonly isUncounted: boolean;
}

/** The attempt takes effect, unless its operation has had one. */
export function takeEffect(undoes: Undoes, ledger: Ledger, attempt: WorldAttempt): Deed {
  const undone = undoes.get(attempt.src);
  return undone === undefined ? add(ledger, attempt) : undo(ledger, attempt.src, undone);
}

/** The attempt in flight of an activity has its effect before its answer. */
export function take(ledger: Ledger, activityId: string): Ledger {
  return { ...ledger, taken: [...ledger.taken, activityId].toSorted() };
}

/** Whether an operation has had its effect, in place still or undone. */
export function isUsed({ inPlace, spent }: Ledger, operation: string | null): boolean {
  if (operation === null) return false;
  return spent.includes(operation) || inPlace.some((effect) => effect.operation === operation);
}

/** The chart is told that an operation is done. */
export function hear(ledger: Ledger, operation: string | null): Ledger {
  const isTold = (effect: EffectInPlace): boolean =>
    effect.operation === operation && operation !== null && !effect.heard;
  if (!ledger.inPlace.some(isTold)) return ledger;
  return {
    ...ledger,
    inPlace: ledger.inPlace.map((effect) => (isTold(effect) ? { ...effect, heard: true } : effect)),
  };
}

/** A person vouches that an activity is done: what it undoes is gone, what it does is there. */
export function doByHand(
  undoes: Undoes,
  ledger: Ledger,
  { activityId, src }: WorldAttempt,
): Ledger {
  const undone = undoes.get(src);
  if (undone !== undefined) {
    return { ...ledger, inPlace: ledger.inPlace.filter((effect) => !undone.includes(effect.src)) };
  }
  if (ledger.inPlace.some((effect) => effect.src === src)) return ledger;
  const effect = { activityId, src, operation: null, heard: true };
  return { ...ledger, inPlace: [...ledger.inPlace, effect] };
}

/** What a step of the chart leaves of the names in a ledger. */
export interface Renaming {
  /** Whether the operation can be asked for again. */
  readonly isCurrent: (operation: string) => boolean;
  /** Whether the attempt in flight of the activity is still the same. */
  readonly isInFlight: (activityId: string) => boolean;
}

export function rename(ledger: Ledger, { isCurrent, isInFlight }: Renaming): Ledger {
  const { inPlace, spent, taken } = ledger;
  if (inPlace.length === 0 && spent.length === 0 && taken.length === 0) return ledger;
  return {
    inPlace: inPlace.map((effect) =>
      effect.operation === null || isCurrent(effect.operation)
        ? effect
        : { ...effect, operation: null },
    ),
    spent: spent.filter(isCurrent),
    taken: taken.filter(isInFlight),
  };
}

function add(ledger: Ledger, { activityId, src, operation }: WorldAttempt): Deed {
  if (isUsed(ledger, operation)) return nothingNew(ledger);
  const same = ledger.inPlace.filter((effect) => effect.src === src);
  const isUncounted = same.length >= EFFECTS_PER_ACTIVITY_MAX;
  const counted = isUncounted
    ? ledger.inPlace.filter((effect) => effect !== same[0])
    : ledger.inPlace;
  const inPlace = [...counted, { activityId, src, operation, heard: false }];
  return { ledger: { ...ledger, inPlace }, happened: src, undone: null, isUncounted };
}

function undo(ledger: Ledger, src: string, undoes: readonly string[]): Deed {
  const undone = ledger.inPlace.findLast((effect) => undoes.includes(effect.src)) ?? null;
  if (undone === null) return { ...nothingNew(ledger), happened: src };
  const { operation } = undone;
  const spent = operation === null ? ledger.spent : [...ledger.spent, operation].toSorted();
  const inPlace = ledger.inPlace.filter((effect) => effect !== undone);
  return { ledger: { ...ledger, inPlace, spent }, happened: src, undone, isUncounted: false };
}

/** Nothing changed in the world. */
export function nothingNew(ledger: Ledger): Deed {
  return { ledger, happened: null, undone: null, isUncounted: false };
}
