/** Steps: only what the event asks for runs, what is stale changes nothing, and a fault leaves all as it was. */
import { describe, expect, test } from "vitest";
import {
  assign,
  createMachine,
  enqueueActions,
  fromPromise,
  raise,
  setup,
  spawnChild,
} from "xstate";
import { MICROSTEPS_MAX, toChart } from "../../src/saga/chart.ts";
import { activity } from "../../src/saga/define.ts";
import { encodeSnapshot } from "../../src/saga/snapshot.ts";
import { fire, settle, start } from "../../src/saga/step.ts";
import { invoking } from "./charts.ts";
import { done, failed, sagaOf, thrownBy, Walk } from "./steps.ts";

const later = { instanceId: "o-1", revision: 99, nowMs: 2_000_000 };

describe("a step runs only what its event asks for", () => {
  test("initial code runs once, and not again by later steps", () => {
    const calls = { context: 0, entry: 0 };
    const machine = createMachine({
      context: () => {
        calls.context += 1;
        return { n: 0 };
      },
      entry: assign(() => {
        calls.entry += 1;
        return {};
      }),
      on: { E: { actions: assign({ n: 1 }) } },
    });
    const walk = new Walk(machine);

    for (let count = 0; count < 3; count += 1) {
      walk.restart();
      walk.take({ type: "E" });
    }

    expect(calls).toEqual({ context: 1, entry: 1 });
  });

  test("no code of an actor runs, not even that of a child machine", () => {
    const calls: string[] = [];
    const child = createMachine({ context: () => (calls.push("child context"), {}) });
    const machine = setup({
      actors: {
        work: fromPromise(() => Promise.resolve(calls.push("promise"))),
        child,
      },
    }).createMachine({
      initial: "a",
      invoke: { id: "child", src: "child" },
      states: { a: { invoke: { id: "work", src: "work", onDone: "b" } }, b: {} },
    });
    const walk = new Walk(machine);

    walk.restart();
    walk.take(done("work"));

    expect(calls).toEqual([]);
  });

  test("self is the instance", () => {
    const machine = createMachine({
      context: ({ self }) => ({ first: self.id, second: "" }),
      on: { E: { actions: assign({ second: ({ self }) => self.id }) } },
    });
    const walk = new Walk(machine);

    walk.take({ type: "E" });

    expect(walk.context).toEqual({ first: "o-1", second: "o-1" });
  });

  test("a step leaves the standing before it as it was", () => {
    const walk = new Walk(invoking);
    const before = walk.standing;
    const copy = { ...before, text: encodeSnapshot(walk.chart, before.snapshot, before.visits) };

    walk.take(failed("work"));

    expect({
      ...before,
      text: encodeSnapshot(walk.chart, before.snapshot, before.visits),
    }).toEqual(copy);
  });
});

describe("what no transition takes", () => {
  test("is no step", () => {
    expect(new Walk(invoking).take({ type: "UNKNOWN" })).toBeNull();
  });

  test("is no step when the state forbids what the state around it takes", () => {
    const machine = createMachine({
      initial: "a",
      on: { CANCEL: ".b" },
      states: { a: { on: { CANCEL: undefined } }, b: {} },
    });

    expect(new Walk(machine).take({ type: "CANCEL" })).toBeNull();
  });

  test("is no step when all guards refuse", () => {
    const machine = createMachine({
      initial: "a",
      states: { a: { on: { E: { guard: () => false, target: "b" } } }, b: {} },
    });

    expect(new Walk(machine).take({ type: "E" })).toBeNull();
  });

  test("is no step after the end, not even for a handler of the root", () => {
    const machine = createMachine({
      context: { n: 0 },
      initial: "a",
      on: { LATE: { actions: assign({ n: 1 }) } },
      states: { a: { on: { END: "b" } }, b: { type: "final" } },
    });
    const walk = new Walk(machine);
    walk.take({ type: "END" });

    expect(walk.take({ type: "LATE" })).toBeNull();
    expect(walk.context).toEqual({ n: 0 });
  });

  test("a transition that only assigns, raises or reenters is a step", () => {
    const machine = createMachine({
      context: { n: 0 },
      initial: "a",
      states: {
        a: {
          on: {
            ASSIGN: { actions: assign({ n: 1 }) },
            SAME: { actions: assign({}) },
            SELF: { target: "a", reenter: true },
            STAY: { target: "a" },
          },
        },
      },
    });
    const walk = new Walk(machine);

    const steps = ["ASSIGN", "SAME", "SELF", "STAY"].map((type) => walk.take({ type }));

    expect(steps.map((step) => step?.effects)).toEqual([[], [], [], []]);
  });
});

