/** Promises that states invoke: settled by the script, or left while they run. */
import { assign, createMachine, fromPromise, log, setup } from "xstate";
import { activity } from "../../../src/index.ts";
import { advance, reject, rejectLate, resolve, resolveLate, send } from "../case.ts";
import type { Construct } from "../case.ts";
import { calling } from "./calling.ts";
import { told } from "./told.ts";

export const activities: readonly Construct[] = [
  {
    construct: "`invoke` of a promise",
    note: "the promise is an activity: at least once, with an idempotency key, its result taken once; each needs an `id`, and an `onError`",
    cases: [
      {
        claim: "onDone takes the output",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: {
                  id: "charge",
                  src: "charge",
                  onDone: {
                    target: "b",
                    actions: { type: "keepOutput", params: ({ event }) => event },
                  },
                },
              },
              b: {},
            },
          }),
        script: [resolve("charge", { paymentId: "p-1", at: new Date(3) })],
      },
      {
        claim: "onError takes the error, with its name, message and fields",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: {
                  id: "charge",
                  src: "charge",
                  onError: {
                    target: "b",
                    actions: { type: "keepError", params: ({ event }) => event },
                  },
                },
              },
              b: {},
            },
          }),
        script: [reject("charge", Object.assign(new Error("declined"), { code: 402 }))],
      },
      {
        claim: "a promise may reject with anything that can be stored",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            invoke: {
              id: "charge",
              src: "charge",
              onError: { actions: { type: "keepError", params: ({ event }) => event } },
            },
          }),
        script: [reject("charge", { reason: "text", n: 1n })],
      },
      {
        claim: "a promise may resolve with undefined",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            invoke: {
              id: "charge",
              src: "charge",
              onDone: { actions: { type: "keepOutput", params: ({ event }) => event } },
            },
          }),
        script: [resolve("charge")],
      },
      {
        claim: "guards of onDone choose by the output",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: {
                  id: "charge",
                  src: "charge",
                  onDone: [
                    { guard: ({ event }) => event.output === "large", target: "large" },
                    { target: "small" },
                  ],
                },
              },
              large: {},
              small: {},
            },
          }),
        script: [resolve("charge", "large")],
      },
      {
        claim: "a promise whose state was left changes nothing when it resolves",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: { id: "charge", src: "charge", onDone: "b" },
                on: { LEAVE: "c" },
              },
              b: {},
              c: {},
            },
          }),
        script: [send("LEAVE"), resolve("charge", "too late")],
      },
      {
        claim: "a promise whose state was left changes nothing when it rejects",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: { invoke: { id: "charge", src: "charge" }, on: { LEAVE: "c" } },
              c: {},
            },
          }),
        script: [send("LEAVE"), reject("charge")],
      },
      {
        claim:
          "re-entry calls anew, and the answer of the first call is not taken for the second's",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                initial: "calling",
                states: {
                  calling: {
                    invoke: {
                      id: "charge",
                      src: "charge",
                      onDone: {
                        target: "called",
                        actions: { type: "keepOutput", params: ({ event }) => event },
                      },
                    },
                  },
                  called: {},
                },
                on: { AGAIN: { target: "a", reenter: true } },
              },
            },
          }),
        script: [send("AGAIN"), resolveLate("charge", "first"), resolve("charge", "second")],
      },
      {
        claim:
          "re-entry calls anew, and the rejection of the first call is not taken for the second's",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                initial: "calling",
                states: {
                  calling: {
                    invoke: { id: "charge", src: "charge", onDone: "called", onError: "refused" },
                  },
                  called: {},
                  refused: {},
                },
                on: { AGAIN: { target: "a", reenter: true } },
              },
            },
          }),
        script: [send("AGAIN"), rejectLate("charge"), resolve("charge", "second")],
      },
      {
        claim: "an invoking state that comes back to itself",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: { id: "charge", src: "charge" },
                on: { AGAIN: { target: "a", reenter: true } },
              },
            },
          }),
        script: [send("AGAIN")],
        refused: {
          rules: ["idempotency-key-missing"],
          why: "the chart does not say whether it is the same operation again or another; leave the parent for another, or give `meta.idempotencyKey`",
        },
      },
      {
        claim: "a self transition without reenter lets the promise go on",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: { id: "charge", src: "charge", onDone: "b" },
                on: { AGAIN: { target: "a", actions: log("again") } },
              },
              b: {},
            },
          }),
        script: [send("AGAIN"), resolve("charge")],
      },
      {
        claim: "a state that is entered and left within one step calls nothing",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: { on: { GO: "b" } },
              b: { invoke: { id: "charge", src: "charge" }, always: "c" },
              c: {},
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "a timeout of the state leaves the promise behind",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: { id: "charge", src: "charge", onDone: "b" },
                after: { 1000: "late" },
              },
              b: {},
              late: {},
            },
          }),
        script: [advance(999), advance(1), resolve("charge")],
      },
      {
        claim: "two promises of one state settle in any order",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: [
                  { id: "charge", src: "charge", onDone: { actions: log("charged") } },
                  { id: "ship", src: "ship", onDone: { actions: log("shipped") } },
                ],
              },
            },
          }),
        script: [resolve("ship"), resolve("charge")],
      },
      {
        claim: "promises of parallel regions join at the regions' end",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "p",
            states: {
              p: {
                type: "parallel",
                states: {
                  x: {
                    initial: "a",
                    states: {
                      a: { invoke: { id: "charge", src: "charge", onDone: "b" } },
                      b: { type: "final" },
                    },
                  },
                  y: {
                    initial: "a",
                    states: {
                      a: { invoke: { id: "ship", src: "ship", onDone: "b", onError: "b" } },
                      b: { type: "final" },
                    },
                  },
                },
                onDone: "q",
              },
              q: {},
            },
          }),
        script: [reject("ship"), resolve("charge")],
      },
      {
        claim: "a drawn retry calls again, as often as the guard lets it",
        machine: () =>
          setup({
            types: { context: {} as { tries: number } },
            actors: { charge: activity<unknown, unknown>() },
          }).createMachine({
            context: { tries: 0 },
            initial: "attempting",
            states: {
              attempting: {
                entry: assign({ tries: ({ context }) => context.tries + 1 }),
                invoke: {
                  id: "charge",
                  src: "charge",
                  onDone: "done",
                  onError: [
                    { guard: ({ context }) => context.tries < 3, target: "backingOff" },
                    { target: "failed" },
                  ],
                },
              },
              backingOff: { tags: "retrying", after: { 100: "attempting" } },
              done: { type: "final" },
              failed: { type: "final" },
            },
          }),
        script: [reject("charge"), advance(100), reject("charge"), advance(100), resolve("charge")],
      },
      {
        claim: "a promise of the outer state runs on while inner states change",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: {
                invoke: { id: "charge", src: "charge", onDone: "b" },
                initial: "c",
                states: { c: { on: { NEXT: "d" } }, d: {} },
              },
              b: {},
            },
          }),
        script: [send("NEXT"), resolve("charge")],
      },
      {
        claim: "the end of the machine leaves its promises behind",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            invoke: { id: "charge", src: "charge", onDone: { actions: log("charged") } },
            states: { a: { on: { END: "b" } }, b: { type: "final" } },
          }),
        script: [send("END"), resolve("charge")],
      },
      {
        claim: "exit actions come before the promise is left, entry actions before one is called",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: { ...told("a"), invoke: { id: "charge", src: "charge" }, on: { GO: "b" } },
              b: { ...told("b"), invoke: { id: "ship", src: "ship" } },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "a rejection that nothing takes",
        asDrawn: true,
        machine: () =>
          calling.createMachine({
            context: { got: null },
            invoke: { id: "charge", src: "charge" },
          }),
        script: [reject("charge")],
        refused: {
          rules: ["on-error-missing"],
          why: "a failure that nothing takes would end the instance with nothing undone; draw `onError`",
        },
      },
      {
        claim: "an invoke without an id",
        machine: () => calling.createMachine({ context: { got: null }, invoke: { src: "charge" } }),
        script: [],
        refused: {
          rules: ["invoke-id-missing"],
          why: "a generated id changes when the chart is edited; give it an `id`",
        },
      },
      {
        claim: "one id for the invokes of two states",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            type: "parallel",
            states: {
              x: { invoke: { id: "same", src: "charge" } },
              y: { invoke: { id: "same", src: "ship" } },
            },
          }),
        script: [],
        refused: {
          rules: ["invoke-id-duplicate"],
          why: "of two actors with one id XState sees one; give each an id of its own",
        },
      },
      {
        claim: "logic in the place of a name",
        machine: () =>
          createMachine({ invoke: { id: "inline", src: fromPromise(() => Promise.resolve(1)) } }),
        script: [],
        refused: {
          rules: ["actor-inline"],
          why: "it has no name that a restart could find; register it in `setup({ actors })`",
        },
      },
    ],
  },
];
