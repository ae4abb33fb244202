/** Lint as a whole: what a finding says, and that a good chart has none. */
import { describe, expect, test } from "vitest";
import { assign } from "xstate";
import { orderSaga } from "../../machines/order/index.ts";
import { assertDurable, lint } from "../../src/saga/lint.ts";
import { invoking, rich } from "./charts.ts";
import { chartOf } from "./loose-charts.ts";
import { sagaOf, thrownBy } from "./steps.ts";

describe("a well drawn chart has no findings", () => {
  test.each([
    ["the order saga", orderSaga],
    ["one step as the house draws it", sagaOf(invoking)],
    ["regions, histories, spawned children", sagaOf(rich)],
    ["one state", sagaOf(chartOf({}))],
  ])("%s", (_, saga) => {
    expect(lint(saga)).toEqual([]);
    expect(() => assertDurable(saga)).not.toThrow();
  });
});

test("a finding names the rule, the saga, the state, and what to do", () => {
  expect(lint(sagaOf(chartOf({ entry: "ntoe" }, { actions: { note: assign({}) } })))).toEqual([
    {
      rule: "action-unknown",
      saga: "test",
      state: "a",
      message: 'action "ntoe" is not registered',
      remedy: 'did you mean "note"?',
    },
  ]);
});

test("one error tells all findings, for people and for programs", () => {
  const saga = sagaOf(chartOf({ tags: [], entry: "ntoe" }));

  const error = thrownBy(() => assertDurable(saga));

  expect(error).toMatchObject({
    code: "SAGA_CHART_INVALID",
    message: [
      'saga "test" version 1 cannot be made durable:',
      '- a: action "ntoe" is not registered; register it in setup({ actions }) [action-unknown]',
      '- a: an instance may rest here, and no tag tells its phase; tag the state with one of "forward", "retrying", "compensating", "stuck" [phase-missing]',
    ].join("\n"),
    details: { findings: lint(saga) },
  });
});

test("a nested state is named by its path, the chart itself by (root)", () => {
  const machine = chartOf(
    { initial: "x", states: { x: { entry: "gone" } } },
    {},
    { entry: "gone" },
  );

  expect(lint(sagaOf(machine)).map(({ state }) => state)).toEqual(["(root)", "a.x"]);
});

describe("did you mean", () => {
  const remedy = (name: string): string | undefined =>
    lint(sagaOf(chartOf({ entry: name }, { actions: { keepPaymentId: assign({}) } })))[0]?.remedy;

  test.each(["keepPaymentID", "keepPaymntId", "keppPaymentId", "keepPayment"])("%s", (name) => {
    expect(remedy(name)).toBe('did you mean "keepPaymentId"?');
  });

  test("is not asked where nothing is near", () => {
    expect(remedy("refund")).toBe("register it in setup({ actions })");
  });
});

test("what is wrong in many places is told once for each place", () => {
  const machine = chartOf({ entry: ["gone", "gone"], exit: "gone" }, {}, { entry: "gone" });

  expect(lint(sagaOf(machine)).map(({ state }) => state)).toEqual(["(root)", "a"]);
});