describe("a late answer changes nothing", () => {
  test("an attempt that was left is abandoned, and its successor is another generation", () => {
    const walk = new Walk(invoking);
    const first = walk.activity("work");

    walk.take({ fire: "timeout" });
    walk.take({ fire: "backoff" });

    expect(walk.standing.activities).toEqual([
      { ...first, abandoned: true },
      { ...first, generation: 3, attempt: 2 },
    ]);
  });

  test("an outcome is taken once: the activity is gone afterwards", () => {
    const walk = new Walk(invoking);
    const settledOnce = walk.activity("work");

    walk.take(failed("work"));

    expect(walk.standing.activities).toEqual([]);
    expect(() =>
      settle(
        walk.chart,
        walk.standing,
        { activity: settledOnce, outcome: { kind: "done", output: 1 } },
        later,
      ),
    ).toThrow("not live");
  });

  test("the outcome of an abandoned attempt is not settled", () => {
    const walk = new Walk(invoking);
    walk.take({ fire: "timeout" });
    const [left] = walk.standing.activities;

    expect(left?.abandoned).toBe(true);
    expect(() =>
      settle(
        walk.chart,
        walk.standing,
        { activity: left as never, outcome: { kind: "done", output: 1 } },
        later,
      ),
    ).toThrow("not live");
  });

  test("a timer that was cancelled or has fired does not fire", () => {
    const walk = new Walk(invoking);
    const { timerId } = walk.timer("timeout");

    walk.take(failed("work"));

    expect(fire(walk.chart, walk.standing, timerId, later)).toBeNull();
  });

  test("a timer of an earlier visit does not fire in a later one", () => {
    const walk = new Walk(invoking);
    const { timerId } = walk.timer("timeout");

    walk.take({ type: "AGAIN" });

    expect(walk.timer("timeout").timerId).not.toBe(timerId);
    expect(fire(walk.chart, walk.standing, timerId, later)).toBeNull();
  });

  test("a timer that no transition takes is spent", () => {
    const machine = createMachine({ entry: raise({ type: "NOBODY" }, { delay: 10, id: "r" }) });
    const walk = new Walk(machine);

    const step = walk.take({ fire: "r" });

    expect(step).toEqual({ next: { ...step?.next, timers: [] }, effects: [] });
  });

  test("an outcome that no transition takes is spent", () => {
    const machine = setup({ actors: { work: activity<undefined, void>() } }).createMachine({
      invoke: { id: "work", src: "work" },
    });
    const walk = new Walk(machine);

    const step = walk.take(done("work"));

    expect(step).toEqual({ next: { ...step?.next, activities: [] }, effects: [] });
  });

  test("an error that no transition takes ends the instance", () => {
    const machine = setup({ actors: { work: activity<undefined, void>() } }).createMachine({
      invoke: { id: "work", src: "work" },
      after: { 1000: { actions: assign({}) } },
    });
    const walk = new Walk(machine);

    walk.take(failed("work", new Error("broken")));

    expect(walk.standing).toMatchObject({
      snapshot: { status: "error", error: { message: "broken" } },
      timers: [],
      activities: [],
    });
  });
});

