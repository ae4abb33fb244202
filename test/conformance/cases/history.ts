/** History states, shallow and deep: what they remember lies in the file like all else. */
import { log, setup } from "xstate";
import { send } from "../case.ts";
import type { Construct } from "../case.ts";
import { told } from "./told.ts";

const chart = setup({});

export const history: readonly Construct[] = [
  {
    construct: "history states",
    cases: [
      {
        claim: "shallow history comes back to the child, and to that child's own initial state",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                initial: "b",
                on: { OUT: "out" },
                states: {
                  b: { on: { NEXT: "c" } },
                  c: { initial: "d", states: { d: { on: { NEXT: "e" } }, e: {} } },
                  back: { type: "history" },
                },
              },
              out: { on: { BACK: "a.back" } },
            },
          }),
        script: [send("NEXT"), send("NEXT"), send("OUT"), send("BACK")],
      },
      {
        claim: "deep history comes back to the leaf",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                initial: "b",
                on: { OUT: "out" },
                states: {
                  b: { on: { NEXT: "c" } },
                  c: { initial: "d", states: { d: { on: { NEXT: "e" } }, e: {} } },
                  back: { type: "history", history: "deep" },
                },
              },
              out: { on: { BACK: "a.back" } },
            },
          }),
        script: [send("NEXT"), send("NEXT"), send("OUT"), send("BACK")],
      },
      {
        claim: "history without anything to remember takes its default",
        machine: () =>
          chart.createMachine({
            initial: "out",
            states: {
              a: {
                initial: "b",
                states: { b: {}, c: {}, back: { type: "history", target: "c" } },
              },
              out: { on: { BACK: "a.back" } },
            },
          }),
        script: [send("BACK")],
      },
      {
        claim: "history without a memory and without a default takes the initial state",
        machine: () =>
          chart.createMachine({
            initial: "out",
            states: {
              a: {
                initial: "b",
                states: { b: {}, c: {}, shallow: { type: "history" } },
              },
              out: { on: { BACK: "a.shallow" } },
            },
          }),
        script: [send("BACK")],
      },
      {
        claim: "a default of deep history may lie deep",
        machine: () =>
          chart.createMachine({
            initial: "out",
            states: {
              a: {
                initial: "b",
                states: {
                  b: {},
                  c: { initial: "d", states: { d: {}, e: {} } },
                  back: { type: "history", history: "deep", target: "c.e" },
                },
              },
              out: { on: { BACK: "a.back" } },
            },
          }),
        script: [send("BACK")],
      },
      {
        claim: "deep history of a parallel state brings back every region",
        machine: () =>
          chart.createMachine({
            initial: "p",
            states: {
              p: {
                type: "parallel",
                on: { OUT: "out" },
                states: {
                  x: {
                    initial: "a",
                    states: { a: { on: { X: "b" } }, b: { initial: "c", states: { c: {} } } },
                  },
                  y: { initial: "a", states: { a: { on: { Y: "b" } }, b: {} } },
                  back: { type: "history", history: "deep" },
                },
              },
              out: { on: { BACK: "p.back" } },
            },
          }),
        script: [send("X"), send("Y"), send("OUT"), send("BACK")],
      },
      {
        claim:
          "shallow history of a parallel state brings back its regions at their initial states",
        machine: () =>
          chart.createMachine({
            initial: "p",
            states: {
              p: {
                type: "parallel",
                on: { OUT: "out" },
                states: {
                  x: { initial: "a", states: { a: { on: { X: "b" } }, b: {} } },
                  y: { initial: "a", states: { a: {}, b: {} } },
                  back: { type: "history" },
                },
              },
              out: { on: { BACK: "p.back" } },
            },
          }),
        script: [send("X"), send("OUT"), send("BACK")],
      },
      {
        claim: "history is kept up to date with each leaving",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                initial: "b",
                on: { OUT: "out" },
                states: {
                  b: { on: { NEXT: "c" } },
                  c: { on: { NEXT: "b" } },
                  back: { type: "history" },
                },
              },
              out: { on: { BACK: "a.back" } },
            },
          }),
        script: ["NEXT", "OUT", "BACK", "NEXT", "OUT", "BACK"].map((type) => send(type)),
      },
      {
        claim: "entry actions run for the states that history enters",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                ...told("a"),
                initial: "b",
                on: { OUT: "out" },
                states: {
                  b: { ...told("b"), on: { NEXT: "c" } },
                  c: { ...told("c"), initial: "d", states: { d: told("d") } },
                  back: { type: "history", history: "deep" },
                },
              },
              out: { on: { BACK: { target: "a.back", actions: log("back") } } },
            },
          }),
        script: [send("NEXT"), send("OUT"), send("BACK")],
      },
      {
        claim: "two history states of one parent remember the same leaving, each in its depth",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                initial: "b",
                on: { OUT: "out" },
                states: {
                  b: { initial: "c", states: { c: { on: { NEXT: "d" } }, d: {} } },
                  shallow: { type: "history" },
                  deep: { type: "history", history: "deep" },
                },
              },
              out: { on: { SHALLOW: "a.shallow", DEEP: "a.deep" } },
            },
          }),
        script: ["NEXT", "OUT", "DEEP", "OUT", "SHALLOW", "OUT", "DEEP"].map((type) => send(type)),
      },
      {
        claim: "a history state by id is reached from inside its own parent",
        machine: () =>
          chart.createMachine({
            id: "m",
            initial: "a",
            states: {
              a: {
                initial: "b",
                on: { PAUSE: "paused" },
                states: { b: { on: { NEXT: "c" } }, c: {}, back: { type: "history", id: "back" } },
              },
              paused: { on: { RESUME: "#back" } },
            },
          }),
        script: [send("NEXT"), send("PAUSE"), send("RESUME")],
      },
    ],
  },
];
