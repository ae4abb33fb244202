/** What a simulation tells of each step, what it offers next, and what it refuses. */
import { assign, emit, raise, sendTo, setup } from "xstate";
import { describe, expect, test } from "vitest";
import { toChartModel } from "../../src/draw/model.ts";
import { activity, defineSaga } from "../../src/index.ts";
import { MOVES_MAX, readAct, readPath } from "../../src/simulate/path.ts";
import type { Act, SimulationMove, SimulationPath } from "../../src/simulate/path.ts";
import { FRAMES_PER_MOVE_MAX } from "../../src/simulate/reel.ts";
import { simulate } from "../../src/simulate/simulate.ts";
import type { Simulation } from "../../src/simulate/simulate.ts";
import { testOf } from "../../src/simulate/test-file.ts";
import { orderSaga } from "../../machines/order/index.ts";
import { samples as orderSamples } from "../../machines/order/samples.ts";
import { BACKOFF_MS, definePurchase, PATIENCE_MS, TIMEOUT_MS } from "../fixtures/purchase.ts";
import { purchaseSamples } from "../testing/purchase-samples.ts";

const clock = { monotonic: () => 0 };
const purchase = definePurchase({});

function run(moves: readonly SimulationMove[], act?: Act, input?: unknown): Simulation {
  const path: SimulationPath = { moves, ...(input !== undefined && { input }) };
  return simulate(purchase, purchaseSamples, path, { ...clock, ...(act && { act }) });
}

const pay: SimulationMove = { kind: "send", event: { type: "PAY" } };
const cancel: SimulationMove = { kind: "send", event: { type: "CANCEL" } };
const charged: SimulationMove = { kind: "settle", activityId: "charge", outcome: "ok" };
const lost: SimulationMove = { kind: "settle", activityId: "charge", outcome: "lostReply" };

function places({ steps }: Simulation): readonly (readonly [number, string])[] {
  return steps.map(({ atMs, state }) => [atMs, state]);
}

describe("a step", () => {
  test("tells states, edges, what changed, and what it asked for", () => {
    const { steps } = run([pay]);

    expect(steps[1]).toEqual({
      move: 0,
      cause: "move",
      verdict: "applied",
      words: "PAY comes",
      event: "PAY",
      atMs: 0,
      revision: 2,
      state: "paying.attempting",
      phase: "forward",
      active: ["purchase", "purchase.paying", "purchase.paying.attempting"],
      entered: ["purchase.paying", "purchase.paying.attempting"],
      through: [],
      left: ["purchase.waiting"],
      edges: ["purchase.waiting|PAY|0"],
      changes: [{ path: "attempts", kind: "changed", before: 0, after: 1 }],
      effects: [
        { kind: "cancelTimer", text: "cancel the timer of waiting, 1 min", isDone: true },
        { kind: "setTimer", text: "set the timer of paying.attempting, 1 s", isDone: true },
        { kind: "startActivity", text: "begin charge, attempt 1", isDone: true },
      ],
      inPlace: [],
      fault: null,
    });
  });

  test("names edges and states as the drawing does, those passed through among them", () => {
    const model = toChartModel(orderSaga.machine);
    const act: Act = {
      kind: "fail",
      activityId: "reserveInventory",
      outcome: "rejected",
      times: 1,
    };
    const failed = simulate(orderSaga, orderSamples, { moves: [] }, { ...clock, act });
    const { steps } = simulate(orderSaga, orderSamples, failed.path, {
      ...clock,
      act: { kind: "goOn" },
    });

    const edges = new Set(model.edges.map(({ id }) => id));
    const states = new Set(model.states.map(({ id }) => id));
    const named = steps.flatMap((step) => step.edges);
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((id) => !edges.has(id))).toEqual([]);
    const seen = steps.flatMap(({ active, through, left }) => [...active, ...through, ...left]);
    expect(seen.filter((id) => !states.has(id))).toEqual([]);
    expect(steps.flatMap(({ through }) => through)).toContain("order.reservingInventory.failed");
  });
});