describe("a chart that throws leaves the instance as it was", () => {
  const broken = (): never => {
    throw new Error("broken");
  };

  test.each([
    ["a guard", { guard: broken }],
    ["an assign", { actions: assign(broken) }],
    ["the params of an action", { actions: { type: "x", params: broken } }],
    ["an event of raise", { actions: raise(broken) }],
  ])("%s", (_, transition) => {
    const walk = new Walk(createMachine({ context: { n: 0 }, on: { E: transition as never } }));
    const before = walk.standing;

    expect(thrownBy(() => walk.take({ type: "E" }))).toMatchObject({
      code: "SAGA_TRANSITION_FAILED",
      message: expect.stringContaining('saga "test" threw on event "E"') as unknown,
    });
    expect(walk.standing).toBe(before);
  });

  test.each([
    ["the context", createMachine({ context: broken })],
    ["an entry", createMachine({ entry: assign(broken) })],
  ])("%s of a new instance is a refusal, not a failed instance", (_, machine) => {
    expect(thrownBy(() => new Walk(machine))).toMatchObject({ code: "SAGA_TRANSITION_FAILED" });
  });

  test("an endless chain of transitions is refused within bounds", () => {
    const machine = createMachine({
      initial: "a",
      states: { a: { on: { E: "b" } }, b: { always: "c" }, c: { always: "b" } },
    });
    const walk = new Walk(machine);

    expect(thrownBy(() => walk.take({ type: "E" }))).toMatchObject({
      code: "SAGA_TRANSITION_FAILED",
      message: expect.stringContaining("Infinite loop") as unknown,
    });
  });

  test("a chart may be stricter about its transitions, not laxer", () => {
    const counting = (maxIterations: number): number =>
      toChart(sagaOf(createMachine({ options: { maxIterations } }))).machine.options
        .maxIterations ?? 0;

    expect([counting(10), counting(1_000_000)]).toEqual([10, MICROSTEPS_MAX]);
  });
});

describe("a child that a later step could not find again is refused when it is met", () => {
  const machine = setup({ actors: { work: activity<undefined, void>() } }).createMachine({
    on: {
      INLINE: {
        actions: assign(({ spawn }) => {
          const logic = fromPromise(() => Promise.resolve());
          (spawn as (src: unknown, options: object) => unknown)(logic, { id: "w" });
          return {};
        }),
      },
      UNKNOWN: {
        actions: enqueueActions(({ enqueue }) => {
          (enqueue.spawnChild as (src: string, options: object) => void)("wrok", { id: "w" });
        }),
      },
      NAMELESS: { actions: spawnChild("work") },
      TWO: { actions: [spawnChild("work"), spawnChild("work")] },
    },
  });

  test.each([
    ["INLINE", "of no actor that has a name"],
    ["UNKNOWN", "not registered"],
    ["NAMELESS", "without an id"],
    ["TWO", "without an id"],
  ])("%s", (type, message) => {
    const walk = new Walk(machine);

    expect(thrownBy(() => walk.take({ type }))).toMatchObject({
      code: "SAGA_TRANSITION_FAILED",
      message: expect.stringContaining(message) as unknown,
    });
  });
});

test("an output comes as it will be after a restart", () => {
  const output = { list: [1] };
  const machine = setup({
    types: { context: {} as { output: unknown } },
    actors: { work: activity<undefined, { list: number[] }>() },
  }).createMachine({
    context: { output: null },
    initial: "a",
    states: {
      a: {
        invoke: {
          id: "work",
          src: "work",
          onDone: { target: "b", actions: assign({ output: ({ event }) => event.output }) },
        },
      },
      b: {},
    },
  });
  const walk = new Walk(machine);

  walk.take(done("work", output));
  output.list.push(2);

  expect(walk.context).toEqual({ output: { list: [1] } });
});

test("an output that cannot be stored is told by its path", () => {
  const walk = new Walk(invoking);

  expect(thrownBy(() => walk.take(done("work", { socket: () => 1 })))).toMatchObject({
    code: "SAGA_CONTEXT_NOT_SERIALIZABLE",
    details: { path: "/socket" },
  });
});

test("the same moment and the same input give the same step", () => {
  const chart = toChart(sagaOf(invoking));
  const moment = { instanceId: "o-1", revision: 1, nowMs: 5 };

  expect(start(chart, undefined, moment).effects).toEqual(start(chart, undefined, moment).effects);
});
