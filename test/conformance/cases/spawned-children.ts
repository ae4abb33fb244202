/** Child machines that actions spawn and stop. */
import { assign, log, sendTo, setup, spawnChild, stopChild } from "xstate";
import type { AnyActorRef } from "xstate";
import { send } from "../case.ts";
import type { Construct } from "../case.ts";
import { tally } from "./children.ts";

const parent = setup({
  types: { context: {} as { got: unknown } },
  actors: { tally },
});

export const spawnedChildren: readonly Construct[] = [
  {
    construct: "`spawnChild`, `spawn` and `stopChild` of a machine",
    note: "each spawn needs an `id`; the reference to a child may be kept in the context",
    cases: [
      {
        claim: "a spawned child lives on in any state until it is stopped",
        machine: () =>
          parent.createMachine({
            context: { got: null },
            initial: "a",
            on: { STOP: { actions: stopChild("t") } },
            states: {
              a: { on: { GO: { target: "b", actions: spawnChild("tally", { id: "t" }) } } },
              b: { on: { NEXT: "c" } },
              c: {},
            },
          }),
        script: [send("GO"), send("ADD", "t"), send("NEXT"), send("ADD", "t"), send("STOP")],
      },
      {
        claim: "a child that was stopped may be spawned again under its id",
        machine: () =>
          parent.createMachine({
            context: { got: null },
            on: {
              START: { actions: spawnChild("tally", { id: "t", input: { from: 5 } }) },
              STOP: { actions: stopChild("t") },
              RESTART: {
                actions: [stopChild("t"), spawnChild("tally", { id: "t", input: { from: 9 } })],
              },
            },
          }),
        script: [
          send("START"),
          send("ADD", "t"),
          send("STOP"),
          send("START"),
          send("RESTART"),
          send("ADD", "t"),
        ],
      },
      {
        claim: "spawn within assign keeps the reference, and sendTo finds the child by it",
        machine: () =>
          setup({
            types: { context: {} as { ref: AnyActorRef | null } },
            actors: { tally },
          }).createMachine({
            context: { ref: null },
            on: {
              START: {
                actions: assign({ ref: ({ spawn }) => spawn("tally", { id: "t" }) as never }),
              },
              ADD: {
                actions: sendTo(({ context }) => context.ref as AnyActorRef, { type: "ADD" }),
              },
              STOP: { actions: stopChild(({ context }) => context.ref as AnyActorRef) },
            },
          }),
        script: [send("START"), send("ADD"), send("ADD"), send("STOP")],
      },
      {
        claim: "spawn within the context's own function",
        machine: () =>
          setup({
            types: { context: {} as { ref: AnyActorRef } },
            actors: { tally },
          }).createMachine({
            context: ({ spawn }) => ({
              ref: spawn("tally", { id: "t", input: { from: 3 } }) as never,
            }),
            on: { ADD: { actions: sendTo(({ context }) => context.ref, { type: "ADD" }) } },
          }),
        script: [send("ADD")],
      },
      {
        claim: "as many children as the events ask for, each by its id",
        machine: () =>
          setup({
            types: { context: {} as { count: number } },
            actors: { tally },
          }).createMachine({
            context: { count: 0 },
            on: {
              MORE: {
                actions: assign(({ context, spawn }) => {
                  spawn("tally", { id: `t${context.count}`, input: { from: context.count } });
                  return { count: context.count + 1 };
                }),
              },
              ONE: {
                actions: sendTo(({ event }) => event["id"] as string as never, {
                  type: "ADD",
                } as never),
              },
            },
          }),
        script: [send("MORE"), send("MORE"), send("MORE"), send({ type: "ONE", id: "t1" })],
      },
      {
        claim: "the end of a spawned child is no event that anybody has to take",
        machine: () =>
          parent.createMachine({ context: { got: null }, entry: spawnChild("tally", { id: "t" }) }),
        script: [send("END", "t")],
      },
      {
        claim: "leaving the state that spawned leaves the child alone",
        machine: () =>
          parent.createMachine({
            context: { got: null },
            initial: "a",
            states: { a: { entry: spawnChild("tally", { id: "t" }), on: { GO: "b" } }, b: {} },
          }),
        script: [send("GO"), send("ADD", "t")],
      },
      {
        claim: "a child that spawns and ends takes its own children with it",
        machine: () => {
          const middle = setup({ actors: { tally } }).createMachine({
            initial: "a",
            entry: spawnChild("tally", { id: "t" }),
            states: { a: { on: { END: "b" } }, b: { type: "final" } },
          });
          return setup({ actors: { middle } }).createMachine({
            invoke: { id: "m", src: "middle", onDone: { actions: log("done") } },
          });
        },
        script: [send("END", "m")],
      },
    ],
  },
];
