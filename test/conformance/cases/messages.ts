/** Messages between machines: who gets them, in which order, and what becomes of those that come too late. */
import {
  assign,
  cancel,
  enqueueActions,
  forwardTo,
  log,
  raise,
  sendParent,
  sendTo,
  setup,
  stopChild,
} from "xstate";
import type { AnyActorRef } from "xstate";
import { advance, send, unlike } from "../case.ts";
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
            on: { GO: { actions: sendTo("t", { type: "UNKNOWN" } as never) } },
          }),
        script: [send("GO")],
      },
    ],
  },
  {
    construct: "`sendTo` by reference, `self` and `systemId`",
    cases: [
      {
        claim: "an event to oneself is taken after the step, before what comes later",
        machine: () =>
          setup(keeping).createMachine({
            context: { seen: [] },
            on: {
              GO: {
                actions: [
                  sendTo(({ self }) => self, { type: "LATER" }),
                  raise({ type: "NOW" }),
                  "keep",
                ],
              },
              NOW: { actions: "keep" },
              LATER: { actions: "keep" },
            },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "a child answers whoever is named in the question",
        machine: () => {
          const server = setup({}).createMachine({
            on: {
              ASK: {
                actions: sendTo(({ event }) => event["from"] as AnyActorRef, { type: "ANSWER" }),
              },
            },
          });
          return setup({ ...keeping, actors: { server } }).createMachine({
            context: { seen: [] },
            invoke: { id: "s", src: "server" },
            on: {
              GO: { actions: sendTo("s", ({ self }) => ({ type: "ASK", from: self })) },
              ANSWER: { actions: "keep" },
            },
          });
        },
        script: [send("GO")],
      },
      {
        claim: "brothers talk to each other by references that their parent hands out",
        machine: () => {
          const speaker = setup({}).createMachine({
            on: {
              TALK: { actions: sendTo(({ event }) => event["to"] as AnyActorRef, { type: "ADD" }) },
            },
          });
          return setup({
            types: { context: {} as { ref: AnyActorRef } },
            actors: { speaker, tally },
          }).createMachine({
            context: ({ spawn }) => ({ ref: spawn("tally", { id: "t" }) as never }),
            invoke: { id: "s", src: "speaker" },
            on: {
              GO: { actions: sendTo("s", ({ context }) => ({ type: "TALK", to: context.ref })) },
            },
          });
        },
        script: [send("GO"), send("GO")],
      },
      {
        claim: "a child keeps a reference to its parent from its input",
        machine: () => {
          const child = setup({
            types: {
              context: {} as { boss: AnyActorRef },
              input: {} as { boss: AnyActorRef },
            },
          }).createMachine({
            context: ({ input }) => ({ boss: input.boss }),
            on: { PING: { actions: sendTo(({ context }) => context.boss, { type: "PONG" }) } },
          });
          return setup({ ...keeping, actors: { child } }).createMachine({
            context: { seen: [] },
            invoke: { id: "c", src: "child", input: ({ self }) => ({ boss: self }) },
            on: { GO: { actions: sendTo("c", { type: "PING" }) }, PONG: { actions: "keep" } },
          });
        },
        script: [send("GO"), send("GO")],
      },
      {
        claim: "an actor with a systemId is found by all of the system",
        machine: () => {
          const speaker = setup({}).createMachine({
            on: {
              TALK: {
                actions: sendTo(({ system }) => system.get("counter") as AnyActorRef, {
                  type: "ADD",
                }),
              },
            },
          });
          return setup({ actors: { speaker, tally } }).createMachine({
            type: "parallel",
            states: {
              x: { invoke: { id: "t", src: "tally", systemId: "counter" } },
              y: { invoke: { id: "s", src: "speaker" } },
            },
            on: {
              GO: { actions: sendTo("s", { type: "TALK" }) },
              OWN: {
                actions: sendTo(({ system }) => system.get("counter") as AnyActorRef, {
                  type: "ADD",
                }),
              },
            },
          });
        },
        script: [send("GO"), send("OWN")],
      },
    ],
  },
  {
    construct: "delayed `sendTo`",
    cases: [
      {
        claim: "a delayed message arrives when it is due",
        machine: () =>
          setup({ actors: { tally } }).createMachine({
            invoke: { id: "t", src: "tally" },
            on: { GO: { actions: sendTo("t", { type: "ADD" }, { delay: 100 }) } },
          }),
        script: [send("GO"), advance(99), advance(1)],
      },
      {
        claim: "cancel takes it back by its id",
        machine: () =>
          setup({ actors: { tally } }).createMachine({
            invoke: { id: "t", src: "tally" },
            on: {
              GO: { actions: sendTo("t", { type: "ADD" }, { delay: 100, id: "later" }) },
              STOP: { actions: cancel("later") },
            },
          }),
        script: [send("GO"), advance(50), send("STOP"), advance(100)],
      },
      {
        claim: "a delayed event to oneself is taken when it is due",
        machine: () =>
          setup(keeping).createMachine({
            context: { seen: [] },
            entry: sendTo(({ self }) => self, { type: "DUE" }, { delay: 10 }),
            on: { DUE: { actions: "keep" } },
          }),
        script: [advance(9), advance(1)],
      },
      {
        claim: "a delay of 0 is a message of its own after those without a delay",
        machine: () =>
          setup({
            actors: {
              list: setup(keeping).createMachine({
                context: { seen: [] },
                on: { "n.*": { actions: "keep" } },
              }),
            },
          }).createMachine({
            invoke: { id: "l", src: "list" },
            on: {
              GO: {
                actions: [
                  sendTo("l", { type: "n.late" }, { delay: 0 }),
                  sendTo("l", { type: "n.now" }),
                ],
              },
            },
          }),
        script: [send("GO"), advance(0)],
      },
      {
        claim: "a delayed message to a child that has gone meanwhile is gone too",
        machine: () =>
          setup({ actors: { tally } }).createMachine({
            initial: "a",
            states: {
              a: {
                invoke: { id: "t", src: "tally" },
                entry: sendTo("t", { type: "ADD" }, { delay: 100 }),
                on: { GO: "b" },
              },
              b: { on: { BACK: "a" } },
            },
          }),
        script: [send("GO"), advance(100)],
      },
      {
        claim: "a child's delayed word to its parent arrives if the child still lives",
        machine: () => {
          const slow = setup({}).createMachine({
            entry: sendParent({ type: "DUE" }, { delay: 100 }),
          });
          return setup({ ...keeping, actors: { slow } }).createMachine({
            context: { seen: [] },
            invoke: { id: "s", src: "slow" },
            on: { DUE: { actions: "keep" } },
          });
        },
        script: [advance(100)],
      },
    ],
  },
];
