/** Child machines: each an actor of its own with a life of its own, ended with its parent at the latest. */
import { assign, log, sendTo, setup, spawnChild, stopChild } from "xstate";
import type { AnyActorRef } from "xstate";
import { activity } from "../../../src/index.ts";
import { advance, reject, resolve, send } from "../case.ts";
import type { Construct } from "../case.ts";
import { told } from "./told.ts";

/** Counts what it is sent, and ends with the count. */
export const tally = setup({
  types: {
    context: {} as { n: number },
    input: undefined as { from?: number } | undefined,
    output: {} as { n: number },
  },
}).createMachine({
  id: "tally",
  context: ({ input }) => ({ n: input?.from ?? 0 }),
  initial: "counting",
  states: {
    counting: {
      on: {
        ADD: { actions: assign({ n: ({ context }) => context.n + 1 }) },
        END: "ended",
      },
    },
    ended: { type: "final" },
  },
  output: ({ context }) => ({ n: context.n }),
});

const parent = setup({
  types: { context: {} as { got: unknown } },
  actors: { tally },
});

export const children: readonly Construct[] = [
  {
    construct: "`invoke` of a machine",
    note: "the child is an instance of its own, `parentId/childId`, created and ended with its parent's commits",
    cases: [
      {
        claim: "a child is entered with its state, takes events of its own, and rests",
        machine: () =>
          parent.createMachine({ context: { got: null }, invoke: { id: "t", src: "tally" } }),
        script: [send("ADD", "t"), send("ADD", "t")],
      },
      {
        claim: "its input is computed by the parent",
        machine: () =>
          parent.createMachine({
            context: { got: 40 },
            invoke: {
              id: "t",
              src: "tally",
              input: ({ context }) => ({ from: context.got as number }),
            },
          }),
        script: [send("ADD", "t")],
      },
      {
        claim: "its output comes with onDone",
        machine: () =>
          parent.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: {
                  id: "t",
                  src: "tally",
                  onDone: {
                    target: "b",
                    actions: assign({ got: ({ event }) => event.output }),
                  },
                },
              },
              b: {},
            },
          }),
        script: [send("ADD", "t"), send("END", "t")],
      },
      {
        claim: "a child that ends in its first macrostep is done at once",
        machine: () =>
          setup({
            types: { context: {} as { got: unknown } },
            actors: {
              quick: setup({}).createMachine({
                initial: "a",
                states: { a: { type: "final" } },
                output: "quick",
              }),
            },
          }).createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: {
                  id: "q",
                  src: "quick",
                  onDone: { target: "b", actions: assign({ got: ({ event }) => event.output }) },
                },
              },
              b: {},
            },
          }),
        script: [],
      },
      {
        claim: "leaving the state ends the child",
        machine: () =>
          parent.createMachine({
            context: { got: null },
            initial: "a",
            states: { a: { invoke: { id: "t", src: "tally" }, on: { GO: "b" } }, b: {} },
          }),
        script: [send("ADD", "t"), send("GO")],
      },
      {
        claim: "coming back to the state starts another child from its beginning",
        machine: () =>
          parent.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: { invoke: { id: "t", src: "tally" }, on: { GO: "b" } },
              b: { on: { BACK: "a" } },
            },
          }),
        script: [send("ADD", "t"), send("GO"), send("BACK"), send("ADD", "t")],
      },
      {
        claim: "reenter ends the child and starts another in the same step",
        machine: () =>
          parent.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: { id: "t", src: "tally" },
                on: { AGAIN: { target: "a", reenter: true } },
              },
            },
          }),
        script: [send("ADD", "t"), send("AGAIN"), send("ADD", "t"), send("AGAIN")],
      },
      {
        claim: "the end of the parent ends its children and theirs",
        machine: () => {
          const middle = setup({ actors: { tally } }).createMachine({
            invoke: { id: "t", src: "tally" },
          });
          return setup({ actors: { middle } }).createMachine({
            initial: "a",
            invoke: { id: "m", src: "middle" },
            states: { a: { on: { END: "b" } }, b: { type: "final" } },
          });
        },
        script: [send("ADD", "m/t"), send("END")],
      },
      {
        claim: "a child's timers are its own",
        machine: () => {
          const slow = setup({}).createMachine({
            initial: "a",
            states: {
              a: { after: { 100: "b" } },
              b: { after: { 100: "c" } },
              c: { type: "final" },
            },
          });
          return setup({ actors: { slow } }).createMachine({
            initial: "a",
            states: {
              a: {
                invoke: { id: "s", src: "slow", onDone: "b" },
                after: { 150: { actions: log("150") } },
              },
              b: {},
            },
          });
        },
        script: [advance(99), advance(1), advance(100)],
      },
      {
        claim: "leaving a child with a timer takes the timer too",
        machine: () => {
          const slow = setup({}).createMachine({
            initial: "a",
            states: { a: { after: { 100: "b" } }, b: { entry: log("late") } },
          });
          return setup({ actors: { slow } }).createMachine({
            initial: "a",
            states: { a: { invoke: { id: "s", src: "slow" }, on: { GO: "b" } }, b: {} },
          });
        },
        script: [advance(50), send("GO"), advance(100)],
      },
      {
        claim: "a child calls activities of its own, and its end is awaited",
        machine: () => {
          const credit = setup({
            types: { context: {} as { score: unknown } },
            actors: { rate: activity<unknown, number>() },
          }).createMachine({
            context: { score: null },
            initial: "rating",
            states: {
              rating: {
                invoke: {
                  id: "rate",
                  src: "rate",
                  onDone: {
                    target: "rated",
                    actions: assign({ score: ({ event }) => event.output }),
                  },
                },
              },
              rated: { type: "final" },
            },
            output: ({ context }) => context.score,
          });
          return setup({
            types: { context: {} as { score: unknown } },
            actors: { credit },
          }).createMachine({
            context: { score: null },
            initial: "checking",
            states: {
              checking: {
                invoke: {
                  id: "credit",
                  src: "credit",
                  onDone: {
                    target: "checked",
                    actions: assign({ score: ({ event }) => event.output }),
                  },
                },
              },
              checked: {},
            },
          });
        },
        script: [resolve("credit/rate", 700)],
      },
      {
        claim: "a child's rejected activity is the child's business",
        machine: () => {
          const worker = setup({ actors: { work: activity<unknown, unknown>() } }).createMachine({
            initial: "working",
            states: {
              working: { invoke: { id: "work", src: "work", onDone: "done", onError: "failed" } },
              done: { type: "final" },
              failed: { tags: "retrying", on: { RETRY: "working" } },
            },
          });
          return setup({ actors: { worker } }).createMachine({
            initial: "a",
            states: { a: { invoke: { id: "w", src: "worker", onDone: "b" } }, b: {} },
          });
        },
        script: [reject("w/work"), send("RETRY", "w"), resolve("w/work")],
      },
      {
        claim: "two children of one machine are two",
        machine: () =>
          parent.createMachine({
            context: { got: null },
            type: "parallel",
            states: {
              x: { invoke: { id: "t1", src: "tally", input: { from: 10 } } },
              y: { invoke: { id: "t2", src: "tally", input: { from: 20 } } },
            },
          }),
        script: [send("ADD", "t1"), send("ADD", "t2"), send("ADD", "t1")],
      },
      {
        claim: "children of parallel regions join when all are done",
        machine: () =>
          parent.createMachine({
            context: { got: null },
            initial: "p",
            states: {
              p: {
                type: "parallel",
                states: {
                  x: {
                    initial: "a",
                    states: {
                      a: { invoke: { id: "t1", src: "tally", onDone: "b" } },
                      b: { type: "final" },
                    },
                  },
                  y: {
                    initial: "a",
                    states: {
                      a: { invoke: { id: "t2", src: "tally", onDone: "b" } },
                      b: { type: "final" },
                    },
                  },
                },
                onDone: "q",
              },
              q: {},
            },
          }),
        script: [send("END", "t2"), send("END", "t1")],
      },
      {
        claim: "children inside of children, three deep, each with its state and its history",
        machine: () => {
          const inner = setup({}).createMachine({
            initial: "a",
            states: {
              a: {
                initial: "b",
                on: { OUT: "out" },
                states: { b: { on: { NEXT: "c" } }, c: {}, back: { type: "history" } },
              },
              out: { on: { BACK: "a.back" } },
            },
          });
          const middle = setup({ actors: { inner } }).createMachine({
            invoke: { id: "i", src: "inner" },
            ...told("middle"),
          });
          return setup({ actors: { middle } }).createMachine({
            invoke: { id: "m", src: "middle" },
          });
        },
        script: [send("NEXT", "m/i"), send("OUT", "m/i"), send("BACK", "m/i")],
      },
      {
        claim: "self.id of a child is the id that its parent gave it",
        machine: () => {
          const child = setup({ types: { context: {} as { id: string } } }).createMachine({
            context: ({ self }) => ({ id: self.id }),
          });
          return setup({ actors: { child } }).createMachine({
            invoke: { id: "kid", src: "child" },
          });
        },
        script: [],
      },
    ],
  },
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
