/** Announced activities: they begin and end as if XState had an actor for each, and it has none. */
import { describe, expect, test } from "vitest";
import { sendTo, setup, stopChild } from "xstate";
import type { AnyActorRef } from "xstate";
import { invocationsOf } from "../../src/saga/announce.ts";
import { stateNodes } from "../../src/saga/chart.ts";
import { activity } from "../../src/saga/define.ts";
import { addressOf, isInert } from "../../src/saga/ref.ts";
import { done, Walk } from "./steps.ts";

const authored = setup({
  types: { context: {} as { seen: readonly string[] } },
  actors: { work: activity<{ seen: number }, string>(), idle: activity<object, void>() },
});

function children(walk: Walk): Record<string, AnyActorRef> {
  return walk.standing.snapshot.children as Record<string, AnyActorRef>;
}

describe("an announced activity", () => {
  const see = authored.assign({ seen: ({ context }) => [...context.seen, "entry"] });
  const machine = authored.createMachine({
    context: { seen: [] },
    initial: "working",
    states: {
      working: {
        entry: [see, see],
        invoke: {
          id: "work",
          src: "work",
          input: ({ context }) => ({ seen: context.seen.length }),
          onDone: { target: "over", reenter: true },
        },
        on: { AGAIN: { target: "working", reenter: true } },
      },
      over: { type: "final" },
    },
  });

  test("is asked for its input after the entry actions of its state", () => {
    const walk = new Walk(machine);

    expect(walk.activity("work").input).toEqual({ seen: 2 });
  });

  test("stands among the children as a reference with nothing behind it, by its generation", () => {
    const walk = new Walk(machine);
    walk.take({ type: "AGAIN" });

    const ref = children(walk)["work"];
    expect(isInert(ref)).toBe(true);
    expect(addressOf(ref)).toEqual({ kind: "child", childId: "work", generation: 2 });
  });

  test("is no child any more once its state is left", () => {
    const walk = new Walk(machine);
    walk.take(done("work"));

    expect(children(walk)).toEqual({});
  });

  test("is known to XState by none of its state's invocations, and still told to those who ask", () => {
    const walk = new Walk(machine);
    const [, working] = stateNodes(walk.chart.machine);

    expect(working?.invoke).toEqual([]);
    expect(invocationsOf(working as never).map(({ id }) => id)).toEqual(["work"]);
    expect(stateNodes(machine)[1]?.invoke).toHaveLength(1);
  });
});

test("an entry action may send to what its state invokes, as in XState", () => {
  const machine = authored.createMachine({
    context: { seen: [] },
    entry: sendTo("idle", { type: "HELLO" }),
    invoke: { id: "idle", src: "idle", input: {} },
  });

  const { effects } = new Walk(machine).last;

  expect(effects).toContainEqual(
    expect.objectContaining({
      kind: "send",
      message: {
        to: { kind: "child", childId: "idle", generation: 1 },
        event: { type: "HELLO" },
        about: null,
      },
    }),
  );
});

test("an activity that an entry action stops is begun all the same, since it comes after", () => {
  const machine = authored.createMachine({
    context: { seen: [] },
    entry: stopChild("idle"),
    invoke: { id: "idle", src: "idle", input: {} },
  });

  expect(new Walk(machine).activity("idle").input).toEqual({});
});

test("a state that invokes other things as well announces nothing, so that their order stays", () => {
  const inner = setup({}).createMachine({});
  const machine = setup({
    actors: { work: activity<object, void>(), inner },
  }).createMachine({
    invoke: [
      { id: "child", src: "inner" },
      { id: "work", src: "work", input: {} },
    ],
  });

  const walk = new Walk(machine);

  expect(walk.chart.machine.root.invoke).toHaveLength(2);
  expect(walk.activity("work").input).toEqual({});
});
