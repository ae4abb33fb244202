/** Compound and parallel states, and what entering and leaving them does. */
import { assign, setup, log } from "xstate";
import { send } from "../case.ts";
import type { Construct } from "../case.ts";
import { told } from "./told.ts";

const chart = setup({});

export const states: readonly Construct[] = [
  {
    construct: "compound states",
    cases: [
      {
        claim: "entering a compound state enters its initial state, at every level",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { GO: "b" } },
              b: { initial: "c", states: { c: { initial: "d", states: { d: {} } } } },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "states are entered from the outside in and left from the inside out",
        machine: () =>
          chart.createMachine({
            ...told("root"),
            initial: "a",
            states: {
              a: {
                ...told("a"),
                initial: "b",
                states: { b: { ...told("b"), initial: "c", states: { c: told("c") } } },
                on: { GO: "d" },
              },
              d: told("d"),
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "exit actions come before those of the transition, and these before entry actions",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { ...told("a"), on: { GO: { target: "b", actions: [log("1"), log("2")] } } },
              b: { ...told("b"), on: { BACK: { target: "a", actions: log("3") } } },
            },
          }),
        script: [send("GO"), send("BACK"), send("GO")],
      },
      {
        claim: "an inner state takes an event before the outer one",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                initial: "b",
                states: { b: { on: { GO: "c" } }, c: {} },
                on: { GO: "d" },
              },
              d: {},
            },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "a transition of the outer state is taken from wherever the inner one is",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { initial: "b", states: { b: { on: { IN: "c" } }, c: {} }, on: { OUT: "d" } },
              d: {},
            },
          }),
        script: [send("IN"), send("OUT")],
      },
      {
        claim: "a target by id is found from anywhere",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { initial: "b", states: { b: { on: { GO: "#far" } } } },
              c: { initial: "d", states: { d: {}, e: { id: "far", on: { BACK: "#home" } } } },
              f: { id: "home" },
            },
          }),
        script: [send("GO"), send("BACK")],
      },
      {
        claim: "a target below a sibling enters the states between",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { GO: "b.d.f" } },
              b: {
                ...told("b"),
                initial: "c",
                states: {
                  c: {},
                  d: { ...told("d"), initial: "e", states: { e: {}, f: told("f") } },
                },
              },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "actions of the initial transition run between the entries of the states around it",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { GO: "b" } },
              b: {
                entry: log("enter b"),
                initial: { target: "c", actions: log("initial") },
                states: { c: { entry: log("enter c") } },
              },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "a machine of one state only takes events",
        machine: () =>
          setup({ types: { context: {} as { n: number } } }).createMachine({
            context: { n: 0 },
            on: { ADD: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
          }),
        script: [send("ADD"), send("ADD")],
      },
    ],
  },
  {
    construct: "parallel states",
    cases: [
      {
        claim: "all regions are entered in document order and left in reverse",
        machine: () =>
          chart.createMachine({
            initial: "p",
            states: {
              p: {
                type: "parallel",
                ...told("p"),
                states: {
                  x: { ...told("x"), initial: "a", states: { a: told("x.a") } },
                  y: { ...told("y"), initial: "a", states: { a: told("y.a") } },
                },
                on: { GO: "q" },
              },
              q: {},
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "one event moves every region that takes it",
        machine: () =>
          chart.createMachine({
            type: "parallel",
            states: {
              x: { initial: "a", states: { a: { on: { GO: "b", X: "b" } }, b: {} } },
              y: { initial: "a", states: { a: { on: { GO: "b" } }, b: { on: { GO: "a" } } } },
              z: { initial: "a", states: { a: { on: { Z: "b" } }, b: {} } },
            },
          }),
        script: [send("GO"), send("GO"), send("Z"), send("X")],
      },
      {
        claim:
          "of two transitions that would leave each other's states the first region's is taken",
        machine: () =>
          chart.createMachine({
            initial: "p",
            states: {
              p: {
                type: "parallel",
                states: {
                  x: { initial: "a", states: { a: { on: { GO: "#x" } } } },
                  y: { initial: "a", states: { a: { on: { GO: "#y" } } } },
                },
              },
              x: { id: "x" },
              y: { id: "y" },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "an inner transition of one region outdoes one of the state around all of them",
        machine: () =>
          chart.createMachine({
            initial: "p",
            states: {
              p: {
                type: "parallel",
                on: { GO: "q" },
                states: {
                  x: { initial: "a", states: { a: { on: { GO: "b" } }, b: {} } },
                  y: { initial: "a", states: { a: {} } },
                },
              },
              q: {},
            },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "entering a state inside one region enters the other regions too",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { GO: "p.x.b" } },
              p: {
                type: "parallel",
                states: {
                  x: { initial: "a", states: { a: {}, b: told("x.b") } },
                  y: { initial: "a", states: { a: told("y.a") } },
                },
              },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "a transition with several targets enters one state in each region",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { GO: ["p.x.b", "p.y.b"] } },
              p: {
                type: "parallel",
                states: {
                  x: { initial: "a", states: { a: {}, b: told("x.b") } },
                  y: { initial: "a", states: { a: {}, b: told("y.b") } },
                },
              },
            },
          }),
        script: [send("GO")],
      },
      {
        claim: "several targets move regions from inside the parallel state as well",
        machine: () =>
          chart.createMachine({
            id: "m",
            type: "parallel",
            on: { JUMP: [{ target: [".x.b", ".y.c"] }] },
            states: {
              x: { initial: "a", states: { a: told("x.a"), b: told("x.b") } },
              y: { initial: "a", states: { a: {}, b: {}, c: told("y.c") } },
            },
          }),
        script: [send("JUMP")],
      },
      {
        claim: "parallel states inside of regions keep their places",
        machine: () =>
          chart.createMachine({
            type: "parallel",
            states: {
              x: {
                type: "parallel",
                states: {
                  i: { initial: "a", states: { a: { on: { I: "b" } }, b: {} } },
                  j: { initial: "a", states: { a: { on: { J: "b" } }, b: {} } },
                },
              },
              y: { initial: "a", states: { a: { on: { I: "b" } }, b: {} } },
            },
          }),
        script: [send("J"), send("I")],
      },
      {
        claim: "the context that one region assigns is seen by the next within the same event",
        machine: () =>
          setup({ types: { context: {} as { n: number; m: number } } }).createMachine({
            context: { n: 1, m: 0 },
            type: "parallel",
            states: {
              x: { on: { GO: { actions: assign({ n: ({ context }) => context.n * 10 }) } } },
              y: { on: { GO: { actions: assign({ m: ({ context }) => context.n }) } } },
            },
          }),
        script: [send("GO"), send("GO")],
      },
    ],
  },
];
