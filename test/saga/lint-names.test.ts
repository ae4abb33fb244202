/** Lint of names: each rule refuses the chart that breaks it, and no other. */
import { describe, expect, test } from "vitest";
import { and, assign, not, or, raise, spawnChild, stateIn } from "xstate";
import type { AnyStateMachine } from "xstate";
import type { AnySaga } from "../../src/saga/define.ts";
import { lint } from "../../src/saga/lint.ts";
import { chartOf, invoke, rulesOf, work } from "./loose-charts.ts";
import { sagaOf } from "./steps.ts";

describe("names that are not registered", () => {
  const guarded = (guard: unknown): object => ({ on: { E: { guard, target: "b" } } });
  const known = { guards: { isOpen: () => true, both: and(["isOpen", "isGone" as never]) } };

  test.each<[string, string, AnyStateMachine]>([
    ["actor-unknown", "an invoke", chartOf({ invoke: { ...invoke, src: "wrok" } })],
    ["actor-unknown", "spawnChild", chartOf({ entry: spawnChild("wrok", { id: "w" }) })],
    [
      "actor-unknown",
      "a name of every object",
      chartOf({ invoke: { ...invoke, src: "toString" } }),
    ],
    ["action-unknown", "entry", chartOf({ entry: "gone" })],
    ["action-unknown", "exit", chartOf({ exit: { type: "gone", params: {} } })],
    ["action-unknown", "a transition", chartOf({ on: { E: { actions: ["gone"] } } })],
    ["action-unknown", "always", chartOf({ always: { guard: () => false, actions: "gone" } })],
    ["action-unknown", "onDone", chartOf({ invoke: { ...invoke, onDone: { actions: "gone" } } })],
    ["action-unknown", "onError", chartOf({ invoke: { ...invoke, onError: { actions: "gone" } } })],
    ["action-unknown", "after", chartOf({ after: { 10: { actions: "gone" } } })],
    [
      "action-unknown",
      "initial",
      chartOf({ initial: { target: "x", actions: "gone" }, states: { x: {} } }),
    ],
    ["guard-unknown", "a name", chartOf(guarded("isGone"))],
    ["guard-unknown", "a name with params", chartOf(guarded({ type: "isGone", params: {} }))],
    ["guard-unknown", "not", chartOf(guarded(not("isGone")))],
    ["guard-unknown", "and within or", chartOf(guarded(or([() => true, and(["isGone"])])))],
    ["guard-unknown", "a registered combination", chartOf(guarded("isOpen"), known)],
    ["delay-unknown", "after", chartOf({ after: { timeuot: "b" } })],
    [
      "delay-unknown",
      "raise",
      chartOf({ entry: raise({ type: "E" }, { delay: "timeuot" as never }) }),
    ],
    [
      "delay-unknown",
      "a registered raise",
      chartOf(
        { entry: "r" },
        { actions: { r: raise({ type: "E" }, { delay: "timeuot" as never }) } },
      ),
    ],
  ])("%s: in %s", (rule, _, machine) => {
    expect(rulesOf(machine)).toEqual([rule]);
  });

  test.each<[string, AnyStateMachine]>([
    ["an actor", chartOf({ invoke })],
    ["a spawned actor", chartOf({ entry: spawnChild("work", { id: "w" }) })],
    ["an action", chartOf({ entry: "note" }, { actions: { note: assign({}) } })],
    [
      "a guard in a combination",
      chartOf(guarded(not("isOpen")), { guards: { isOpen: () => true } }),
    ],
    ["a guard that looks at the state", chartOf(guarded(stateIn("#m.a")))],
    ["a delay", chartOf({ after: { soon: "b" } }, { delays: { soon: 10 } })],
    ["a delay in digits", chartOf({ after: { "1e3": "b" } })],
  ])("%s that is registered is fine", (_, machine) => {
    expect(rulesOf(machine)).toEqual([]);
  });
});

describe("activities and compensations", () => {
  const machine = chartOf({ invoke });
  const act = (): Promise<void> => Promise.resolve();

  test.each<[string, Partial<AnySaga>, string]>([
    ["activity-missing", { activities: {} }, "give its function in defineSaga({ activities })"],
    ["activity-unknown", { activities: { work: act, refund: act } }, "declare it"],
    ["activity-not-function", { activities: { work: null as never } }, "give an async function"],
    ["compensation-unknown", { compensations: { refund: null } }, "name an activity on both sides"],
    ["compensation-unknown", { compensations: { work: "wrok" } }, 'did you mean "work"?'],
  ])("%s", (rule, rest, remedy) => {
    expect(lint(sagaOf(machine, rest))).toMatchObject([
      { rule, state: "(root)", remedy: expect.stringContaining(remedy) as unknown },
    ]);
  });

  test("a misspelt activity is told from both sides", () => {
    expect(lint(sagaOf(machine, { activities: { wrok: act } }))).toMatchObject([
      { rule: "activity-missing", remedy: 'did you mean "wrok"?' },
      { rule: "activity-unknown", remedy: 'did you mean "work"?' },
    ]);
  });

  test("compensation-never-runs: an undo that no state invokes", () => {
    const idle = chartOf({ invoke }, { actors: { work, undo: work } });

    expect(rulesOf(idle, { compensations: { work: "undo" } })).toEqual(["compensation-never-runs"]);
    expect(rulesOf(idle, { compensations: { work: null } })).toEqual([]);
  });

  test("an undo that is invoked or spawned runs", () => {
    const actors = { work, undo: work };
    const invoked = chartOf(
      { invoke: [invoke, { ...invoke, id: "undo", src: "undo" }] },
      { actors },
    );
    const spawned = chartOf({ invoke, exit: spawnChild("undo", { id: "undo" }) }, { actors });

    expect(rulesOf(invoked, { compensations: { work: "undo" } })).toEqual([]);
    expect(rulesOf(spawned, { compensations: { work: "undo" } })).toEqual([]);
  });
});
