/** Which transition an event takes, and what is left and entered by it. */
import { log, raise, setup } from "xstate";
import { activity } from "../../../src/index.ts";
import { resolve, send } from "../case.ts";
import type { Construct } from "../case.ts";
import { counter } from "./counter.ts";
import { told } from "./told.ts";

const chart = setup({});

export const transitions: readonly Construct[] = [
  {
    construct: "eventless transitions (`always`)",
    cases: [
      {
        claim: "a chain of always transitions is one step",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { GO: "b" } },
              b: { ...told("b"), always: "c" },
              c: { ...told("c"), always: "d" },
              d: told("d"),
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "always counts up within one step until its guard says no",
        machine: () =>
          counter.createMachine({
            context: { n: 0 },
            initial: "a",
            states: {
              a: { on: { GO: "b" } },
              b: {
                always: [
                  { guard: ({ context }) => context.n < 5, actions: "increment" },
                  { target: "c" },
                ],
              },
              c: {},
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "always is tried again after every event, in every active state",
        machine: () =>
          counter.createMachine({
            context: { n: 0 },
            type: "parallel",
            states: {
              x: { on: { ADD: { actions: "increment" } } },
              y: {
                initial: "a",
                states: { a: { always: { guard: "isPositive", target: "b" } }, b: {} },
              },
            },
          }),
        script: [send("ADD"), send("ADD")],
      },
      {
        claim: "always of the outer state waits for the inner one's",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { GO: "b" } },
              b: {
                initial: "c",
                always: { target: "e", actions: log("outer") },
                states: { c: { always: { target: "d", actions: log("inner") } }, d: {} },
              },
              e: {},
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "always goes before events that were raised",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { GO: { target: "b", actions: raise({ type: "E" }) } } },
              b: { always: "c", on: { E: "wrong" } },
              c: { on: { E: "d" } },
              d: {},
              wrong: {},
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "the regions of a parallel state take their always transitions in document order",
        machine: () =>
          counter.createMachine({
            context: { n: 0 },
            type: "parallel",
            on: { GO: { target: [".y.b", ".x.b"] } },
            states: {
              x: {
                initial: "a",
                states: { a: {}, b: { always: { target: "c", actions: log("x") } }, c: {} },
              },
              y: {
                initial: "a",
                states: { a: {}, b: { always: { target: "c", actions: log("y") } }, c: {} },
              },
            },
          }),
        script: [send("GO")],
      },
    ],
  },
  {
    construct: "`reenter`, self and targetless transitions",
    cases: [
      {
        claim: "a transition without target leaves nothing and runs its actions",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: { a: { ...told("a"), on: { E: { actions: log("E") } } } },
          }),
        script: [send("E")],
      },
      {
        claim: "a self transition without reenter does not leave the state",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: { a: { ...told("a"), on: { E: { target: "a", actions: log("E") } } } },
          }),
        script: [send("E")],
      },
      {
        claim: "a self transition with reenter leaves the state and enters it again",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { ...told("a"), on: { E: { target: "a", reenter: true, actions: log("E") } } },
            },
          }),
        script: [send("E")],
      },
      {
        claim: "a transition from a compound state to its child is internal",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                ...told("a"),
                initial: "b",
                states: { b: told("b"), c: told("c") },
                on: { IN: ".c" },
              },
            },
          }),
        script: [send("IN"), send("IN")],
      },
      {
        claim: "with reenter the compound state itself is left too",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                ...told("a"),
                initial: "b",
                states: { b: told("b"), c: told("c") },
                on: { OUT: { target: ".c", reenter: true } },
              },
            },
          }),
        script: [send("OUT"), send("OUT")],
      },
      {
        claim: "a compound state that is its own target starts again from its initial state",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                ...told("a"),
                initial: "b",
                states: { b: { on: { NEXT: "c" } }, c: told("c") },
                on: { AGAIN: "a" },
              },
            },
          }),
        script: [send("NEXT"), send("AGAIN")],
      },
      {
        claim: "reenter of one region leaves the others alone",
        machine: () =>
          chart.createMachine({
            type: "parallel",
            states: {
              x: {
                initial: "a",
                states: { a: { ...told("x.a"), on: { E: { target: "a", reenter: true } } } },
              },
              y: { initial: "a", states: { a: { ...told("y.a"), on: { E: "a" } } } },
            },
          }),
        script: [send("E")],
      },
    ],
  },
  {
    construct: "event descriptors",
    cases: [
      {
        claim: "a partial descriptor takes all events of its prefix",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { "order.*": { actions: log(({ event }) => event.type) } } },
            },
          }),
        script: ["order.paid", "order.paid.twice", "order", "orders.paid", "other"].map((type) =>
          send(type),
        ),
      },
      {
        claim: "the longer of two partial descriptors goes first, and the whole name before both",
        machine: () =>
          chart.createMachine({
            on: {
              "a.*": { actions: log("a.*") },
              "a.b.*": { actions: log("a.b.*") },
              "a.b.c": { actions: log("a.b.c") },
            },
          }),
        script: [send("a.b.c"), send("a.b.x"), send("a.x")],
      },
      {
        claim: "a longer descriptor whose guard says no lets the shorter one have the event",
        machine: () =>
          chart.createMachine({
            on: {
              "a.*": { actions: log("a.*") },
              "a.b.*": { guard: () => false, actions: log("a.b.*") },
            },
          }),
        script: [send("a.b.x")],
      },
      {
        claim: "a partial descriptor of the inner state goes before a whole name of the outer one",
        machine: () =>
          chart.createMachine({
            initial: "x",
            on: { "a.b": { actions: log("outer") } },
            states: { x: { on: { "a.*": { actions: log("inner") } } } },
          }),
        script: [send("a.b")],
      },
      {
        claim: "a forbidden event is not taken by the outer state",
        machine: () =>
          chart.createMachine({
            initial: "a",
            on: { GO: ".b" },
            states: { a: { on: { GO: undefined, OTHER: "b" } }, b: { on: { BACK: "a" } } },
          }),
        script: [send("GO"), send("OTHER"), send("GO"), send("BACK"), send("GO")],
      },
      {
        claim: "an empty transition takes the event and does nothing",
        machine: () =>
          chart.createMachine({
            initial: "a",
            on: { GO: ".b" },
            states: { a: { on: { GO: {} } }, b: {} },
          }),
        script: [send("GO")],
      },
      {
        claim: "an event that nothing takes changes nothing",
        machine: () => chart.createMachine({ initial: "a", states: { a: {} } }),
        script: [send("WHAT")],
      },
      {
        claim: "a handler for every event takes what no other of its state does",
        machine: () =>
          chart.createMachine({
            initial: "a",
            on: { OUT: { actions: log("OUT") } },
            states: {
              a: { on: { "*": { actions: log(({ event }) => event.type) }, GO: "b" } },
              b: {},
            },
          }),
        script: [send("ANY"), send("OUT"), send("GO"), send("OUT")],
      },
      {
        claim: "a handler for every event beside an invoke without onDone",
        machine: () =>
          setup({ actors: { charge: activity<unknown, unknown>() } }).createMachine({
            invoke: { id: "charge", src: "charge" },
            on: { "*": { actions: log("any") } },
          }),
        script: [resolve("charge")],
        refused: {
          rules: ["wildcard"],
          why: "it would take the result of the invoke; draw `onDone`, or name the events, or a prefix",
        },
      },
    ],
  },
  {
    construct: "`route`",
    cases: [
      {
        claim: "a state with a route is entered from wherever the machine is",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { GO: "c" } },
              b: { id: "b", ...told("b"), route: {}, on: { GO: "c" } },
              c: {},
            },
          }),
        script: [
          send({ type: "xstate.route", to: "#b" }),
          send("GO"),
          send({ type: "xstate.route", to: "#b" }),
        ],
      },
    ],
  },
];
