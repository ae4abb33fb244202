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
import { lint } from "../../src/saga/lint.ts";
import { chartOf, invoke, rulesOf, work } from "./loose-charts.ts";
import { sagaOf } from "./steps.ts";

describe("effects that cannot be made durable", () => {
  const custom = { actions: { tell: () => undefined } };

  test.each<[string, string, AnyStateMachine]>([
    ["action-inline", "an arrow function", chartOf({ entry: () => undefined })],
    ["action-custom", "a registered function", chartOf({ entry: "tell" }, custom)],
    ["action-custom", "one that only enqueueActions could name", chartOf({}, custom)],
    ["action-unsupported", "sendTo", chartOf({ entry: sendTo("x", { type: "E" }) })],
    ["action-unsupported", "sendParent", chartOf({ entry: sendParent({ type: "E" }) })],
    ["action-unsupported", "forwardTo", chartOf({ on: { E: { actions: forwardTo("x") } } })],
    ["action-unsupported", "emit", chartOf({ entry: emit({ type: "E" }) })],
    [
      "action-unsupported",
      "a registered emit",
      chartOf({ entry: "e", exit: "e" }, { actions: { e: emit({ type: "E" }) } }),
    ],
    ["actor-inline", "invoke", chartOf({ invoke: { ...invoke, src: work } })],
    ["actor-inline", "spawnChild", chartOf({ entry: spawnChild(work, { id: "w" }) })],
    ["actor-unsupported", "a machine", chartOf({}, { actors: { work: createMachine({}) } })],
    ["actor-unsupported", "a callback", chartOf({}, { actors: { work: fromCallback(() => {}) } })],
    [
      "actor-unsupported",
      "an observable",
      chartOf({}, { actors: { work: fromObservable(() => ({}) as never) } }),
    ],
    [
      "actor-unsupported",
      "a transition function",
      chartOf({}, { actors: { work: fromTransition((state: object) => state, {}) } }),
    ],
    ["actor-unsupported", "nothing that XState knows", chartOf({}, { actors: { work: {} } })],
    ["snapshot-unsupported", "onSnapshot", chartOf({ invoke: { ...invoke, onSnapshot: {} } })],
    ["route-unsupported", "a route", chartOf({ id: "r", route: {} })],
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

  test.each([
    ["emit", chartOf({ entry: emit({ type: "E" }) }), "emit is not supported yet"],
    [
      "sendParent",
      chartOf({ entry: sendParent({ type: "E" }) }),
      "sendParent is not supported yet",
    ],
    [
      "a machine",
      chartOf({}, { actors: { work: createMachine({}) } }),
      'actor "work" is a child machine, which is not supported yet',
    ],
    ["an action", chartOf({ entry: "tell" }, custom), 'action "tell" is a function of your own'],
  ])("says of %s what it is, and names another way", (_, machine, message) => {
    const [finding] = lint(sagaOf(machine));

    expect(finding?.message).toContain(message);
    expect(finding?.remedy).toMatch(/^use /);
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
      enqueueActions(() => undefined),
    ];
    const registered = Object.fromEntries(actions.map((action, index) => [`a${index}`, action]));

    expect(rulesOf(chartOf({ entry: actions }))).toEqual([]);
    expect(rulesOf(chartOf({ entry: Object.keys(registered) }, { actions: registered }))).toEqual(
      [],
    );
  });

  test("any fromPromise is an activity, and no code of any actor runs to find out", () => {
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

    const refused = lint(sagaOf(chartOf({}, { actors }))).map(
      ({ message }) => message.split('"')[1],
    );

    expect(refused).toEqual(["callback", "observable", "transition", "machine", "foreign"]);
    expect(ran).toEqual([]);
  });
});