describe("what can happen next", () => {
  test("is each event with payloads, each attempt with its answers, each timer in order", () => {
    expect(run([]).now).toMatchObject({
      isOver: false,
      context: { cents: 1, attempts: 0, paymentId: null },
      events: [{ type: "PAY", guarded: false, early: false, payloads: [{}] }],
      activities: [],
      timers: [{ words: "1 min of waiting", dueInMs: PATIENCE_MS }],
    });
    expect(run([pay]).now).toMatchObject({
      events: [{ type: "CANCEL" }],
      activities: [
        { activityId: "charge", input: { cents: 1 }, attempt: 1, outputs: [{ paymentId: "p-1" }] },
      ],
      timers: [{ dueInMs: TIMEOUT_MS }],
    });
  });

  test("is nothing when it has ended", () => {
    const { now, stopped } = run([pay, charged, pay]);

    expect(now).toMatchObject({ isOver: true, events: [], activities: [], timers: [] });
    expect(stopped).toEqual({ move: 2, reason: "the instance has ended" });
  });
});

describe("a move", () => {
  test("that cannot happen stops the path there and says why", () => {
    const reasons = [
      [cancel, "CANCEL is not taken in waiting (not-in-this-state)"],
      [charged, "no attempt of charge is being made in waiting"],
      [
        { kind: "fire", event: "x" },
        "x cannot fire: xstate.after.60000.purchase.waiting is due first",
      ],
      [{ kind: "lapse", activityId: "charge" }, "no attempt of charge was left"],
      [{ kind: "child", childId: "c", ending: "done" }, "there is no child c now"],
    ] as const;
    for (const [move, reason] of reasons) {
      const { stopped, steps, path } = run([move, pay]);

      expect(stopped).toEqual({ move: 0, reason });
      expect(steps).toHaveLength(1);
      expect(path.moves).toEqual([]);
    }
  });

  test("may answer with what its reader gives", () => {
    const output = { paymentId: "mine" };
    expect(run([pay, { ...charged, output }]).now.context).toMatchObject(output);
  });

  test("may give another input than the samples", () => {
    expect(run([], undefined, { cents: 7 }).now.context).toMatchObject({ cents: 7 });
  });

  test("lets time pass, and what is due by then happens in its order", () => {
    const simulation = run([pay, { kind: "wait", ms: TIMEOUT_MS + BACKOFF_MS }]);

    expect(places(simulation)).toEqual([
      [0, "waiting"],
      [0, "paying.attempting"],
      [TIMEOUT_MS, "paying.backingOff"],
      [TIMEOUT_MS + BACKOFF_MS, "paying.attempting"],
    ]);
  });

  test("of an undo waits until the attempt that was left lapses", () => {
    const refund: SimulationMove = { kind: "settle", activityId: "refund", outcome: "ok" };
    const held = run([pay, cancel]);
    expect(held.now.activities).toMatchObject([{ activityId: "refund", isHeldBack: true }]);
    expect(held.now.left).toMatchObject([{ activityId: "charge", lapsesInMs: 1_000 }]);

    const { steps } = run([pay, cancel, refund]);

    expect(steps.slice(3).map(({ words, state }) => [words, state])).toEqual([
      ["the lease of an attempt that was left lapses", "refunding"],
      ["refund succeeds", "cancelled"],
    ]);
  });

  test("that kills the process changes nothing for the chart", () => {
    const crash: SimulationMove = { kind: "crash" };
    expect(run([pay, crash, charged]).now).toEqual(run([pay, charged]).now);
  });

  test("takes effect though its reply is lost", () => {
    expect(run([pay, lost]).steps.at(-1)?.inPlace).toEqual(["charge"]);
  });
});

describe("an act", () => {
  test("fails an attempt and those that the chart makes after it", () => {
    const { path, steps } = run([pay], {
      kind: "fail",
      activityId: "charge",
      outcome: "transient",
      times: 3,
    });

    expect(path.moves.map(({ kind }) => kind)).toEqual([
      "send",
      "settle",
      "fire",
      "settle",
      "fire",
      "settle",
    ]);
    expect(steps.at(-1)?.state).toBe("paying.backingOff");
  });

  test("says where the chart gives up", () => {
    const act: Act = {
      kind: "fail",
      activityId: "reserveInventory",
      outcome: "transient",
      times: 9,
    };
    const { stopped } = simulate(orderSaga, orderSamples, { moves: [] }, { ...clock, act });

    expect(stopped?.reason).toBe("the chart gave up after 3 of 9");
  });

  test("lets an attempt time out", () => {
    const { steps } = run([pay], { kind: "timeOut", activityId: "charge" });

    expect(steps.at(-1)).toMatchObject({ state: "paying.backingOff", atMs: TIMEOUT_MS });
  });

  test("goes on until somebody outside must do something", () => {
    expect(run([], { kind: "goOn" }).stopped?.reason).toBe("it waits for an event from outside");
    expect(run([pay], { kind: "goOn" }).steps.at(-1)?.state).toBe("paid");
  });

  test("fires a timer, after those that are due before it", () => {
    const [timer] = run([pay]).now.timers;
    const { steps } = run([pay], { kind: "fireTimer", timerId: timer?.timerId ?? "" });

    expect(steps.at(-1)?.state).toBe("paying.backingOff");
  });
});

