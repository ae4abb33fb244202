/** Actions of XState itself: their order, their params, and what they raise. */
import { assign, enqueueActions, log, raise, setup } from "xstate";
import { advance, send } from "../case.ts";
import type { Construct } from "../case.ts";
import { counter } from "./counter.ts";

const chart = setup({});

export const actions: readonly Construct[] = [
  {
    construct: "action order, `params` and `enqueueActions`",
    cases: [
      {
        claim: "an action sees the context that the assigns before it left",
        machine: () =>
          counter.createMachine({
            context: { n: 0 },
            on: { GO: { actions: ["tell", "increment", "tell", "increment", "tell"] } },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "params may be values or computed from context and event, at that very place",
        machine: () =>
          counter.createMachine({
            context: { n: 1 },
            on: {
              GO: {
                actions: [
                  { type: "add", params: { by: 10 } },
                  { type: "add", params: ({ context }) => ({ by: context.n }) },
                  { type: "add", params: ({ event }) => ({ by: event["by"] as number }) },
                  { type: "say", params: ({ context }) => ({ text: `n is ${context.n}` }) },
                ],
              },
            },
          }),
        script: [send({ type: "GO", by: 1000 })],
      },
      {
        claim: "assign takes an object of values, of functions, or a function for all of it",
        machine: () =>
          setup({
            types: { context: {} as { a: number; b: string; c: boolean } },
          }).createMachine({
            context: { a: 0, b: "", c: false },
            on: {
              VALUES: { actions: assign({ a: 1, b: "x" }) },
              FUNCTIONS: { actions: assign({ b: ({ context }) => `${context.b}${context.a}` }) },
              ALL: { actions: assign(({ context }) => ({ a: context.a + 1, c: true })) },
            },
          }),
        script: [send("VALUES"), send("FUNCTIONS"), send("ALL")],
      },
      {
        claim: "enqueueActions expands in its place, and check asks guards of the present context",
        machine: () =>
          counter.createMachine({
            context: { n: 0 },
            on: {
              GO: {
                actions: [
                  log("before"),
                  enqueueActions(({ enqueue, check, context }) => {
                    enqueue("increment");
                    enqueue.assign({ n: context.n + 10 });
                    if (check("isPositive")) enqueue(log("positive"));
                    enqueue({ type: "say", params: { text: "enqueued" } });
                    enqueue.raise({ type: "NEXT" });
                  }),
                  log("after"),
                ],
              },
              NEXT: { actions: "tell" },
            },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "enqueueActions may set timers and cancel them",
        machine: () =>
          counter.createMachine({
            context: { n: 0 },
            on: {
              GO: {
                actions: enqueueActions(({ enqueue }) => {
                  enqueue.raise({ type: "A" }, { delay: 10, id: "a" });
                  enqueue.raise({ type: "B" }, { delay: 20, id: "b" });
                  enqueue.cancel("a");
                }),
              },
              A: { actions: log("A") },
              B: { actions: log("B") },
            },
          }),
        script: [send("GO"), advance(15), advance(15)],
      },
      {
        claim: "entry actions of parallel regions see each other's assigns in document order",
        machine: () =>
          counter.createMachine({
            context: { n: 1 },
            initial: "a",
            states: {
              a: { on: { GO: "p" } },
              p: {
                type: "parallel",
                states: {
                  x: { entry: [{ type: "add", params: { by: 1 } }, "tell"] },
                  y: { entry: [assign({ n: ({ context }) => context.n * 5 }), "tell"] },
                },
              },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "log takes a text, a function and a label",
        machine: () =>
          counter.createMachine({
            context: { n: 7 },
            on: {
              GO: {
                actions: [
                  log("text"),
                  log(({ context, event }) => ({ n: context.n, type: event.type })),
                  log("labelled", "label"),
                ],
              },
            },
          }),
        script: [send("GO")],
      },
    ],
  },
  {
    construct: "`raise` without a delay",
    cases: [
      {
        claim:
          "raised events are taken in order within the same step, before anything from outside",
        machine: () =>
          counter.createMachine({
            context: { n: 0 },
            on: {
              GO: { actions: [raise({ type: "A" }), raise({ type: "B" }), log("GO")] },
              A: { actions: [log("A"), raise({ type: "C" })] },
              B: { actions: log("B") },
              C: { actions: log("C") },
            },
          }),
        script: [send("GO"), send("B")],
      },
      {
        claim: "a raised event carries what a function made of the context",
        machine: () =>
          counter.createMachine({
            context: { n: 3 },
            on: {
              GO: { actions: raise(({ context }) => ({ type: "GOT", n: context.n * 2 })) },
              GOT: { actions: log(({ event }) => event["n"] as number) },
            },
          }),
        script: [send("GO")],
      },
      {
        claim:
          "an event that is raised on entry of the initial state is taken before the start is over",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: { a: { entry: raise({ type: "GO" }), on: { GO: "b" } }, b: {} },
          }),
        script: [],
      },
      {
        claim: "a raised event that nothing takes is gone",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { GO: { target: "b", actions: raise({ type: "LOST" }) } } },
              b: { on: { NEXT: "c" } },
              c: { on: { LOST: "d" } },
              d: {},
            },
          }),
        script: [send("GO"), send("NEXT")],
      },
    ],
  },
];
