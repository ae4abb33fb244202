/** Lint of invocations: each rule refuses the chart that breaks it, and no other. */
import { describe, expect, test } from "vitest";
import { spawnChild } from "xstate";
import type { AnyStateMachine } from "xstate";
import { lint } from "../../src/saga/lint.ts";
import { chartOf, invoke, rulesOf } from "./loose-charts.ts";
import { sagaOf } from "./steps.ts";

describe("invocations", () => {
  const { id: _, ...withoutId } = invoke;
  const { onError: __, ...withoutError } = invoke;
  const other = { ...invoke, id: "other" };

  test.each<[string, string, AnyStateMachine]>([
    ["invoke-id-missing", "an invoke", chartOf({ invoke: withoutId })],
    ["spawn-id-missing", "a spawned child", chartOf({ entry: spawnChild("work") })],
    ["invoke-id-duplicate", "in one state", chartOf({ invoke: [invoke, invoke] })],
    [
      "invoke-id-duplicate",
      "in states that are never active together",
      chartOf(
        { invoke },
        {},
        {
          states: {
            a: { tags: "forward", invoke: { ...invoke, onDone: "end", onError: "end" } },
            c: { tags: "forward", invoke: { ...invoke, onError: "end" } },
            b: { tags: "stuck" },
            end: { type: "final", tags: "completed" },
          },
        },
      ),
    ],
    [
      "invoke-id-duplicate",
      "of a spawned child",
      chartOf({ invoke, exit: spawnChild("work", { id: "work" }) }),
    ],
    ["on-error-missing", "an invoke", chartOf({ invoke: withoutError })],
    ["idempotency-key-invalid", "a text", chartOf({ invoke, meta: { idempotencyKey: "k" } })],
    [
      "idempotency-key-shared",
      "two invokes",
      chartOf({ invoke: [invoke, other], meta: { idempotencyKey: () => "k" } }),
    ],
  ])("%s: %s", (rule, __unused, machine) => {
    expect(rulesOf(machine)).toEqual([rule]);
  });

  test("one of each with an id, an onError and a key of its own is fine", () => {
    expect(rulesOf(chartOf({ invoke: [invoke, other] }))).toEqual([]);
    expect(rulesOf(chartOf({ invoke, meta: { idempotencyKey: () => "k" } }))).toEqual([]);
  });
});

