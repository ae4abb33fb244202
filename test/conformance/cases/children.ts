/** Child machines: each an actor of its own with a life of its own, ended with its parent at the latest. */
import { assign, log, sendTo, setup } from "xstate";
import { activity } from "../../../src/index.ts";
import { advance, reject, resolve, send, unlike } from "../case.ts";
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
        claim: "a child that throws on what its parent sends",
        machine: () => {
          const fragile = setup({}).createMachine({
            on: {
              BREAK: {
                actions: assign(() => {
                  throw new Error("broken");
                }),
              },
            },
          });
          return setup({
            types: { context: {} as { got: unknown } },
            actors: { fragile },
          }).createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: {
                  id: "f",
                  src: "fragile",
                  onError: { target: "b", actions: assign({ got: ({ event }) => event.error }) },
                },
                on: { GO: { actions: sendTo("f", { type: "BREAK" }) } },
              },
              b: {},
            },
          });
        },
        script: [send("GO")],
        differs: {
          why: "the child stands still, visibly stuck, and takes the event when its chart is mended; live, it is lost and its parent hears of it",
          in: [
            unlike(1, "state", "b", "a"),
            unlike(1, "context", { got: new Error("broken") }, { got: null }),
            ...(
              [
                ["status", "absent", "active"],
                ["state", "", "(machine)"],
                ["context", undefined, {}],
                ["error", undefined, `saga "case.fragile" threw on event "BREAK": broken`],
              ] as const
            ).map(([field, live, runtime]) => ({ ...unlike(1, field, live, runtime), actor: "f" })),
          ],
        },
      },
      {
        claim: "a child that cannot begin fails at once, and its parent hears of it",
        machine: () => {
          const stillborn = setup({ types: { context: {} as { n: number } } }).createMachine({
            context: () => {
              throw new Error("no beginning");
            },
          });
          return setup({ actors: { stillborn } }).createMachine({
            initial: "a",
            states: {
              a: { on: { GO: "b" } },
              b: {
                invoke: {
                  id: "s",
                  src: "stillborn",
                  onError: "c",
                },
              },
              c: {},
            },
          });
        },
        script: [send("GO")],
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
];
