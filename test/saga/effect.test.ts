/** Effects: timers and activities as data, in order, and none of them left behind. */
import { describe, expect, test } from "vitest";
import { assign, cancel, createMachine, log, raise, setup, spawnChild } from "xstate";
import { activity } from "../../src/saga/define.ts";
import type { Effect } from "../../src/saga/effect.ts";
import { invoking, rich } from "./charts.ts";
import { done, failed, thrownBy, Walk } from "./steps.ts";

function inShort(effects: readonly Effect[]): readonly string[] {
  return effects.map((effect) => {
    switch (effect.kind) {
      case "startActivity":
      case "leaveActivity":
        return `${effect.kind} ${effect.activity.activityId}`;
      case "setTimer":
      case "cancelTimer":
        return `${effect.kind} ${effect.timer.timerId}`;
      case "log":
        return `log ${String(effect.label)}`;
      case "startChild":
      case "stopChild":
      case "moveChild":
      case "send":
      case "tell":
      case "act":
      case "emit":
        return effect.kind;
    }
  });
}

describe("timers", () => {
  test("are due a delay after the step, in whole milliseconds", () => {
    const machine = createMachine({ entry: raise({ type: "E" }, { delay: 10.2, id: "r" }) });

    const { timers } = new Walk(machine).standing;

    expect(timers).toEqual([
      { timerId: "1.0", sendId: "r", event: { type: "E" }, to: null, dueAtMs: 1_000_011 },
    ]);
  });

  test("a delay of 0 is a timer, one below is due at once, no delay is none", () => {
    const machine = createMachine({
      entry: [
        raise({ type: "ZERO" }, { delay: 0, id: "zero" }),
        raise({ type: "PAST" }, { delay: -5, id: "past" }),
        raise({ type: "NOW" }),
      ],
    });

    const { timers } = new Walk(machine).standing;

    expect(timers.map(({ sendId, dueAtMs }) => [sendId, dueAtMs])).toEqual([
      ["zero", 1_000_000],
      ["past", 1_000_000],
    ]);
  });

  test("an `after` of 0 waits for its timer", () => {
    const machine = createMachine({
      initial: "a",
      states: { a: { after: { 0: "b" } }, b: {} },
    });
    const walk = new Walk(machine);

    expect(walk.standing.snapshot.value).toBe("a");
    walk.take({ fire: "after.0" });
    expect(walk.standing.snapshot.value).toBe("b");
  });

  test("entering a state anew cancels its timer, then sets it", () => {
    const walk = new Walk(invoking);

    const step = walk.take({ type: "AGAIN" });

    expect(inShort(step?.effects ?? [])).toEqual([
      "cancelTimer 1.0",
      "setTimer 2.0",
      "leaveActivity work",
      "startActivity work",
    ]);
    expect(walk.standing.timers).toHaveLength(1);
  });

  test("two delayed events of one id are both cancelled", () => {
    const machine = createMachine({
      entry: [
        raise({ type: "A" }, { delay: 10, id: "same" }),
        raise({ type: "B" }, { delay: 20, id: "same" }),
        raise({ type: "C" }, { delay: 20, id: "other" }),
      ],
      on: { STOP: { actions: cancel("same") } },
    });
    const walk = new Walk(machine);

    const step = walk.take({ type: "STOP" });

    expect(inShort(step?.effects ?? [])).toEqual(["cancelTimer 1.0", "cancelTimer 1.1"]);
    expect(walk.standing.timers.map(({ sendId }) => sendId)).toEqual(["other"]);
  });

  test("a timer that fires is not cancelled by the exit that it causes", () => {
    const walk = new Walk(invoking);

    const step = walk.take({ fire: "timeout" });

    expect(inShort(step?.effects ?? [])).toEqual(["setTimer 2.0", "leaveActivity work"]);
  });

  test("a delay of a delayed event reads the context of its moment", () => {
    const machine = setup({
      types: { context: {} as { ms: number } },
      delays: { soon: ({ context }) => context.ms },
    }).createMachine({
      context: { ms: 1 },
      initial: "a",
      states: { a: { entry: assign({ ms: 7 }), after: { soon: "b" } }, b: {} },
    });

    expect(new Walk(machine).standing.timers[0]?.dueAtMs).toBe(1_000_007);
  });
});

describe("a delay that is no duration is refused", () => {
  const afterDelay = (delay: unknown): unknown =>
    setup({ delays: { soon: (() => delay) as () => number } }).createMachine({
      initial: "a",
      states: { a: { after: { soon: "b" } }, b: {} },
    });
  const raiseDelay = (delay: unknown): unknown =>
    setup({ delays: { soon: (() => delay) as () => number } }).createMachine({
      entry: raise({ type: "E" }, { delay: "soon" }),
    });
  const missing = createMachine({ initial: "a", states: { a: { after: { soon: "b" } }, b: {} } });

  test.each([
    ["undefined in after", afterDelay(undefined)],
    ["undefined in raise", raiseDelay(undefined)],
    ["a text", afterDelay("15")],
    ["NaN", afterDelay(Number.NaN)],
    ["NaN in raise", raiseDelay(Number.NaN)],
    ["Infinity", afterDelay(Infinity)],
    ["later than any date", afterDelay(9e15)],
    ["a name that is not registered", missing],
  ])("%s", (_, machine) => {
    expect(thrownBy(() => new Walk(machine as typeof missing))).toMatchObject({
      code: "SAGA_TRANSITION_FAILED",
      message: expect.stringContaining("delay") as unknown,
    });
  });
});

