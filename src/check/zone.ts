/**
 * Zones: in which order the timers of an instance may fire, without saying when anything happens.
 *
 * What comes from outside, and how long an attempt takes, is free; a delay is not. So the time left of each
 * timer is known only by bounds: at most so much, and between two timers at most so much more (a difference
 * bound matrix; Dill, "Timing Assumptions and Verification of Finite-State Concurrent Systems", 1989). Due
 * times themselves appear nowhere, so configurations that differ only in the hour are one.
 */

/** Bounds of the pending timers, by their position. */
export interface Zone {
  /** The delays with which they were set. */
  readonly delayMs: readonly number[];
  /** The most that is left. */
  readonly leftMs: readonly number[];
  /** `leadMs[a][b]`: a is due at most so much later than b; negative: surely earlier. */
  readonly leadMs: readonly (readonly number[])[];
}

export const NO_TIMERS: Zone = { delayMs: [], leftMs: [], leadMs: [] };

/** Parts of a delay in which the time left of it is counted; what is between two is taken for the greater. */
export const PARTS_OF_A_DELAY = 8;

/** Whether no other timer is surely due before this one. */
export function mayFire({ leadMs }: Zone, index: number): boolean {
  return leadMs.every((row) => (row[index] as number) >= 0);
}

/** How long it takes at most until something fires; infinite without timers. */
export function patienceMs({ leftMs }: Zone): number {
  return Math.min(Number.POSITIVE_INFINITY, ...leftMs);
}

/** The zone in the moment in which a timer fires: nothing is left of it, and the others are not due before. */
export function firing(zone: Zone, index: number): Zone {
  const leadMs = zone.leadMs.map((row) => [...row]);
  const own = leadMs[index] as number[];
  for (const [other, lead] of own.entries()) own[other] = Math.min(lead, 0);
  const leftMs = leadMs.map((row, other) => (other === index ? 0 : (row[index] as number)));
  return closed({ delayMs: zone.delayMs, leftMs, leadMs });
}

/** Where a timer comes from: its index before, or its delay. */
export type TimerOrigin = { readonly kept: number } | { readonly setMs: number };

/** Whether the timers at two positions belong to regions that move side by side. */
export type IsConcurrent = (a: number, b: number) => boolean;

/** The zone after a step that leaves these timers. */
export function change(
  zone: Zone,
  timers: readonly TimerOrigin[],
  isConcurrent: IsConcurrent,
): Zone {
  if (timers.length === 0) return NO_TIMERS;
  const delayMs = timers.map((timer) =>
    "kept" in timer ? (zone.delayMs[timer.kept] as number) : timer.setMs,
  );
  const most = timers.map((timer) =>
    "kept" in timer ? (zone.leftMs[timer.kept] as number) : timer.setMs,
  );
  const least = timers.map((timer) =>
    "kept" in timer ? leastLeftMs(zone, timer.kept) : timer.setMs,
  );
  const leadMs = timers.map((a, rowIndex) =>
    timers.map((b, index) => {
      if (rowIndex === index) return 0;
      if ("kept" in a && "kept" in b) return (zone.leadMs[a.kept] as number[])[b.kept] as number;
      return (most[rowIndex] as number) - (least[index] as number);
    }),
  );
  return coarse({ delayMs, leftMs: most, leadMs }, isConcurrent);
}

function leastLeftMs({ leadMs }: Zone, index: number): number {
  return Math.max(0, ...leadMs.map((row) => -(row[index] as number)));
}

// Greater bounds are still bounds, and without this each history would be a zone of its own. Between regions
// that move side by side only "surely earlier" is kept.
function coarse({ delayMs, leftMs, leadMs }: Zone, isConcurrent: IsConcurrent): Zone {
  const coarseLeftMs = leftMs.map((left, a) => roundUp(left, delayMs[a] as number));
  const coarseLeadMs = leadMs.map((row, a) =>
    row.map((lead, b) => {
      if (a === b) return 0;
      if (lead >= 0) {
        return isConcurrent(a, b)
          ? (coarseLeftMs[a] as number)
          : roundUp(lead, delayMs[a] as number);
      }
      return isConcurrent(a, b) ? -1 : Math.min(-1, roundUp(lead, delayMs[b] as number));
    }),
  );
  return closed({ delayMs, leftMs: coarseLeftMs, leadMs: coarseLeadMs });
}

function roundUp(ms: number, delayMs: number): number {
  const partMs = delayMs / PARTS_OF_A_DELAY;
  return partMs === 0 ? ms : Math.ceil(ms / partMs) * partMs;
}

// All that the bounds imply, so that equal zones look equal (Floyd, Warshall).
function closed(zone: Zone): Zone {
  const leftMs = [...zone.leftMs];
  const leadMs = withoutOverdue(zone);
  for (const via of leftMs.keys()) {
    for (const [a, row] of leadMs.entries()) {
      const toVia = row[via] as number;
      leftMs[a] = Math.min(leftMs[a] as number, toVia + (leftMs[via] as number));
      for (const b of row.keys()) {
        row[b] = Math.min(row[b] as number, toVia + ((leadMs[via] as number[])[b] as number));
      }
    }
  }
  return { delayMs: zone.delayMs, leftMs, leadMs: withoutOverdue({ leftMs, leadMs }) };
}

// Nothing is overdue: another timer is due now at the earliest.
function withoutOverdue({ leftMs, leadMs }: Pick<Zone, "leftMs" | "leadMs">): number[][] {
  return leadMs.map((row, a) =>
    row.map((lead, b) => (a === b ? 0 : Math.min(lead, leftMs[a] as number))),
  );
}
