/**
 * Pace: how many of those that are due are under way at a time. What became due while nothing ran comes in its order: so many
 * together that they share loads and a commit, and so few that requests are answered in between.
 */

/** Even where they take long: they must not starve while requests keep the process busy. */
export const DUE_UNDER_WAY_MIN = 50;
/** More share nothing more. */
export const DUE_UNDER_WAY_MAX = 400;

/**
 * What they may take together. A request waits for one or two of such rounds, so ten times as long would be noticed;
 * a tenth of it would be spent on commits of a few.
 */
const ROUND_MS = 25;

export class Pace {
  #max = DUE_UNDER_WAY_MIN;

  get max(): number {
    return this.#max;
  }

  /** So many were tried in so long. Twice as many at most may be next, since the first ones tell little. */
  took(tried: number, ms: number): void {
    const fitting = ms > 0 ? Math.round((tried * ROUND_MS) / ms) : DUE_UNDER_WAY_MAX;
    const max = Math.min(fitting, 2 * this.#max, DUE_UNDER_WAY_MAX);
    this.#max = Math.max(max, DUE_UNDER_WAY_MIN);
  }
}