test("taking moves back is a shorter path: its steps are the first of the longer one", () => {
  const moves: readonly SimulationMove[] = [pay, lost, { kind: "wait", ms: 200 }, charged];
  const whole = run(moves).steps;
  for (let length = 0; length < moves.length; length += 1) {
    const { steps } = run(moves.slice(0, length));
    expect(steps).toEqual(whole.slice(0, steps.length));
  }
});

test("no activity and no action is ever called", () => {
  const calls: string[] = [];
  const called = (name: string) => () => (calls.push(name), Promise.resolve(undefined as never));
  const saga = definePurchase({ charge: called("charge"), refund: called("refund") });

  simulate(
    saga,
    purchaseSamples,
    { moves: [pay, lost, cancel] },
    { ...clock, act: { kind: "goOn" } },
  );

  expect(calls).toEqual([]);
});

describe("of what a chart does beside its steps", () => {
  const machine = setup({
    types: {
      context: {} as { heard: number; failure: string },
      events: {} as { type: "GO" } | { type: "EARLY" } | { type: "BOOM" } | { type: "ECHO" },
    },
    actors: { work: activity<object, void>() },
    actions: {
      count: assign({ heard: ({ context }) => context.heard + 1 }),
      boom: assign(() => {
        throw new Error("boom");
      }),
    },
  }).createMachine({
    id: "beside",
    context: { heard: 0, failure: "" },
    initial: "idle",
    states: {
      idle: {
        tags: "forward",
        on: {
          GO: {
            target: "waiting",
            actions: [emit({ type: "gone" }), sendTo(({ self }) => self, { type: "ECHO" })],
          },
          BOOM: { actions: "boom" },
        },
      },
      waiting: {
        tags: "forward",
        on: { EARLY: "ended", ECHO: { actions: "count" } },
      },
      ended: { type: "final", tags: "completed" },
    },
  });
  const saga = defineSaga({
    name: "beside",
    version: 1,
    machine,
    activities: { work: () => Promise.resolve() },
    parks: ["EARLY"],
  });
  const go = (moves: readonly SimulationMove[]): Simulation =>
    simulate(saga, { input: undefined }, { moves }, clock);
  const send = (type: string): SimulationMove => ({ kind: "send", event: { type } });

  test("an event that comes early is kept, and taken by itself later", () => {
    const early = go([send("EARLY")]);
    expect(early.steps.at(-1)).toMatchObject({ verdict: "parked", state: "idle" });
    expect(early.now).toMatchObject({
      parked: ["EARLY"],
      events: [{ type: "BOOM" }, { type: "GO" }, { type: "EARLY", early: true }],
    });

    const { steps, now } = go([send("EARLY"), send("GO")]);
    expect(steps.map(({ cause, state }) => [cause, state])).toEqual([
      ["start", "idle"],
      ["move", "idle"],
      ["move", "waiting"],
      ["message", "waiting"],
      ["parked", "ended"],
    ]);
    expect(now.context).toMatchObject({ heard: 1 });
  });

  test("what it only tells is marked as not done", () => {
    const { effects } = go([send("GO")]).steps[1] ?? { effects: [] };
    expect(effects.map(({ text, isDone }) => [text, isDone])).toEqual([
      ["emit gone", false],
      ["send ECHO to itself", false],
    ]);
  });

  test("a chart that throws is told, and the path stops", () => {
    const { steps, stopped } = go([send("BOOM"), send("GO")]);

    expect(steps.at(-1)).toMatchObject({ verdict: "failed", state: "idle" });
    expect(stopped).toEqual({ move: 0, reason: steps.at(-1)?.fault });
    expect(stopped?.reason).toContain("boom");
  });
});

