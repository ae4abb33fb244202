/**
 * Seeds that have failed once, each with what was wrong then. They are run first, always. A seed means another run
 * when the cast or the faults change, so they are played without guests and onlookers; it costs little to keep.
 */
export const pastFailures: readonly { readonly seed: number; readonly was: string }[] = [
  { seed: 4, was: "the journal of a child instance could not be computed again" },
  { seed: 1351, was: "the journal of a parent that had left a child could not be computed again" },
  {
    seed: 1396,
    was: "an attempt began while a commit took its row away, and its undo did not wait",
  },
  { seed: 14, was: "a journal with an action that failed at first could not be computed again" },
  { seed: 10, was: "an attempt that never settles held the only place for ever" },
  { seed: 699147163, was: "a timer fired although the clock was set back while the disk was full" },
  { seed: 715190062, was: "an attempt was made again after it was left, as an old read had it" },
  { seed: 715109927, was: "the end of an action of a suspended instance was taken for a move" },
];
