/** Guards: which of several transitions is taken. */
import { and, log, not, or, setup, stateIn } from "xstate";
import { send, unlike } from "../case.ts";
import type { Construct } from "../case.ts";
import { counter } from "./counter.ts";

const chart = setup({});

export const guards: readonly Construct[] = [
  {
    construct: "guards",
    cases: [
      {
        claim: "the first transition whose guard says yes is taken",
        machine: () =>
          counter.createMachine({
            context: { n: 5 },
            initial: "a",
            states: {
              a: {
                on: {
                  GO: [
                    { guard: { type: "isAbove", params: { limit: 9 } }, target: "large" },
                    { guard: { type: "isAbove", params: { limit: 3 } }, target: "medium" },
                    { target: "small" },
                  ],
                },
              },
              small: {},
              medium: {},
              large: {},
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "an event whose every guard says no goes on to the outer state",
        machine: () =>
          counter.createMachine({
            context: { n: 0 },
            initial: "a",
            states: {
              a: {
                initial: "b",
                states: { b: { on: { GO: { guard: "isPositive", target: "c" } } }, c: {} },
                on: { GO: "d" },
              },
              d: {},
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "and, or and not combine guards, also within each other",
        machine: () =>
          counter.createMachine({
            context: { n: 0 },
            on: {
              ADD: { actions: "increment" },
              AND: { guard: and(["isPositive", "isEven"]), actions: log("and") },
              OR: { guard: or(["isPositive", "isEven"]), actions: log("or") },
              NOT: { guard: not("isPositive"), actions: log("not") },
              DEEP: {
                guard: and([
                  not(and(["isPositive", "isEven"])),
                  { type: "isAbove", params: { limit: 0 } },
                ]),
                actions: log("deep"),
              },
            },
          }),
        script: ["AND", "OR", "NOT", "DEEP", "ADD", "AND", "OR", "NOT", "DEEP", "ADD", "AND"].map(
          (type) => send(type),
        ),
      },
      {
        claim: "stateIn looks at the other regions",
        machine: () =>
          counter.createMachine({
            context: { n: 0 },
            id: "m",
            type: "parallel",
            states: {
              x: { initial: "a", states: { a: { on: { X: "b" } }, b: { id: "xb" } } },
              y: {
                initial: "a",
                states: {
                  a: { on: { Y: { guard: stateIn({ x: "b" }), target: "b" } } },
                  b: { on: { Y: { guard: stateIn("#xb"), target: "c" } } },
                  c: {},
                },
              },
            },
          }),
        script: [send("Y"), send("X"), send("Y"), send("Y")],
      },
      {
        claim: "params of a guard are computed from context and event",
        machine: () =>
          counter.createMachine({
            context: { n: 5 },
            on: {
              TRY: {
                guard: {
                  type: "isAbove",
                  params: ({ event }) => ({ limit: event["limit"] as number }),
                },
                actions: log("above"),
              },
            },
          }),
        script: [send({ type: "TRY", limit: 9 }), send({ type: "TRY", limit: 2 })],
      },
      {
        claim: "an inline guard sees the event's payload",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { GO: { guard: ({ event }) => event["ok"] === true, target: "b" } } },
              b: {},
            },
          }),
        script: [send({ type: "GO", ok: false }), send({ type: "GO", ok: true })],
      },
      {
        claim: "a guard that throws",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                on: {
                  GO: {
                    guard: () => {
                      throw new Error("bad guard");
                    },
                    target: "b",
                  },
                  STAY: { actions: log("still here") },
                },
              },
              b: {},
            },
          }),
        script: [send("GO"), send("STAY")],
        differs: {
          why: "the event is refused with `SAGA_TRANSITION_FAILED` and the instance stays as it was; live, the actor is lost",
          in: [
            unlike(1, "status", "error", "active"),
            unlike(
              1,
              "error",
              new Error(
                "Unable to evaluate guard in transition for event 'GO' in state node '(machine).a':\nbad guard",
              ),
              undefined,
            ),
            unlike(2, "status", "error", "active"),
            unlike(
              2,
              "error",
              new Error(
                "Unable to evaluate guard in transition for event 'GO' in state node '(machine).a':\nbad guard",
              ),
              undefined,
            ),
            unlike(2, "effects", [], [["log", null, "still here"]]),
          ],
        },
      },
    ],
  },
];
