/** What an instance accepts now is what a step would take; what a state does with an event is told ahead. */
import { describe, expect, test } from "vitest";
import { and, assign, createMachine, not, setup, stateIn } from "xstate";
import type { AnyStateMachine } from "xstate";
import {
  acceptedEvents,
  declaredEvents,
  eventVerdicts,
  refusalOf,
} from "../../src/saga/accepts.ts";
import type { AcceptedEvent, Refusal } from "../../src/saga/accepts.ts";
import { toChart } from "../../src/saga/chart.ts";
import { invoking, rich } from "./charts.ts";
import { sagaOf, Walk } from "./steps.ts";

function acceptsOf(walk: Walk): readonly AcceptedEvent[] {
  return acceptedEvents(walk.chart, walk.standing.snapshot);
}

function accepted(walk: Walk): readonly string[] {
  return acceptsOf(walk).map(({ type }) => type);
}

/** Whether E is listed, and how surely; null if it is not. */
function isGuarded(machine: AnyStateMachine): boolean | null {
  return acceptsOf(new Walk(machine)).find(({ type }) => type === "E")?.guarded ?? null;
}

function refusal(walk: Walk, event: { type: string }): Refusal {
  expect(walk.take(event)).toBeNull();
  return refusalOf(walk.chart, walk.standing.snapshot, event);
}

const act = { actions: assign({}) as never };

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

describe("an event with a guard", () => {
  const withGuard = (guard: unknown): AnyStateMachine =>
    createMachine({ context: { isOpen: false }, on: { E: { guard, ...act } as never } });

  test("that says no whatever the payload is not listed", () => {
    expect(isGuarded(withGuard(() => false))).toBeNull();
    expect(isGuarded(withGuard(({ context }: never) => context["isOpen"]))).toBeNull();
    expect(isGuarded(withGuard(({ event }: never) => event["type"] === "F"))).toBeNull();
  });

  test("that says yes whatever the payload is listed as sure", () => {
    expect(isGuarded(withGuard(({ context }: never) => !context["isOpen"]))).toBe(false);
  });

  test.each([
    ["says no without it", ({ event }: never) => event["cents"] > 1],
    ["says yes without it", ({ event }: never) => event["cents"] === undefined],
    ["fails without it", ({ event }: never) => event["items"]["length"] > 1],
    ["asks whether it is there", ({ event }: never) => "cents" in event],
    ["counts its members", ({ event }: never) => Object.keys(event).length > 1],
    ["copies it", ({ event }: never) => structuredClone(event)["cents"] > 1],
  ])("that looks at the payload and %s is listed as guarded", (_, guard) => {
    expect(isGuarded(withGuard(guard))).toBe(true);
  });

  test("and another transition behind it is listed as sure", () => {
    const machine = createMachine({
      initial: "a",
      on: { E: act },
      states: { a: { on: { E: { guard: ({ event }) => event["cents"] > 1, ...act } } } },
    });

    expect(isGuarded(machine)).toBe(false);
  });

  test("that only forbids it and looks at the payload is listed as guarded", () => {
    const machine = createMachine({
      initial: "a",
      on: { E: act },
      states: { a: { on: { E: { guard: ({ event }) => event["cents"] > 1 } } } },
    });

    expect(isGuarded(machine)).toBe(true);
  });

  test("made of other guards, params and states is asked as XState asks it", () => {
    const isAtLeast = ({ context }: { context: { n: number } }, least: number): boolean =>
      context.n >= least;
    const chart = setup({ types: { context: {} as { n: number } }, guards: { isAtLeast } });
    const machine = chart.createMachine({
      context: { n: 3 },
      initial: "a",
      states: { a: {}, b: {} },
      on: {
        E: { guard: { type: "isAtLeast", params: ({ context }) => context.n }, target: ".b" },
        F: { guard: { type: "isAtLeast", params: 4 }, target: ".b" },
        G: { guard: and([stateIn("a"), not(stateIn("b"))]), target: ".b" },
        H: { guard: stateIn("b"), target: ".b" },
      },
    });

    expect(acceptsOf(new Walk(machine))).toEqual([
      { type: "E", guarded: false },
      { type: "G", guarded: false },
    ]);
  });

  test("is asked once for a state, however often the list is read", () => {
    let count = 0;
    const walk = new Walk(withGuard(() => (count += 1) > 0));

    acceptsOf(walk);
    acceptsOf(walk);

    expect(count).toBe(1);
  });
});