describe("activities", () => {
  test("start with their input, key, attempt and generation", () => {
    expect(new Walk(invoking).standing.activities).toEqual([
      {
        activityId: "work",
        generation: 1,
        src: "work",
        input: { n: 1 },
        idempotencyKey: "test/o-1/work/1",
        attempt: 1,
        abandoned: false,
      },
    ]);
  });

  test("a state that is entered and left within one step starts nothing", () => {
    const machine = setup({ actors: { work: activity<undefined, void>() } }).createMachine({
      initial: "a",
      states: {
        a: { on: { E: "b" } },
        b: { invoke: { id: "work", src: "work" }, always: "c" },
        c: {},
      },
    });
    const walk = new Walk(machine);

    const step = walk.take({ type: "E" });

    expect(step?.effects).toEqual([]);
  });

  test("a child that `assign` spawns is started, though it leaves no action", () => {
    const machine = setup({ actors: { work: activity<undefined, void>() } }).createMachine({
      on: {
        E: {
          actions: assign(({ spawn }) => {
            spawn("work", { id: "w" });
            return {};
          }),
        },
      },
    });
    const walk = new Walk(machine);

    const step = walk.take({ type: "E" });

    expect(inShort(step?.effects ?? [])).toEqual(["startActivity w"]);
    expect(walk.activity("w").idempotencyKey).toBe("test/o-1/w/2");
  });

  test("a spawned child without an id of its own gets one that no other step gives", () => {
    const machine = setup({ actors: { work: activity<undefined, void>() } }).createMachine({
      on: {
        E: {
          actions: assign(({ spawn }) => {
            spawn("work");
            return {};
          }),
        },
      },
    });
    const walk = new Walk(machine);

    walk.take({ type: "E" });
    walk.restart();
    walk.take({ type: "E" });

    expect(walk.standing.activities.map(({ activityId }) => activityId)).toEqual([
      "spawned.2.1",
      "spawned.3.1",
    ]);
  });

  test("spawning an id again leaves the one before", () => {
    const machine = setup({ actors: { work: activity<undefined, void>() } }).createMachine({
      on: { E: { actions: spawnChild("work", { id: "w" }) } },
    });
    const walk = new Walk(machine);
    walk.take({ type: "E" });

    const step = walk.take({ type: "E" });

    expect(inShort(step?.effects ?? [])).toEqual(["leaveActivity w", "startActivity w"]);
  });

  test("an input is a copy, and one that cannot be stored is told by its path", () => {
    const machine = setup({ actors: { work: activity<unknown, void>() } }).createMachine({
      invoke: { id: "work", src: "work", input: () => ({ bad: [() => 1] }) },
    });

    expect(thrownBy(() => new Walk(machine))).toMatchObject({
      code: "SAGA_CONTEXT_NOT_SERIALIZABLE",
      details: { path: "/bad/0" },
    });
  });
});

describe("an end", () => {
  test("wipes the timers and abandons what is under way", () => {
    const walk = new Walk(invoking);

    const step = walk.take({ type: "GIVE_UP" });

    expect(inShort(step?.effects ?? [])).toEqual(["cancelTimer 1.0", "leaveActivity work"]);
    expect(walk.standing.timers).toEqual([]);
    expect(walk.standing.activities.map(({ abandoned }) => abandoned)).toEqual([true]);
  });

  test("by an error that nothing handles wipes too, though no state is left", () => {
    const walk = new Walk(rich);
    walk.take({ type: "SPAWN" });
    walk.take({ type: "REMIND" });

    const step = walk.take(failed("side"));

    expect(walk.standing.snapshot.status).toBe("error");
    expect(walk.standing.timers).toEqual([]);
    expect(walk.standing.activities.every(({ abandoned }) => abandoned)).toBe(true);
    expect(step?.effects.filter(({ kind }) => kind === "cancelTimer")).toHaveLength(2);
  });

  test("abandons a spawned child, which no state leaves", () => {
    const machine = setup({ actors: { work: activity<undefined, void>() } }).createMachine({
      initial: "a",
      entry: spawnChild("work", { id: "w" }),
      states: { a: { on: { END: "b" } }, b: { type: "final" } },
    });
    const walk = new Walk(machine);

    const step = walk.take({ type: "END" });

    expect(inShort(step?.effects ?? [])).toEqual(["leaveActivity w"]);
    expect(walk.standing.activities.map(({ abandoned }) => abandoned)).toEqual([true]);
  });

  test("wipes a delayed event that no exit would cancel", () => {
    const machine = createMachine({
      initial: "a",
      states: {
        a: { entry: raise({ type: "E" }, { delay: 10, id: "r" }), on: { END: "b" } },
        b: { type: "final" },
      },
    });
    const walk = new Walk(machine);

    const step = walk.take({ type: "END" });

    expect(inShort(step?.effects ?? [])).toEqual(["cancelTimer 1.0"]);
  });
});

test("log is an effect with its label and value", () => {
  const machine = createMachine({ entry: [log(() => ({ n: 1 }), "count"), log("bare")] });

  expect(new Walk(machine).last.effects).toEqual([
    { kind: "log", label: "count", value: { n: 1 } },
    { kind: "log", label: null, value: "bare" },
  ]);
});

test("an action that is registered nowhere is refused rather than dropped", () => {
  const machine = createMachine({ on: { E: { actions: "custom" as never } } });
  const walk = new Walk(machine);

  expect(thrownBy(() => walk.take({ type: "E" }))).toMatchObject({
    code: "SAGA_TRANSITION_FAILED",
    message: expect.stringContaining("no name that a restart could find") as unknown,
  });
});

test("a done activity is not left: it is no more", () => {
  const walk = new Walk(invoking);

  const step = walk.take(done("work"));

  expect(inShort(step?.effects ?? [])).toEqual(["cancelTimer 1.0"]);
  expect(walk.standing.activities).toEqual([]);
});
