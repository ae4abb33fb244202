/**
 * For users' tests: `sagachart/testing`. What needs vitest is in `sagachart/testing/vitest` and, for stores,
 * `sagachart/testing/store`; what needs fast-check in `sagachart/testing/properties`.
 */

// Move time by hand.
export { ManualClock } from "./manual-clock.ts";

// Walk through a saga.
export { pathsOf } from "./paths.ts";
export type { Path, PathOptions, Paths, PathStep } from "./paths.ts";
export { replay, walk } from "./walk.ts";
export type { Seen, WalkOptions } from "./walk.ts";
export { crashEverywhere } from "./crash.ts";
export type { CrashOptions, Crashes } from "./crash.ts";

// Say what the world does.
export { oneOf } from "../check/samples.ts";
export type { Samples, WorldFacts } from "../check/samples.ts";
export type { AttemptOutcome, Move } from "../check/move.ts";

// Read what was seen.
export type { Coverage, Covered } from "./coverage.ts";
export type { LedgerEntry, LedgerRule } from "./ledger.ts";
export type { Settled } from "./position.ts";
