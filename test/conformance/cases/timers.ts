/** Time: `after`, events that are raised with a delay, and `cancel`. */
import { assign, cancel, log, raise, setup } from "xstate";
import { advance, send, unlike } from "../case.ts";
import type { Construct } from "../case.ts";
import { told } from "./told.ts";

const chart = setup({});

const timed = setup({
  types: { context: {} as { n: number } },
  actions: { increment: assign({ n: ({ context }) => context.n + 1 }) },
  delays: {
    short: 10,
    growing: ({ context }) => 10 * (context.n + 1),
    told: ({ event }) => event["ms"] as number,
  },
});

export const timers: readonly Construct[] = [
  {
    construct: "`after`",
    cases: [
      {
        claim: "a state is left when its time is up, and not a millisecond earlier",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: { a: { after: { 1000: "b" } }, b: {} },
          }),
        script: [advance(999), advance(1)],
      },
      {
        claim: "a timer keeps its due time through any number of events and restarts",
        machine: () =>
          timed.createMachine({
            context: { n: 0 },
            initial: "a",
            states: { a: { after: { 1000: "b" }, on: { ADD: { actions: "increment" } } }, b: {} },
          }),
        script: [advance(400), send("ADD"), advance(400), send("ADD"), advance(199), advance(1)],
      },
      {
        claim: "leaving the state cancels its timers",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: { a: { after: { 1000: "late" }, on: { GO: "b" } }, b: {}, late: {} },
          }),
        script: [advance(500), send("GO"), advance(5000)],
      },
      {
        claim: "entering the state again begins its time anew",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { after: { 1000: "late" }, on: { AGAIN: { target: "a", reenter: true } } },
              late: {},
            },
          }),
        script: [advance(900), send("AGAIN"), advance(900), advance(100)],
      },
      {
        claim: "a self transition without reenter lets the time run on",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: { a: { after: { 1000: "late" }, on: { AGAIN: "a" } }, late: {} },
          }),
        script: [advance(900), send("AGAIN"), advance(99), advance(1)],
      },
      {
        claim: "several delays of one state run side by side",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                after: {
                  10: { actions: log("10") },
                  20: { actions: log("20") },
                  30: { target: "b", actions: log("30") },
                  40: { actions: log("40") },
                },
              },
              b: {},
            },
          }),
        script: [advance(15), advance(10), advance(100)],
      },
      {
        claim: "a guarded delay goes by the context of the time when it is due",
        machine: () =>
          timed.createMachine({
            context: { n: 0 },
            initial: "a",
            states: {
              a: {
                after: {
                  100: [
                    { guard: ({ context }) => context.n > 1, target: "many" },
                    { target: "few" },
                  ],
                },
                on: { ADD: { actions: "increment" } },
              },
              many: {},
              few: {},
            },
          }),
        script: [send("ADD"), send("ADD"), advance(100)],
      },
      {
        claim: "a delay whose only guard says no is spent",
        machine: () =>
          timed.createMachine({
            context: { n: 0 },
            initial: "a",
            states: {
              a: {
                after: { 100: { guard: ({ context }) => context.n > 0, target: "b" } },
                on: { ADD: { actions: "increment" } },
              },
              b: {},
            },
          }),
        script: [advance(100), send("ADD"), advance(1000)],
      },
      {
        claim: "a delay may have a name, and be computed from context or event at entry",
        machine: () =>
          timed.createMachine({
            context: { n: 0 },
            initial: "a",
            states: {
              a: { after: { short: { target: "b", actions: "increment" } } },
              b: { after: { growing: { target: "c", actions: "increment" } } },
              c: { on: { WAIT: "d" } },
              d: { after: { told: "e" } },
              e: {},
            },
          }),
        script: [
          advance(9),
          advance(1),
          advance(19),
          advance(1),
          send({ type: "WAIT", ms: 7 }),
          advance(6),
          advance(1),
        ],
      },
      {
        claim: "after 0 is an event of its own, not a part of the step",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { on: { GO: "b" } },
              b: { ...told("b"), after: { 0: "c" }, always: { actions: [], guard: () => false } },
              c: told("c"),
            },
          }),
        script: [send("GO"), advance(0)],
      },
      {
        claim: "timers that are due at the same time fire in the order in which they were set",
        machine: () =>
          chart.createMachine({
            type: "parallel",
            states: {
              x: { after: { 100: { actions: log("x") } } },
              y: { after: { 100: { actions: log("y") } } },
              z: { after: { 50: { actions: log("z") } } },
            },
          }),
        script: [advance(100)],
      },
      {
        claim: "a chain of delays goes by due times even if time leaps",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { after: { 10: "b" } },
              b: { after: { 10: "c" } },
              c: { after: { 10: "d" } },
              d: {},
            },
          }),
        script: [advance(25), advance(5)],
      },
      {
        claim: "timers of the outer state run on while inner states change",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                after: { 100: "late" },
                initial: "b",
                states: { b: { after: { 60: "c" } }, c: { after: { 60: "b" } } },
              },
              late: {},
            },
          }),
        script: [advance(60), advance(39), advance(1), advance(100)],
      },
      {
        claim: "the end of the machine cancels all timers",
        machine: () =>
          chart.createMachine({
            type: "parallel",
            states: {
              x: {
                after: { 100: { actions: log("late") } },
                initial: "a",
                states: { a: { on: { END: "b" } }, b: { type: "final" } },
              },
            },
          }),
        script: [send("END"), advance(1000)],
      },
      {
        claim: "a named delay that gives no number",
        machine: () =>
          setup({ delays: { bad: () => undefined as never } }).createMachine({
            initial: "a",
            states: { a: { on: { GO: "b" } }, b: { after: { bad: "c" } }, c: {} },
          }),
        script: [send("GO")],
        differs: {
          why: "the event is refused with `SAGA_TRANSITION_FAILED`; live, the time is up at once",
          in: [unlike(1, "state", "c", "a")],
        },
      },
      {
        claim: "a negative delay",
        machine: () =>
          setup({ delays: { negative: -5 } }).createMachine({
            initial: "a",
            states: { a: { after: { negative: "b" } }, b: {} },
          }),
        script: [advance(0)],
        refused: {
          rules: ["delay-out-of-range"],
          why: "a delay is a finite number of milliseconds, 0 or more",
        },
      },
    ],
  },
  {
    construct: "`raise` with a delay, and `cancel`",
    cases: [
      {
        claim: "a delayed event comes when it is due, though its state was left",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { entry: raise({ type: "DUE" }, { delay: 100 }), on: { GO: "b" } },
              b: { on: { DUE: "c" } },
              c: {},
            },
          }),
        script: [send("GO"), advance(99), advance(1)],
      },
      {
        claim: "a delayed event that nothing takes is gone",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: { entry: raise({ type: "DUE" }, { delay: 100 }), on: { GO: "b" } },
              b: { on: { DUE: "c" } },
              c: {},
            },
          }),
        script: [advance(100), send("GO"), advance(100)],
      },
      {
        claim: "cancel takes back the event of that id, and no other",
        machine: () =>
          chart.createMachine({
            entry: [
              raise({ type: "A" }, { delay: 10, id: "a" }),
              raise({ type: "B" }, { delay: 10, id: "b" }),
            ],
            on: {
              STOP: { actions: cancel("a") },
              A: { actions: log("A") },
              B: { actions: log("B") },
            },
          }),
        script: [send("STOP"), advance(10)],
      },
      {
        claim: "cancel may compute the id, and one that is unknown does nothing",
        machine: () =>
          chart.createMachine({
            entry: raise({ type: "A" }, { delay: 10, id: "a1" }),
            on: {
              STOP: { actions: cancel(({ event }) => `a${event["n"] as number}`) },
              A: { actions: log("A") },
            },
          }),
        script: [send({ type: "STOP", n: 2 }), send({ type: "STOP", n: 1 }), advance(10)],
      },
      {
        claim: "a delayed event may be set and cancelled within one step",
        machine: () =>
          chart.createMachine({
            on: {
              GO: { actions: [raise({ type: "A" }, { delay: 10, id: "a" }), cancel("a")] },
              A: { actions: log("A") },
            },
          }),
        script: [send("GO"), advance(10)],
      },
      {
        claim: "one that is cancelled and set again comes at its new time",
        machine: () =>
          chart.createMachine({
            on: {
              GO: { actions: [cancel("a"), raise({ type: "A" }, { delay: 10, id: "a" })] },
              A: { actions: log("A") },
            },
          }),
        script: [send("GO"), advance(6), send("GO"), advance(6), advance(4)],
      },
      {
        claim: "delayed events without an id do not disturb each other",
        machine: () =>
          chart.createMachine({
            on: {
              GO: { actions: raise({ type: "A" }, { delay: 10 }) },
              A: { actions: log("A") },
            },
          }),
        script: [send("GO"), advance(5), send("GO"), advance(5), advance(5)],
      },
      {
        claim: "two delayed events of one id, then cancel",
        machine: () =>
          chart.createMachine({
            entry: [
              raise({ type: "A" }, { delay: 10, id: "same" }),
              raise({ type: "B" }, { delay: 20, id: "same" }),
            ],
            on: {
              STOP: { actions: cancel("same") },
              A: { actions: log("A") },
              B: { actions: log("B") },
            },
          }),
        script: [send("STOP"), advance(30)],
        differs: {
          why: "`cancel` takes back all events of that id, as SCXML has it; live, only the last",
          in: [
            unlike(0, "timers", ["B"], ["A", "B"]),
            unlike(2, "effects", [["log", null, "A"]], []),
          ],
        },
      },
      {
        claim: "a delay of 0 is an event of its own",
        machine: () =>
          chart.createMachine({
            initial: "a",
            states: {
              a: {
                on: {
                  GO: {
                    target: "b",
                    actions: [raise({ type: "DUE" }, { delay: 0 }), raise({ type: "NOW" })],
                  },
                },
              },
              b: { on: { DUE: { actions: log("DUE") }, NOW: { actions: log("NOW") } } },
            },
          }),
        script: [send("GO"), advance(0)],
      },
      {
        claim: "delay and event may be computed, and the payload is that of the time of raising",
        machine: () =>
          timed.createMachine({
            context: { n: 1 },
            on: {
              GO: {
                actions: [
                  raise(({ context }) => ({ type: "DUE", n: context.n }), {
                    delay: ({ context }) => context.n * 10,
                  }),
                  "increment",
                ],
              },
              DUE: { actions: log(({ event }) => event["n"] as number) },
            },
          }),
        script: [send("GO"), send("GO"), advance(10), advance(10)],
      },
      {
        claim: "a raise may name its delay",
        machine: () =>
          timed.createMachine({
            context: { n: 2 },
            entry: raise({ type: "DUE" }, { delay: "growing" }),
            on: { DUE: { actions: log("DUE") } },
          }),
        script: [advance(29), advance(1)],
      },
      {
        claim: "the payload of a delayed event comes back whole",
        machine: () =>
          setup({ types: { context: {} as { got: unknown } } }).createMachine({
            context: { got: null },
            entry: raise(
              {
                type: "DUE",
                at: new Date(0),
                map: new Map([[1, new Set(["x"])]]),
                nothing: undefined,
                big: 10n ** 20n,
              },
              { delay: 10 },
            ),
            on: { DUE: { actions: assign({ got: ({ event }) => event }) } },
          }),
        script: [advance(10)],
      },
    ],
  },
];
