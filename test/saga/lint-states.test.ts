/** Lint of states: each rule refuses the chart that breaks it, and no other. */
import { describe, expect, test } from "vitest";
import type { AnyStateMachine } from "xstate";
import { chartOf, rulesOf } from "./loose-charts.ts";

describe("states", () => {
  const withStates = (states: object, root: object = {}): AnyStateMachine =>
    chartOf({}, {}, { states: { a: { tags: "forward" }, ...states }, ...root });
  const silent = { id: "work", src: "work", onError: "a" };
  const region = (tags: string): object => ({
    initial: "x",
    states: { x: { tags: "forward", on: { E: "y" } }, y: { type: "final", tags } },
  });

  test.each<[string, string, AnyStateMachine]>([
    ["state-id-duplicate", "two states", withStates({ b: { id: "m.a", tags: "forward" } })],
    ["state-key-invalid", "a dot", withStates({ "b.c": { tags: "forward" } })],
    ["state-key-invalid", "a comma", withStates({ "b,c": { tags: "forward" } })],
    ["state-key-invalid", "a slash", withStates({ "b/c": { tags: "forward" } })],
    ["phase-missing", "a leaf", withStates({ b: {} })],
    ["phase-missing", "a leaf with other tags", withStates({ b: { tags: ["needs-attention"] } })],
    [
      "phase-missing",
      "a leaf that a guard may hold",
      withStates({ b: { always: { guard: () => false, target: "a" } } }),
    ],
    ["phase-ambiguous", "a leaf", withStates({ b: { tags: ["forward", "stuck"] } })],
    [
      "phase-ambiguous",
      "a leaf and its parent",
      withStates({ b: { tags: "forward", initial: "x", states: { x: { tags: "retrying" } } } }),
    ],
    [
      "phase-ambiguous",
      "an end",
      withStates({ b: { type: "final", tags: ["completed", "failed"] } }),
    ],
    ["end-phase-missing", "an end", withStates({ b: { type: "final" } })],
    [
      "end-phase-missing",
      "an end that says what went on",
      withStates({ b: { type: "final", tags: "forward" } }),
    ],
    [
      "end-phase-missing",
      "an end of a region of the root",
      withStates(
        { a: region("other"), b: region("completed") },
        { type: "parallel", initial: undefined },
      ),
    ],
    ["end-phase-early", "a leaf", withStates({ b: { tags: "compensated" } })],
    [
      "completion-unhandled",
      "no onDone",
      withStates({ b: { initial: "x", states: { x: { type: "final" } } } }),
    ],
    [
      "completion-unhandled",
      "an onDone that a guard may refuse",
      withStates({
        b: {
          initial: "x",
          states: { x: { type: "final" } },
          onDone: { guard: () => false, target: "a" },
        },
      }),
    ],
    [
      "completion-unhandled",
      "all regions done",
      withStates({
        b: { type: "parallel", states: { r: { initial: "x", states: { x: { type: "final" } } } } },
      }),
    ],
    [
      "wildcard",
      "a handler of the root that would take a result",
      withStates({ b: { tags: "forward", invoke: silent } }, { on: { "*": ".a" } }),
    ],
    [
      "wildcard",
      "a ban that would take one",
      withStates({ b: { tags: "forward", invoke: silent, on: { "*": undefined } } }),
    ],
    [
      "event-reserved",
      "a result",
      withStates({ b: { tags: "forward", on: { "xstate.done.actor.work": "a" } } }),
    ],
    ["event-reserved", "a prefix", withStates({ b: { tags: "forward", on: { "xstate.*": "a" } } })],
  ])("%s: %s", (rule, _, machine) => {
    expect(rulesOf(machine)).toEqual([rule]);
  });

  test("a wildcard may stand where no result can come to it", () => {
    const beside = withStates({ b: { tags: "forward", invoke: silent } });
    const taken = { ...silent, onDone: "a" };

    expect(rulesOf(beside)).toEqual([]);
    expect(
      rulesOf(withStates({ b: { tags: "forward", invoke: taken } }, { on: { "*": ".a" } })),
    ).toEqual([]);
  });

  test.each(["xstate.done.actor.work", "*", "order.*"])(
    "event-reserved: a schema of %s",
    (type) => {
      expect(rulesOf(withStates({}), { events: { [type]: {} as never } })).toEqual([
        "event-reserved",
      ]);
    },
  );

  test.each<[string, AnyStateMachine]>([
    [
      "a phase that stands on a state around",
      withStates({ b: { tags: "forward", initial: "x", states: { x: {} } } }),
    ],
    ["a state that is left at once", withStates({ b: { always: "a" } })],
    [
      "a state that is left at once by a state around",
      withStates({ b: { initial: "x", states: { x: {} }, always: "a" } }),
    ],
    [
      "a nested end that is left at once",
      withStates({ b: { initial: "x", states: { x: { type: "final" } }, always: "a" } }),
    ],
    ["other tags beside a phase", withStates({ b: { tags: ["stuck", "needs-attention"] } })],
    [
      "a nested end that its parent goes on from",
      withStates({
        b: {
          initial: "x",
          states: { x: { type: "final" } },
          onDone: [{ guard: () => false, target: "a" }, { target: "a" }],
        },
      }),
    ],
    [
      "a nested end that says its phase",
      withStates({ b: { tags: "forward", initial: "x", states: { x: { type: "final" } } } }),
    ],
    [
      "regions of which one is never done",
      withStates({
        b: {
          type: "parallel",
          states: { r: { initial: "x", states: { x: { type: "final" } } }, s: { tags: "forward" } },
        },
      }),
    ],
    [
      "regions with one onDone for all",
      withStates({
        b: {
          type: "parallel",
          states: {
            r: { initial: "x", states: { x: { type: "final" } } },
            s: { initial: "x", states: { x: { type: "final" } } },
          },
          onDone: "a",
        },
      }),
    ],
    [
      "ends of the regions of the root",
      withStates(
        { a: region("completed"), b: region("completed") },
        { type: "parallel", initial: undefined },
      ),
    ],
    [
      "history",
      withStates({
        b: { tags: "forward", initial: "x", states: { x: {}, h: { type: "history" } } },
      }),
    ],
    ["a prefix of one's own", withStates({ b: { tags: "forward", on: { "order.*": "a" } } })],
  ])("%s is fine", (_, machine) => {
    expect(rulesOf(machine)).toEqual([]);
  });
});