describe("idempotency-key-missing: coming back without leaving the parent", () => {
  const rule = "idempotency-key-missing";
  const step = (states: object, rest: object = {}): AnyStateMachine =>
    chartOf({ tags: [], initial: "attempting", onDone: "end", states, ...rest });
  const attempting = {
    tags: "forward",
    invoke: { id: "work", src: "work", onDone: "done", onError: "waiting" },
  };
  const done = { type: "final" };

  test.each<[string, AnyStateMachine]>([
    [
      "by way of a leaf that is no retry",
      step({ attempting, waiting: { tags: "forward", on: { GO: "attempting" } }, done }),
    ],
    [
      "at once",
      step({
        attempting: {
          ...attempting,
          invoke: { ...attempting.invoke, onError: { target: "attempting", reenter: true } },
        },
        done,
      }),
    ],
    ["by way of a transient state", step({ attempting, waiting: { always: "attempting" }, done })],
    [
      "by an event of the parent",
      step({ attempting, waiting: { tags: "retrying" }, done }, { on: { AGAIN: ".attempting" } }),
    ],
    [
      "by the completion of the parent",
      step({ attempting, waiting: { tags: "retrying" }, done }, { onDone: ".attempting" }),
    ],
    [
      "from inside a sibling",
      step(
        {
          attempting,
          waiting: { initial: "x", states: { x: { tags: "forward", on: { GO: "#attempting" } } } },
          done,
        },
        {
          states: {
            attempting: { ...attempting, id: "attempting" },
            waiting: {
              initial: "x",
              states: { x: { tags: "forward", on: { GO: "#attempting" } } },
            },
            done,
          },
        },
      ),
    ],
    [
      "by way of history",
      step({
        attempting,
        waiting: { tags: "forward", on: { GO: "recent" } },
        recent: { type: "history" },
        done,
      }),
    ],
    [
      "by way of a retry that invokes",
      step({
        attempting,
        waiting: {
          tags: "retrying",
          invoke: { id: "probe", src: "work", onDone: "attempting", onError: "done" },
        },
        done,
      }),
    ],
    [
      "at the top of the chart",
      chartOf(
        { invoke: { ...invoke, onDone: "c" } },
        {},
        {
          states: {
            a: { tags: "forward", invoke: { ...invoke, onDone: "c", onError: "c" } },
            c: { tags: "forward", on: { AGAIN: "a" } },
          },
        },
      ),
    ],
    [
      "a region that a transition from one region to another enters anew",
      chartOf(
        {},
        {},
        {
          initial: undefined,
          type: "parallel",
          states: {
            x: { tags: "forward", invoke: { id: "work", src: "work", onError: {} } },
            y: { initial: "p", states: { p: { tags: "forward", on: { GO: "#m.z.q" } } } },
            z: { initial: "q", states: { q: { tags: "forward" } } },
          },
        },
      ),
    ],
    [
      "a region that is entered anew",
      chartOf(
        {},
        {},
        {
          initial: undefined,
          type: "parallel",
          states: {
            x: {
              tags: "forward",
              invoke: { id: "work", src: "work", onError: { target: "x", reenter: true } },
            },
            y: { tags: "forward" },
          },
        },
      ),
    ],
  ])("%s", (_, machine) => {
    expect(rulesOf(machine)).toContain(rule);
  });

  test.each<[string, AnyStateMachine]>([
    [
      "by way of a retrying leaf",
      step({ attempting, waiting: { tags: "retrying", after: { 10: "attempting" } }, done }),
    ],
    [
      "by way of a compensating leaf that waits",
      step({
        attempting: { ...attempting, tags: "compensating" },
        waiting: { tags: "compensating", after: { 10: "attempting" } },
        done,
      }),
    ],
    [
      "by way of a stuck leaf",
      step({ attempting, waiting: { tags: "stuck", on: { RETRY: "attempting" } }, done }),
    ],
    [
      "by way of a retry with states of its own",
      step({
        attempting,
        waiting: {
          tags: "retrying",
          initial: "x",
          states: { x: { on: { GO: "y" } }, y: {} },
          after: { 10: "attempting" },
        },
        done,
      }),
    ],
    [
      "by leaving the parent",
      step({ attempting, waiting: { tags: "forward", on: { GO: "#m.a" } }, done }),
    ],
    [
      "by reentering the parent",
      step(
        { attempting, waiting: { tags: "forward" }, done },
        { on: { AGAIN: { target: "a", reenter: true } } },
      ),
    ],
    [
      "with a key that says which operation it is",
      step({
        attempting: { ...attempting, meta: { idempotencyKey: () => "k" } },
        waiting: { tags: "forward", on: { GO: "attempting" } },
        done,
      }),
    ],
    ["never", step({ attempting, waiting: { tags: "forward", on: { GO: "done" } }, done })],
    [
      "to itself without entering it anew",
      step({
        attempting: { ...attempting, on: { NOTE: { target: "attempting" } } },
        waiting: { tags: "stuck" },
        done,
      }),
    ],
  ])("%s is fine", (_, machine) => {
    expect(rulesOf(machine)).toEqual([]);
  });

  test("the remedy names the ways out", () => {
    const machine = step({
      attempting,
      waiting: { tags: "forward", on: { GO: "attempting" } },
      done,
    });

    expect(lint(sagaOf(machine))).toMatchObject([
      {
        rule,
        state: "a.attempting",
        remedy: expect.stringContaining("meta.idempotencyKey") as unknown,
      },
    ]);
  });
});
