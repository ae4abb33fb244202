/**
 * How much of the crashes a run makes. `CRASHES=whole`, as at night: all single ones on all paths of all sagas, and all
 * pairs of the order saga. Otherwise what a test run has time for.
 */
export const isWhole = process.env["CRASHES"] === "whole";
