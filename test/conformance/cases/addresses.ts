/** Messages by reference, to oneself, by systemId, with a delay; and what a child reports of itself. */
import { assign, cancel, raise, sendParent, sendTo, setup } from "xstate";
import type { AnyActorRef } from "xstate";
import { advance, send } from "../case.ts";
import type { Construct } from "../case.ts";
import { tally } from "./children.ts";
import { keeping } from "./keeping.ts";

export const addresses: readonly Construct[] = [
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
    construct: "`onSnapshot` of a machine",
    cases: [
      {
        claim: "a parent hears of each step of its child",
        machine: () =>
          setup({
            types: { context: {} as { seen: unknown[] } },
            actors: { tally },
          }).createMachine({
            context: { seen: [] },
            invoke: {
              id: "t",
              src: "tally",
              onSnapshot: {
                actions: assign({
                  seen: ({ context, event }) => [...context.seen, event.snapshot.context.n],
                }),
              },
            },
          }),
        script: [send("ADD", "t"), send("ADD", "t")],
      },
      {
        claim: "the snapshot tells the state that the child came to",
        machine: () =>
          setup({
            types: { context: {} as { seen: unknown[] } },
            actors: { tally },
          }).createMachine({
            context: { seen: [] },
            initial: "a",
            states: {
              a: {
                invoke: {
                  id: "t",
                  src: "tally",
                  onSnapshot: {
                    actions: assign({
                      seen: ({ context, event }) => [...context.seen, event.snapshot.value],
                    }),
                  },
                  onDone: "b",
                },
              },
              b: {},
            },
          }),
        script: [send("ADD", "t"), send("END", "t")],
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
