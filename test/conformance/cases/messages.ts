/** Messages between parents and children: who gets them, in which order, and what becomes of the late ones. */
import {
  assign,
  enqueueActions,
  forwardTo,
  log,
  sendParent,
  sendTo,
  setup,
  stopChild,
} from "xstate";
import { send, unlike } from "../case.ts";
import type { Construct } from "../case.ts";
import { tally } from "./children.ts";
import { keeping } from "./keeping.ts";

/** Answers each PING with a PONG that says how many there were. */
const echo = setup({ types: { context: {} as { n: number } } }).createMachine({
  context: { n: 0 },
  on: {
    PING: {
      actions: [
        assign({ n: ({ context }) => context.n + 1 }),
        sendParent(({ context }) => ({ type: "PONG", n: context.n })),
      ],
    },
  },
});

const noActor = new Error("Unable to send event to actor 'nobody' from machine '(machine)'.");

export const messages: readonly Construct[] = [
  {
    construct: "`sendTo` a child, `sendParent`, `forwardTo`",
    note: "a message between two instances is delivered once, and in order per pair",
    cases: [
      {
        claim: "a parent sends to its child by id",
        machine: () =>
          setup({ actors: { tally } }).createMachine({
            invoke: { id: "t", src: "tally" },
            on: { GO: { actions: sendTo("t", { type: "ADD" }) } },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "question and answer go to and fro",
        machine: () =>
          setup({ ...keeping, actors: { echo } }).createMachine({
            context: { seen: [] },
            invoke: { id: "e", src: "echo" },
            on: { GO: { actions: sendTo("e", { type: "PING" }) }, PONG: { actions: "keep" } },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "several messages of one step arrive in their order, and so do the answers",
        machine: () =>
          setup({ ...keeping, actors: { echo } }).createMachine({
            context: { seen: [] },
            invoke: { id: "e", src: "echo" },
            on: {
              GO: {
                actions: [
                  sendTo("e", { type: "PING" }),
                  sendTo("e", { type: "PING" }),
                  sendTo("e", { type: "PING" }),
                ],
              },
              PONG: { actions: "keep" },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "messages to two children arrive at each in its order",
        machine: () => {
          const list = setup(keeping).createMachine({
            context: { seen: [] },
            on: { "n.*": { actions: "keep" } },
          });
          return setup({ actors: { list } }).createMachine({
            type: "parallel",
            states: {
              x: { invoke: { id: "l1", src: "list" } },
              y: { invoke: { id: "l2", src: "list" } },
            },
            on: {
              GO: {
                actions: [
                  sendTo("l1", { type: "n.1" }),
                  sendTo("l2", { type: "n.2" }),
                  sendTo("l1", { type: "n.3" }),
                  sendTo("l2", { type: "n.4" }),
                ],
              },
            },
          });
        },
        script: [send("GO")],
      },
      {
        claim: "a child that speaks on entry is heard when its parent has come to rest",
        machine: () => {
          const early = setup({}).createMachine({ entry: sendParent({ type: "READY" }) });
          return setup({ actors: { early } }).createMachine({
            initial: "a",
            states: {
              a: { invoke: { id: "e", src: "early" }, on: { READY: "b" } },
              b: {},
            },
          });
        },
        script: [],
      },
      {
        claim: "a message computed from context and event carries what was there at the time",
        machine: () =>
          setup({
            types: { context: {} as { n: number } },
            actors: {
              list: setup(keeping).createMachine({
                context: { seen: [] },
                on: { PUT: { actions: "keep" } },
              }),
            },
          }).createMachine({
            context: { n: 1 },
            invoke: { id: "l", src: "list" },
            on: {
              GO: {
                actions: [
                  sendTo("l", ({ context }) => ({ type: "PUT", n: context.n })),
                  assign({ n: ({ context }) => context.n + 1 }),
                  sendTo("l", ({ context }) => ({ type: "PUT", n: context.n })),
                ],
              },
            },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "the payload of a message may hold what a context may",
        machine: () =>
          setup({
            actors: {
              list: setup({ types: { context: {} as { got: unknown } } }).createMachine({
                context: { got: null },
                on: { PUT: { actions: assign({ got: ({ event }) => event }) } },
              }),
            },
          }).createMachine({
            invoke: { id: "l", src: "list" },
            on: {
              GO: {
                actions: sendTo("l", () => ({
                  type: "PUT",
                  at: new Date(9),
                  map: new Map([["k", new Set([1n])]]),
                  nothing: undefined,
                })),
              },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "forwardTo hands on the very event",
        machine: () =>
          setup({ actors: { tally } }).createMachine({
            invoke: { id: "t", src: "tally" },
            on: { ADD: { actions: forwardTo("t") }, END: { actions: forwardTo("t") } },
          }),
        script: [send("ADD"), send("ADD"), send("END")],
      },
      {
        claim: "a message is handed up and down through three generations",
        machine: () => {
          const inner = setup({}).createMachine({
            on: { DOWN: { actions: [log("inner"), sendParent({ type: "UP" })] } },
          });
          const middle = setup({ actors: { inner } }).createMachine({
            invoke: { id: "i", src: "inner" },
            on: {
              DOWN: { actions: forwardTo("i") },
              UP: { actions: [log("middle"), sendParent({ type: "UP" })] },
            },
          });
          return setup({ ...keeping, actors: { middle } }).createMachine({
            context: { seen: [] },
            invoke: { id: "m", src: "middle" },
            on: { GO: { actions: sendTo("m", { type: "DOWN" }) }, UP: { actions: "keep" } },
          });
        },
        script: [send("GO"), send("GO")],
      },
      {
        claim: "a child's last words come before the news of its end",
        machine: () => {
          const dying = setup({}).createMachine({
            initial: "a",
            states: {
              a: { on: { END: "b" } },
              b: { type: "final", entry: sendParent({ type: "LAST" }) },
            },
          });
          return setup({ ...keeping, actors: { dying } }).createMachine({
            context: { seen: [] },
            invoke: { id: "d", src: "dying", onDone: { actions: "keep" } },
            on: { LAST: { actions: "keep" } },
          });
        },
        script: [send("END", "d")],
      },
      {
        claim: "what a state sends to its child on leaving still arrives before the end",
        machine: () => {
          const ward = setup({}).createMachine({
            on: { BYE: { actions: [log("heard"), sendParent({ type: "HEARD" })] } },
          });
          return setup({ ...keeping, actors: { ward } }).createMachine({
            context: { seen: [] },
            initial: "a",
            on: { HEARD: { actions: "keep" } },
            states: {
              a: {
                invoke: { id: "w", src: "ward" },
                exit: sendTo("w", { type: "BYE" }),
                on: { GO: "b" },
              },
              b: {},
            },
          });
        },
        script: [send("GO")],
      },
      {
        claim: "stopChild comes after what was sent before it",
        machine: () =>
          setup({
            actors: {
              list: setup(keeping).createMachine({
                context: { seen: [] },
                on: { PUT: { actions: ["keep", sendParent({ type: "GOT" })] } },
              }),
            },
            ...keeping,
          }).createMachine({
            context: { seen: [] },
            entry: enqueueActions(({ enqueue }) => enqueue.spawnChild("list", { id: "l" })),
            on: {
              GO: {
                actions: [sendTo("l", { type: "PUT" }), stopChild("l"), log("stopped")],
              },
              GOT: { actions: "keep" },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "a message to a child that is not there",
        machine: () =>
          setup({}).createMachine({
            on: { GO: { actions: sendTo("nobody", { type: "PING" }) }, OK: { actions: log("ok") } },
          }),
        script: [send("GO"), send("OK")],
        differs: {
          why: "the event is refused with `SAGA_TRANSITION_FAILED` and the instance stays as it was; live, the actor is lost",
          in: [
            unlike(1, "status", "error", "active"),
            unlike(1, "error", noActor, undefined),
            unlike(2, "status", "error", "active"),
            unlike(2, "error", noActor, undefined),
            unlike(2, "effects", [], [["log", null, "ok"]]),
          ],
        },
      },
      {
        claim: "a message that the child does not take is gone",
        machine: () =>
          setup({ actors: { tally } }).createMachine({
            invoke: { id: "t", src: "tally" },
            on: { GO: { actions: sendTo("t", { type: "UNKNOWN" }) } },
          }),
        script: [send("GO")],
      },
    ],
  },
];
