/** Actions that reach the world: custom ones by their names, and events that are emitted. */
import { assign, emit, enqueueActions, log, setup } from "xstate";
import { advance, send } from "../case.ts";
import type { Construct } from "../case.ts";
import { tally } from "./children.ts";

const acting = setup({
  types: { context: {} as { n: number }, emitted: {} as { type: string; n?: number } },
  actors: { tally },
  actions: {
    note: (_facts: unknown, _params: { text: string }) => {},
    ping: () => {},
    increment: assign({ n: ({ context }) => context.n + 1 }),
  },
});

export const ownActions: readonly Construct[] = [
  {
    construct: "custom actions",
    note: "they run after the commit, in order, at least once, with an idempotency key",
    cases: [
      {
        claim: "a named action runs with its params",
        machine: () =>
          acting.createMachine({
            context: { n: 0 },
            on: { GO: { actions: { type: "note", params: { text: "went" } } } },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "params are those of the place in the list of actions",
        machine: () =>
          acting.createMachine({
            context: { n: 0 },
            on: {
              GO: {
                actions: [
                  { type: "note", params: ({ context }) => ({ text: `${context.n}` }) },
                  "increment",
                  { type: "note", params: ({ context }) => ({ text: `${context.n}` }) },
                  "increment",
                  { type: "note", params: ({ event }) => ({ text: event.type }) },
                ],
              },
            },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "actions, logs and emitted events of one step keep their order",
        machine: () =>
          acting.createMachine({
            context: { n: 0 },
            on: {
              GO: {
                actions: [
                  "ping",
                  log("1"),
                  emit({ type: "two" }),
                  { type: "note", params: { text: "3" } },
                  log("4"),
                  "ping",
                ],
              },
            },
          }),
        script: [send("GO")],
      },
      {
        claim:
          "exit, transition and entry actions run in this order, from the inside out and in again",
        machine: () =>
          acting.createMachine({
            context: { n: 0 },
            initial: "a",
            states: {
              a: {
                exit: { type: "note", params: { text: "leave a" } },
                initial: "b",
                states: { b: { exit: { type: "note", params: { text: "leave b" } } } },
                on: { GO: { target: "c.d", actions: { type: "note", params: { text: "go" } } } },
              },
              c: {
                entry: { type: "note", params: { text: "enter c" } },
                initial: "d",
                states: { d: { entry: { type: "note", params: { text: "enter d" } } } },
              },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "actions of the start run too",
        machine: () => acting.createMachine({ context: { n: 0 }, entry: ["ping", "ping"] }),
        script: [],
      },
      {
        claim: "actions of the end run though the instance is over",
        machine: () =>
          acting.createMachine({
            context: { n: 0 },
            initial: "a",
            exit: { type: "note", params: { text: "leave root" } },
            states: {
              a: { on: { END: "b" } },
              b: { type: "final", entry: { type: "note", params: { text: "enter b" } } },
            },
          }),
        script: [send("END")],
      },
      {
        claim: "enqueueActions enqueues actions by name, with params",
        machine: () =>
          acting.createMachine({
            context: { n: 2 },
            on: {
              GO: {
                actions: enqueueActions(({ enqueue, context }) => {
                  for (let count = 0; count < context.n; count += 1) {
                    enqueue({ type: "note", params: { text: `number ${count}` } });
                  }
                  enqueue("ping");
                }),
              },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "actions of a timer's transition run when it fires",
        machine: () =>
          acting.createMachine({
            context: { n: 0 },
            initial: "a",
            states: { a: { after: { 10: { target: "b", actions: "ping" } } }, b: {} },
          }),
        script: [advance(9), advance(1)],
      },
      {
        claim: "a child's actions are its own",
        machine: () => {
          const child = acting.createMachine({
            context: { n: 0 },
            on: { GO: { actions: { type: "note", params: { text: "child" } } } },
          });
          return setup({ actors: { child } }).createMachine({ invoke: { id: "c", src: "child" } });
        },
        script: [send("GO", "c")],
      },
      {
        claim: "params may hold what a context may",
        machine: () =>
          setup({ actions: { keep: (_facts: unknown, _params: unknown) => {} } }).createMachine({
            on: {
              GO: {
                actions: {
                  type: "keep",
                  params: () => ({ at: new Date(1), set: new Set([1n]), nothing: undefined }),
                },
              },
            },
          }),
        script: [send("GO")],
      },
      {
        claim:
          "the machine's own functions serve, and see the context and the event of their place",
        ownActions: true,
        machine: (stage) =>
          setup({
            types: { context: {} as { n: number } },
            actions: {
              increment: assign({ n: ({ context }) => context.n + 1 }),
              look: ({ context, event }) => stage.note(context.n, event.type),
            },
          }).createMachine({
            context: { n: 0 },
            on: { GO: { actions: ["look", "increment", "look"] } },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "a function in the place of a name",
        machine: () =>
          setup({}).createMachine({
            on: { GO: { actions: () => {} } },
          }),
        script: [send("GO")],
        refused: {
          rules: ["action-inline"],
          why: "it has no name that a restart could find; register it in `setup({ actions })`",
        },
      },
    ],
  },
  {
    construct: "`emit`",
    cases: [
      {
        claim: "emitted events come in order, computed at their place",
        machine: () =>
          acting.createMachine({
            context: { n: 0 },
            on: {
              GO: {
                actions: [
                  emit({ type: "first" }),
                  "increment",
                  emit(({ context }) => ({ type: "second", n: context.n })),
                ],
              },
            },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "a child's emitted events are the child's",
        machine: () => {
          const child = acting.createMachine({
            context: { n: 0 },
            on: { GO: { actions: emit({ type: "spoken" }) } },
          });
          return setup({ actors: { child } }).createMachine({ invoke: { id: "c", src: "child" } });
        },
        script: [send("GO", "c")],
      },
    ],
  },
];
