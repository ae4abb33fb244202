/** Final states: what is done by them, with what output, and tags. */
import { assign, log, setup } from "xstate";
import { send } from "../case.ts";
import type { Construct } from "../case.ts";
import { told } from "./told.ts";

const chart = setup({});

export const finals: readonly Construct[] = [
  {
    construct: "final states and `onDone`",
    cases: [
      {
        claim: "a final state of the root ends the machine",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: { a: { on: { END: "b" } }, b: { type: "final" } },
          }),
        script: [send("END"), send("END")],
      },
      {
        claim: "entry and exit actions of a final state and of the root run at the end",
        machine: () =>
          chart.createMachine({
            ...told("root"),
            initial: "a",
            states: { a: { ...told("a"), on: { END: "b" } }, b: { type: "final", ...told("b") } },
          }),
        script: [send("END")],
      },
      {
        claim: "onDone of a compound state is taken when its final state is entered",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                initial: "b",
                states: { b: { on: { NEXT: "c" } }, c: { type: "final" } },
                onDone: { target: "d", actions: log("a is done") },
              },
              d: {},
            },
          }),
        script: [send("NEXT")],
      },
      {
        claim: "onDone of a parallel state is taken when all its regions are done, in any order",
        machine: () =>
          chart.createMachine({
            initial: "p",
            states: {
              p: {
                type: "parallel",
                states: {
                  x: { initial: "a", states: { a: { on: { X: "b" } }, b: { type: "final" } } },
                  y: { initial: "a", states: { a: { on: { Y: "b" } }, b: { type: "final" } } },
                },
                onDone: "q",
              },
              q: {},
            },
          }),
        script: [send("Y"), send("X")],
      },
      {
        claim: "a region's own onDone is taken while the others go on",
        machine: () =>
          chart.createMachine({
            type: "parallel",
            states: {
              x: {
                initial: "a",
                states: {
                  a: {
                    initial: "b",
                    states: { b: { on: { X: "c" } }, c: { type: "final" } },
                    onDone: "d",
                  },
                  d: {},
                },
              },
              y: { initial: "a", states: { a: {} } },
            },
          }),
        script: [send("X")],
      },
      {
        claim: "a parallel root ends when all its regions are done",
        machine: () =>
          chart.createMachine({
            type: "parallel",
            states: {
              x: { initial: "a", states: { a: { on: { X: "b" } }, b: { type: "final" } } },
              y: { initial: "a", states: { a: { on: { Y: "b" } }, b: { type: "final" } } },
            },
          }),
        script: [send("X"), send("Y")],
      },
      {
        claim: "done goes up level by level until a state has an onDone",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                initial: "b",
                states: {
                  b: {
                    initial: "c",
                    states: { c: { on: { NEXT: "d" } }, d: { type: "final" } },
                    onDone: "e",
                  },
                  e: { type: "final" },
                },
                onDone: "f",
              },
              f: { type: "final" },
            },
          }),
        script: [send("NEXT")],
      },
      {
        claim: "a guarded onDone is taken by the output of the final state",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                initial: "b",
                states: {
                  b: { on: { NEXT: "c" } },
                  c: { type: "final", output: ({ event }) => event["size"] as number },
                },
                onDone: [
                  { guard: ({ event }) => (event.output as number) > 5, target: "large" },
                  { target: "small" },
                ],
              },
              large: { on: { AGAIN: "a" } },
              small: {},
            },
          }),
        script: [send({ type: "NEXT", size: 9 }), send("AGAIN"), send({ type: "NEXT", size: 1 })],
      },
      {
        claim: "a machine may end in its first macrostep",
        machine: () =>
          chart.createMachine({
            initial: "a",
            output: { n: 1 },
            states: { a: { always: "b" }, b: { type: "final" } },
          }),
        script: [],
      },
    ],
  },
  {
    construct: "output",
    cases: [
      {
        claim: "the machine's output is computed from context and the last event",
        machine: () =>
          setup({ types: { context: {} as { n: number } } }).createMachine({
            context: { n: 3 },
            initial: "a",
            states: { a: { on: { END: "b" } }, b: { type: "final" } },
            output: ({ context, event }) => ({ n: context.n, by: event.type }),
          }),
        script: [send("END")],
      },
      {
        claim: "the output of the final state is in the event that the machine's output sees",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: { a: { on: { END: "b" } }, b: { type: "final", output: { from: "b" } } },
            output: ({ event }) => event.output,
          }),
        script: [send("END")],
      },
      {
        claim: "a final state's output without one of the machine is no output of the machine",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: { a: { on: { END: "b" } }, b: { type: "final", output: 42 } },
          }),
        script: [send("END")],
      },
      {
        claim: "outputs of nested final states come to the onDone of the state around them",
        machine: () =>
          setup({ types: { context: {} as { got: unknown } } }).createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                initial: "b",
                states: { b: { on: { NEXT: "c" } }, c: { type: "final", output: ["deep", 1] } },
                onDone: { target: "d", actions: assign({ got: ({ event }) => event.output }) },
              },
              d: {},
            },
          }),
        script: [send("NEXT")],
      },
      {
        claim: "an output of undefined, null and false stays what it is",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: { a: { on: { END: "b" } }, b: { type: "final" } },
            output: { nothing: undefined, none: null, no: false },
          }),
        script: [send("END")],
      },
    ],
  },
  {
    construct: "`tags` and `meta`",
    cases: [
      {
        claim: "tags of all active states are there, and go with their states",
        machine: () =>
          chart.createMachine({
            type: "parallel",
            tags: "always",
            states: {
              x: {
                tags: ["x"],
                initial: "a",
                states: { a: { tags: ["busy", "x.a"], on: { GO: "b" } }, b: { tags: "idle" } },
              },
              y: { tags: "busy" },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "meta is no part of what is stored and changes nothing",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { meta: { render: (): string => "a function" }, on: { GO: "b" } },
              b: { meta: { n: 1 } },
            },
          }),
        script: [send("GO")],
      },
    ],
  },
];