describe("limits", () => {
  test("a path has at most so many moves", () => {
    const moves = Array.from({ length: MOVES_MAX + 1 }, () => ({ kind: "crash" }));
    expect(() => readPath({ moves })).toThrow("path.moves");
  });

  test("a chart that never comes to rest is given up", () => {
    const machine = setup({ types: { events: {} as { type: "PING" } } }).createMachine({
      id: "restless",
      initial: "a",
      states: {
        a: {
          tags: "forward",
          on: { PING: { actions: sendTo(({ self }) => self, { type: "PING" }) } },
        },
        b: { type: "final", tags: "completed" },
      },
    });
    const saga = defineSaga({ name: "restless", version: 1, machine, activities: {} });
    const ping: SimulationMove = { kind: "send", event: { type: "PING" } };

    expect(() => simulate(saga, { input: undefined }, { moves: [ping] }, clock)).toThrow(
      `more than ${FRAMES_PER_MOVE_MAX} steps`,
    );
  });

  test("one that takes too long is given up", () => {
    let nowMs = 0;
    const monotonic = (): number => (nowMs += 3_000);
    expect(() =>
      simulate(purchase, purchaseSamples, { moves: [pay, lost] }, { monotonic }),
    ).toThrow("takes longer than 5 s");
  });

  test("what is no move is refused with its place", () => {
    expect(() => readPath({ moves: [{ kind: "jump" }] })).toThrow("path.moves.0.kind");
    expect(() => readPath({ moves: [{ kind: "wait", ms: -1 }] })).toThrow("path.moves.0.ms");
    expect(() => readAct({ kind: "fail", activityId: "a", outcome: "ok", times: 1 })).toThrow(
      "act",
    );
  });
});

// A machine may raise events of its own within a step: they are part of it and need no message.
test("what a chart raises is part of the step that raises it", () => {
  const machine = setup({ types: { events: {} as { type: "A" } | { type: "B" } } }).createMachine({
    id: "raising",
    initial: "one",
    states: {
      one: { tags: "forward", on: { A: { target: "two", actions: raise({ type: "B" }) } } },
      two: { tags: "forward", on: { B: "three" } },
      three: { type: "final", tags: "completed" },
    },
  });
  const saga = defineSaga({ name: "raising", version: 1, machine, activities: {} });
  const moves: readonly SimulationMove[] = [{ kind: "send", event: { type: "A" } }];

  const { steps } = simulate(saga, { input: undefined }, { moves }, clock);

  expect(steps).toHaveLength(2);
  expect(steps[1]).toMatchObject({
    edges: ["raising.one|A|0", "raising.two|B|0"],
    through: ["raising.two"],
    state: "three",
  });
});

describe("a guard that is forced", () => {
  const lostReservation: SimulationMove = {
    kind: "settle",
    activityId: "reserveInventory",
    outcome: "transient",
  };
  const retried = (guards?: Record<string, boolean>): Simulation =>
    simulate(
      orderSaga,
      orderSamples,
      { ...(guards && { guards }), moves: [lostReservation] },
      clock,
    );

  test("says what it is told, on the whole path", () => {
    expect(retried().steps.at(-1)?.state).toBe("reservingInventory.backingOff");
    const { steps, path } = retried({ canRetry: false });
    expect(steps.at(-1)?.state).toMatch(/^compensating\./);
    expect(path.guards).toEqual({ canRetry: false });
  });

  test("must be one of the saga's", () => {
    expect(() => retried({ canFly: true })).toThrowError(
      expect.objectContaining({ code: "SAGA_SIMULATION_INVALID" }),
    );
  });

  test("is forced in the test of the path too", () => {
    const { text } = testOf(
      orderSaga,
      orderSamples,
      { guards: { canRetry: false }, moves: [lostReservation] },
      {
        sagaName: "orderSaga",
        saga: "../index.ts",
        samples: "../samples.ts",
        testing: "sagachart/testing",
      },
    );
    expect(text).toContain(`const forced = {
  ...orderSaga,
  machine: orderSaga.machine.provide({ guards: { canRetry: () => false } }),
};`);
    expect(text).toContain("await replay(forced, moves, ");
  });
});
