/** For users' tests: `sagachart/testing`. */
export { ManualClock } from "./manual-clock.ts";
export { testStore } from "./store-suite.ts";
