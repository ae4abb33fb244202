/** What an instance accepts now is what a step would take, guards apart. */
import { describe, expect, test } from "vitest";
import { assign, createMachine } from "xstate";
import { acceptedEvents, declaredEvents } from "../../src/saga/accepts.ts";
import { toChart } from "../../src/saga/chart.ts";
import { invoking, rich } from "./charts.ts";
import { sagaOf, Walk } from "./steps.ts";

function accepted(walk: Walk): readonly string[] {
  return acceptedEvents(walk.chart, walk.standing.snapshot);
}

const act = { actions: assign({}) };

test("declared are the events of the chart and of the schemas, none of XState's, sorted", () => {
  const schema = {} as never;

  expect(
    declaredEvents(toChart(sagaOf(invoking, { events: { NOTED: schema, AGAIN: schema } }))),
  ).toEqual(["AGAIN", "GIVE_UP", "NOTED"]);
});

test("accepted are those of the active states and of the states around them", () => {
  const walk = new Walk(invoking);

  expect(accepted(walk)).toEqual(["AGAIN", "GIVE_UP"]);
  walk.take({ type: "GIVE_UP" });
  expect(accepted(walk)).toEqual([]);
});

test("an event that a guard may refuse is listed: its payload decides", () => {
  const machine = createMachine({ on: { E: { guard: () => false, ...act } } });

  expect(accepted(new Walk(machine))).toEqual(["E"]);
});

describe("an event that a state forbids", () => {
  test("is not accepted, whatever the states around it would do", () => {
    const machine = createMachine({
      initial: "a",
      on: { CANCEL: act, OTHER: act },
      states: { a: { on: { CANCEL: undefined } } },
    });

    expect(accepted(new Walk(machine))).toEqual(["OTHER"]);
  });

  test("is accepted if a guard may lift the ban", () => {
    const machine = createMachine({
      initial: "a",
      on: { CANCEL: act },
      states: { a: { on: { CANCEL: { guard: () => true } } } },
    });

    expect(accepted(new Walk(machine))).toEqual(["CANCEL"]);
  });

  test("in one region is still taken by another, but not by the states around both", () => {
    const machine = createMachine({
      type: "parallel",
      on: { OUTER: act },
      states: {
        a: { on: { OUTER: undefined, INNER: undefined } },
        b: { on: { INNER: act } },
      },
    });

    expect(accepted(new Walk(machine))).toEqual(["INNER"]);
  });
});

test("a prefix takes the declared events below it, the exact name goes before it", () => {
  const schema = {} as never;
  const machine = createMachine({ on: { "order.*": act, "order.close": undefined } });
  const events = { "order.open": schema, "order.close": schema, ordering: schema };
  const walk = new Walk(toChart(sagaOf(machine, { events })));

  expect(accepted(walk)).toEqual(["order.open"]);
});

test("what is listed is what a step takes, all along a walk", () => {
  const walk = new Walk(rich);
  for (const type of [
    "PAUSE",
    "SECOND",
    "NEXT",
    "PAUSE",
    "DEEP",
    "MOVE",
    "OPEN",
    "BACK",
    "RESET",
  ]) {
    const listed = accepted(walk);
    const taken = declaredEvents(walk.chart).filter((event) => isTaken(walk, event));
    expect(listed).toEqual(taken);
    walk.take({ type });
  }
});

function isTaken(walk: Walk, type: string): boolean {
  const { last } = walk;
  const step = walk.take({ type });
  walk.last = last;
  return step !== null;
}
