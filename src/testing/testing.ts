/** For users' tests: `sagachart/testing`. The suite for stores is `sagachart/testing/store`, since it needs vitest. */
export { ManualClock } from "./manual-clock.ts";
