/** The input of promises, and those that actions spawn. */
import { assign, setup, spawnChild, stopChild } from "xstate";
import { activity } from "../../../src/index.ts";
import { resolve, send, unlike } from "../case.ts";
import type { Construct } from "../case.ts";
import { calling } from "./calling.ts";

export const spawnedActivities: readonly Construct[] = [
  {
    construct: "`input` of an actor",
    cases: [
      {
        claim: "input is computed from context and event at entry",
        machine: () =>
          setup({
            types: { context: {} as { n: number; got: unknown } },
            actors: { echo: activity<{ n: number; by: string; self: string }, unknown>() },
          }).createMachine({
            context: { n: 1, got: null },
            initial: "a",
            states: {
              a: { on: { GO: { target: "b", actions: assign({ n: 2 }) } } },
              b: {
                invoke: {
                  id: "echo",
                  src: "echo",
                  input: ({ context, event, self }) => ({
                    n: context.n,
                    by: event.type,
                    self: self.id,
                  }),
                  onDone: { actions: assign({ got: ({ event }) => event.output }) },
                },
              },
            },
          }),
        script: [send("GO"), resolve("echo", { returns: "input" })],
      },
      {
        claim: "an input mapper that throws",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: { on: { GO: "b" } },
              b: {
                invoke: {
                  id: "charge",
                  src: "charge",
                  input: () => {
                    throw new Error("bad input");
                  },
                },
              },
            },
          }),
        script: [send("GO")],
        differs: {
          why: "the event is refused with `SAGA_TRANSITION_FAILED` and the instance stays as it was; live, the actor is lost",
          in: [
            unlike(1, "status", "error", "active"),
            unlike(1, "error", new Error("bad input"), undefined),
          ],
        },
      },
    ],
  },
  {
    construct: "`spawnChild` and `spawn` of a promise",
    note: "each spawn is an operation of its own and needs an `id`",
    cases: [
      {
        claim: "a spawned promise runs on in any state, and its result is an event",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            initial: "a",
            states: {
              a: { on: { GO: { target: "b", actions: spawnChild("charge", { id: "c1" }) } } },
              b: { on: { NEXT: "c" } },
              c: {},
            },
          }),
        script: [send("GO"), send("NEXT"), resolve("c1", 5)],
      },
      {
        claim: "spawn within assign starts it as well",
        machine: () =>
          setup({
            types: { context: {} as { n: number } },
            actors: { charge: activity<unknown, unknown>() },
          }).createMachine({
            context: { n: 0 },
            on: {
              GO: {
                actions: assign(({ context, spawn }) => {
                  spawn("charge", { id: `c${context.n}`, input: context.n });
                  return { n: context.n + 1 };
                }),
              },
            },
          }),
        script: [send("GO"), send("GO"), resolve("c0", 1), resolve("c1", 2)],
      },
      {
        claim: "stopChild leaves a spawned promise behind",
        machine: () =>
          calling.createMachine({
            context: { got: null },
            entry: spawnChild("charge", { id: "c1" }),
            on: { STOP: { actions: stopChild("c1") } },
          }),
        script: [send("STOP"), resolve("c1", 5)],
      },
      {
        claim: "a spawn without an id",
        machine: () =>
          calling.createMachine({ context: { got: null }, entry: spawnChild("charge") }),
        script: [],
        refused: {
          rules: ["spawn-id-missing"],
          why: "XState keeps all children without an id under one key; give it an `id`",
        },
      },
    ],
  },
];
