/**
 * Exponential backoff for a chart's delays, capped and jittered, without a random source: the jitter comes
 * from a seed, so that a chart stays a pure function and its tests can say what will happen.
 */

export interface Backoff {
  /** The attempt that has just failed, counts from 1. */
  readonly attempt: number;
  /** Delay after the first attempt, ms, before jitter. */
  readonly baseMs: number;
  /** No delay is longer, ms. */
  readonly capMs: number;
  /** What tells one instance from another, such as an order id. */
  readonly seed: string;
}

// FNV-1a, 32 bit (draft-eastlake-fnv): spreads similar ids widely and needs no crypto.
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

/**
 * `min(capMs, baseMs × 2^(attempt−1))`, less up to half of itself ("equal jitter", AWS Architecture Blog,
 * "Exponential Backoff And Jitter", 2015). Whole milliseconds; the same arguments give the same delay.
 */
export function backoffMs({ attempt, baseMs, capMs, seed }: Backoff): number {
  const exponential = Math.min(capMs, baseMs * 2 ** (Math.max(1, attempt) - 1));
  const fraction = hash(`${seed}/${attempt}`) / 2 ** 32;
  return Math.round(exponential * (1 - fraction / 2));
}