describe("what a state accepts", () => {
  const machine = setup({
    types: { input: {} as { open: boolean }, context: {} as { open: boolean } },
    guards: { isOpen: ({ context }) => context.open },
  }).createMachine({
    context: ({ input }) => input,
    initial: "free",
    states: {
      free: { on: { LOCK: "locked" } },
      locked: { on: { E: { guard: "isOpen", target: "free" } } },
    },
  });

  test("is found out once for all instances if no guard has a say", () => {
    const chart = toChart(sagaOf(machine));
    const [one, other] = [new Walk(chart, { open: true }), new Walk(chart, { open: false })];

    expect(acceptsOf(other)).toBe(acceptsOf(one));
    expect(accepted(one)).toEqual(["LOCK"]);
  });

  test("is asked of each instance if a guard has", () => {
    const chart = toChart(sagaOf(machine));
    const [one, other] = [new Walk(chart, { open: true }), new Walk(chart, { open: false })];
    for (const walk of [one, other]) walk.take({ type: "LOCK" });

    expect(accepted(one)).toEqual(["E"]);
    expect(accepted(other)).toEqual([]);
  });
});

describe("a refusal tells why", () => {
  const machine = setup({
    guards: { isOpen: () => false, isPaid: () => false, isNever: () => true },
  }).createMachine({
    initial: "a",
    on: { OUTER: act },
    states: {
      a: {
        on: {
          GUARDED: [
            { guard: "isOpen", ...act },
            { guard: and(["isNever", "isPaid"]), ...act },
          ],
          OUTER: undefined,
          INLINE: { guard: ({ event }) => event["cents"] > 1, ...act },
        },
      },
      b: { on: { LATER: act } },
    },
  });

  test.each([
    ["LATER", { why: "not-in-this-state", guards: [] }],
    ["OUTER", { why: "forbidden", guards: [] }],
    ["GUARDED", { why: "guard", guards: ["isOpen", "and(isNever, isPaid)"] }],
    ["INLINE", { why: "guard", guards: ["(inline)"] }],
  ])("%s", (type, told) => {
    expect(refusal(new Walk(machine), { type })).toEqual(told);
  });
});

describe("what each state does with an event", () => {
  test("is read from the chart alone", () => {
    const machine = setup({ guards: { isOpen: () => false } }).createMachine({
      initial: "a",
      on: { CANCEL: act },
      states: {
        a: { on: { GO: { guard: "isOpen", target: "b" }, CANCEL: { guard: "isOpen", ...act } } },
        b: { initial: "in", on: { GO: "end" }, states: { in: { on: { CANCEL: undefined } } } },
        end: { type: "final" },
      },
    });

    expect(eventVerdicts(toChart(sagaOf(machine)))).toEqual([
      {
        type: "CANCEL",
        states: [
          { state: "a", verdict: "taken" },
          { state: "b.in", verdict: "forbidden" },
          { state: "end", verdict: "refused" },
        ],
      },
      {
        type: "GO",
        states: [
          { state: "a", verdict: "guarded" },
          { state: "b.in", verdict: "taken" },
          { state: "end", verdict: "refused" },
        ],
      },
    ]);
  });

  test("agrees with every step of a walk", () => {
    const walk = new Walk(invoking);
    const verdicts = eventVerdicts(walk.chart);
    const takenIn = (state: string): string[] =>
      verdicts
        .filter(({ states }) =>
          states.some((one) => one.state === state && one.verdict === "taken"),
        )
        .map(({ type }) => type);

    expect(accepted(walk)).toEqual(takenIn("working.attempting"));
    walk.take({ type: "GIVE_UP" });
    expect(accepted(walk)).toEqual(takenIn("failed"));
  });
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

  test.each([
    [false, ["CANCEL"]],
    [true, []],
  ])("with a guard that says %s is accepted: %j", (isForbidden, listed) => {
    const machine = createMachine({
      initial: "a",
      on: { CANCEL: act },
      states: { a: { on: { CANCEL: { guard: () => isForbidden } } } },
    });

    expect(accepted(new Walk(machine))).toEqual(listed);
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
