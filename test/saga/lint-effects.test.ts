/** Lint of effects: each rule refuses the chart that breaks it, and no other. */
import { describe, expect, test } from "vitest";
import {
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  forwardTo,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  log,
  raise,
  sendParent,
  sendTo,
  spawnChild,
  stopChild,
} from "xstate";
import type { AnyStateMachine } from "xstate";
import { kindOf } from "../../src/saga/logic.ts";
import { chartOf, invoke, rulesOf, work } from "./loose-charts.ts";

describe("effects that cannot be made durable", () => {
  const ending = { initial: "a", states: { a: { type: "final", tags: "completed" } } } as const;

  test.each<[string, string, AnyStateMachine]>([
    ["action-inline", "an arrow function", chartOf({ entry: () => undefined })],
    ["actor-inline", "invoke", chartOf({ invoke: { ...invoke, src: work } })],
    ["actor-inline", "spawnChild", chartOf({ entry: spawnChild(work, { id: "w" }) })],
    ["actor-invalid", "nothing that XState knows", chartOf({}, { actors: { work: {} } })],
    [
      "child-name-invalid",
      "a machine whose name cannot stand in a URL",
      chartOf({}, { actors: { work, "credit/check": createMachine(ending) } }),
    ],
    ["snapshot-unsupported", "onSnapshot", chartOf({ invoke: { ...invoke, onSnapshot: {} } })],
    ["route-unreachable", "without an id", chartOf({ route: {} })],
    ["delay-out-of-range", "after", chartOf({ after: { "-5": "b" } })],
    ["delay-out-of-range", "after Infinity", chartOf({ after: { Infinity: "b" } })],
    [
      "delay-out-of-range",
      "raise",
      chartOf({ entry: raise({ type: "E" }, { delay: Number.NaN }) }),
    ],
    ["delay-out-of-range", "a registered delay", chartOf({}, { delays: { soon: -1 } })],
  ])("%s: %s", (rule, _, machine) => {
    expect(rulesOf(machine)).toEqual([rule]);
  });

  test("what is durable may stand inline or be registered", () => {
    const actions = [
      assign({ n: 1 }),
      raise({ type: "E" }, { delay: 0, id: "r" }),
      raise({ type: "E" }, { delay: () => 10 }),
      cancel("r"),
      log("x"),
      spawnChild("work", { id: "w" }),
      stopChild("w"),
      sendTo("x", { type: "E" }),
      sendParent({ type: "E" }),
      forwardTo("x"),
      emit({ type: "E" }),
      enqueueActions(() => undefined),
    ];
    const registered = Object.fromEntries(actions.map((action, index) => [`a${index}`, action]));

    expect(rulesOf(chartOf({ entry: actions }))).toEqual([]);
    expect(rulesOf(chartOf({ entry: Object.keys(registered) }, { actions: registered }))).toEqual(
      [],
    );
    expect(rulesOf(chartOf({ entry: "tell" }, { actions: { tell: () => undefined } }))).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["a machine", createMachine(ending)],
    ["a callback", fromCallback(() => {})],
    ["an observable", fromObservable(() => ({}) as never)],
    ["a transition function", fromTransition((state: object) => state, {})],
  ])("%s may be an actor", (_, other) => {
    expect(rulesOf(chartOf({}, { actors: { work, other } }))).toEqual([]);
  });

  test("what kind an actor is of is told without running any of its code", () => {
    const ran: string[] = [];
    const run = (name: string) => (): never => {
      ran.push(name);
      throw new Error(name);
    };
    const foreign = {
      transition: run("logic"),
      getInitialSnapshot: run("logic"),
      start: run("logic"),
    };
    const actors = {
      promise: fromPromise(run("promise")),
      callback: fromCallback(run("callback")),
      observable: fromObservable(run("observable")),
      transition: fromTransition(run("transition"), {}),
      machine: createMachine({ context: run("machine"), entry: run("machine") }),
      foreign,
    };

    const kinds = Object.entries(actors).map(([name, logic]) => [name, kindOf(logic)]);

    expect(Object.fromEntries(kinds)).toEqual({
      promise: "activity",
      callback: "live",
      observable: "live",
      transition: "reducer",
      machine: "instance",
      foreign: "live",
    });
    expect(ran).toEqual([]);
  });
});
