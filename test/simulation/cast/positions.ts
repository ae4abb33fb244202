/** Sagas whose place is the point: history, chains of transitions without an event, events that come early. */
import { assign } from "xstate";
import { defineDesk } from "../../fixtures/desk.ts";
import { machineOf, sagaOf } from "./purchases.ts";
import { line } from "./role.ts";
import type { Ended, Role } from "./role.ts";
import { nothingDone, step } from "./step.ts";

const readerMachine = machineOf(
  {
    id: "reader",
    context: nothingDone,
    initial: "reading",
    on: { LEAVE: ".left" },
    states: {
      reading: {
        initial: "first",
        on: { PAUSE: "paused" },
        states: {
          first: step({
            src: "readFirst",
            done: "#reader.reading.thinking",
            failed: "#reader.reading.thinking",
          }),
          thinking: { tags: "forward", after: { 900: "second" } },
          second: step({
            src: "readSecond",
            done: "#reader.reading.last",
            failed: "#reader.reading.last",
          }),
          last: { tags: "forward", on: { CLOSE: "#reader.read" } },
          bookmark: { type: "history", history: "deep" },
        },
      },
      paused: { tags: "forward", on: { RESUME: "reading.bookmark" } },
      read: { type: "final", tags: "completed" },
      left: { type: "final", tags: "failed" },
    },
  },
  ["readFirst", "readSecond"],
);

/** Whoever resumes goes on where he paused. */
export const reader: Role = {
  name: "reader",
  define: (perform) => sagaOf("reader", readerMachine, { perform }),
  input: {},
  outputs: {},
  lines: () => [
    line({ type: "PAUSE" }, [50, 1_500]),
    line({ type: "RESUME" }, [1_500, 3_000]),
    line({ type: "PAUSE" }, [3_000, 5_000], 0.7),
    line({ type: "RESUME" }, [5_000, 7_000], 0.7),
  ],
  closing: [{ type: "RESUME" }, { type: "CLOSE" }],
  rules: [],
  judge: ({ journal }: Ended) =>
    journal.flatMap(({ eventType, stateAfter }, index) => {
      if (eventType !== "RESUME" || index < 2) return [];
      const before = journal.slice(0, index).findLastIndex((entry) => entry.eventType === "PAUSE");
      const left = journal[before - 1]?.stateAfter;
      return left === stateAfter ? [] : [`RESUME went to ${stateAfter}, PAUSE had left ${left}`];
    }),
};

interface HeraldContext {
  readonly said: number;
}

interface StairsContext {
  readonly steps: number;
  readonly asked: number;
}

const STEPS = 5;

const stairsMachine = machineOf(
  {
    id: "stairs",
    context: { ...nothingDone, steps: 0, asked: 0 },
    initial: "landing",
    states: {
      landing: {
        tags: "forward",
        on: {
          CLIMB: {
            target: "climbing",
            actions: assign(({ context }: { context: StairsContext }) => ({
              asked: context.asked + 1,
            })),
          },
          STOP: "top",
        },
      },
      climbing: {
        always: [
          {
            guard: ({ context }: { context: StairsContext }) =>
              context.steps < STEPS * context.asked,
            target: "climbing",
            reenter: true,
            actions: assign(({ context }: { context: StairsContext }) => ({
              steps: context.steps + 1,
            })),
          },
          { target: "counting" },
        ],
      },
      counting: step({ src: "countSteps", done: "#stairs.landing", failed: "#stairs.landing" }),
      top: { type: "final", tags: "completed" },
    },
  },
  ["countSteps"],
);

/** Chains of transitions that need no event. */
export const stairs: Role = {
  name: "stairs",
  define: (perform) => sagaOf("stairs", stairsMachine, { perform }),
  input: {},
  outputs: {},
  lines: () => [0, 1_000, 2_500].map((atMs) => line({ type: "CLIMB" }, [atMs, atMs + 2_000])),
  closing: [{ type: "STOP" }],
  rules: [],
  judge: ({ context }) => {
    const { steps, asked } = context as unknown as StairsContext;
    return steps === STEPS * asked
      ? []
      : [`${steps} steps were climbed, ${asked} times asked for ${STEPS}`];
  },
};

const heraldMachine = machineOf(
  {
    id: "herald",
    context: { ...nothingDone, said: 0 },
    initial: "standing",
    states: {
      standing: {
        tags: "forward",
        on: {
          SAY: {
            actions: [
              assign(({ context }: { context: HeraldContext }) => ({ said: context.said + 1 })),
              {
                type: "tell",
                params: ({ context }: { context: HeraldContext }) => ({ n: context.said }),
              },
            ],
          },
          STOP: "gone",
        },
      },
      gone: { type: "final", tags: "completed" },
    },
  },
  [],
  { tell: () => {} },
);

/** Actions of the author's own, each after its commit. */
export const herald: Role = {
  name: "herald",
  define: (perform, act) =>
    sagaOf("herald", heraldMachine, { perform, more: { actions: { tell: act("tell") } } }),
  input: {},
  outputs: {},
  lines: () => [0, 300, 2_000, 5_000].map((atMs) => line({ type: "SAY" }, [atMs, atMs + 2_000])),
  closing: [{ type: "STOP" }],
  rules: [],
};

/** Events that come while nobody takes them are kept, in their order. */
export const desk: Role = {
  name: "desk",
  define: () => defineDesk(),
  input: {},
  outputs: {},
  lines: () => [
    line({ type: "OPEN" }, [500, 5_000]),
    ...[1, 2, 3, 4].map((n) => line({ type: "ITEM", n }, [n * 400, n * 400 + 1_500])),
    line({ type: "CLOSE" }, [2_000, 6_000], 0.5),
    line({ type: "OPEN" }, [6_000, 7_000]),
  ],
  closing: [{ type: "OPEN" }, { type: "LEAVE" }],
  rules: [],
  judge: ({ context, journal }) => {
    const came = journal.filter(({ eventType }) => eventType === "ITEM").length;
    const taken = (context as { taken: readonly number[] }).taken.length;
    return came >= taken ? [] : [`${taken} items were taken of ${came} that came`];
  },
};
