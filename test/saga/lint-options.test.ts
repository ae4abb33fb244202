/** Lint of what a saga says beside its chart: early events and limits. */
import { expect, test } from "vitest";
import { lint } from "../../src/saga/lint.ts";
import { chartOf, invoke, rulesOf } from "./loose-charts.ts";
import { sagaOf } from "./steps.ts";

const machine = chartOf({ invoke, on: { PACKED: "b" } });
const limited = (activities: object, instances: unknown = null): readonly string[] =>
  rulesOf(machine, { limits: { activities, instances } as never });
const key = (): string => "all";

test.each([
  [["PACKED"], []],
  [["PACKT"], ["park-unknown"]],
  [["xstate.done.actor.work"], ["park-unknown"]],
  [["*"], ["park-unknown"]],
])("parks %j: %j", (parks, rules) => {
  expect(rulesOf(machine, { parks })).toEqual(rules);
});

test("an unknown event to park is told with the one that was meant", () => {
  const [finding] = lint(sagaOf(machine, { parks: ["PACKT"] }));

  expect(finding).toMatchObject({ state: "(root)", remedy: 'did you mean "PACKED"?' });
});

test.each<[object, readonly string[]]>([
  [{ work: { key, atOnce: 1 } }, []],
  [{ work: { key, perSecond: 10_000 } }, []],
  [{ wrok: { key, atOnce: 1 } }, ["limit-unknown"]],
  [{ work: { atOnce: 1 } }, ["limit-without-key"]],
  [{ work: { key } }, ["limit-empty"]],
  [{ work: { key, atOnce: 0 } }, ["limit-not-positive"]],
  [{ work: { key, atOnce: -1 } }, ["limit-not-positive"]],
  [{ work: { key, atOnce: 1.5 } }, ["limit-not-positive"]],
  [{ work: { key, perSecond: Number.NaN } }, ["limit-not-positive"]],
  [{ work: { key, perSecond: 10_001 } }, ["limit-not-positive"]],
  [{ work: { key, perSecond: "2" } }, ["limit-not-positive"]],
  [{ work: null }, ["limit-without-key", "limit-empty"]],
])("limits %j: %j", (activities, rules) => {
  expect(limited(activities)).toEqual(rules);
});

test.each<[unknown, readonly string[]]>([
  [{ key, atOnce: 1 }, []],
  [{ atOnce: 1 }, ["limit-without-key"]],
  [{ key }, ["limit-empty"]],
  [{ key, atOnce: 0 }, ["limit-not-positive"]],
  [{ key, perSecond: 10_001 }, ["limit-not-positive"]],
])("a limit of instances %j: %j", (instances, rules) => {
  expect(limited({}, instances)).toEqual(rules);
});
