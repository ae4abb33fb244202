/** What context, events, inputs and outputs may hold: all that comes back as the same from the file. */
import { assign, setup } from "xstate";
import type { AnyStateMachine } from "xstate";
import { send, unlike } from "../case.ts";
import type { Case, Construct } from "../case.ts";

/** Keeps what the event brings, and hands it from one field to the next with every further event. */
function keeper(): AnyStateMachine {
  return setup({ types: { context: {} as { now: unknown; before: unknown } } }).createMachine({
    context: { now: null, before: null },
    initial: "a",
    states: {
      a: {
        on: {
          KEEP: {
            actions: assign(({ context, event }) => ({
              now: event["it"] as unknown,
              before: context.now,
            })),
          },
          END: "b",
        },
      },
      b: { type: "final" },
    },
    output: ({ context }) => context.before,
  });
}

function aFunction(): void {}

function kept(what: string, value: () => unknown): Case {
  return {
    claim: `${what} in context, event and output`,
    machine: keeper,
    script: [
      send({ type: "KEEP", it: value() }),
      send({ type: "KEEP", it: { inside: [value()] } }),
      send({ type: "KEEP", it: null }),
      send("END"),
    ],
  };
}

export const context: readonly Construct[] = [
  {
    construct: "context",
    cases: [
      kept("text, numbers, booleans and null", () => ["ä€😀\u0000", 1.5, -1e300, true, null]),
      kept("undefined", () => undefined),
      kept("undefined in objects and arrays", () => ({ a: undefined, b: [undefined, 1] })),
      kept("NaN, infinities and minus zero", () => [Number.NaN, Infinity, -Infinity, -0]),
      kept("a big integer", () => 2n ** 100n),
      kept("a date, also an invalid one", () => [new Date(1e12), new Date(Number.NaN)]),
      kept(
        "a map with keys of all kinds",
        () =>
          new Map<unknown, unknown>([
            [1, { a: 1 }],
            ["1", 2],
            [null, undefined],
          ]),
      ),
      kept("a set", () => new Set<unknown>([1, "1", null, undefined])),
      kept("an error with its cause and fields", () =>
        Object.assign(new Error("outer", { cause: new Error("inner") }), { code: 42 }),
      ),
      kept("keys that look like marks of the format", () => ({ $t: "date", $$t: 1, is: 0 })),
      {
        claim: "context is computed from the input",
        machine: () =>
          setup({
            types: { context: {} as { n: number }, input: {} as { n: number } },
          }).createMachine({ context: ({ input }) => ({ n: input.n * 2 }) }),
        input: { n: 21 },
        script: [],
      },
      {
        claim: "an input may hold what a context may",
        machine: () =>
          setup({ types: { context: {} as { got: unknown } } }).createMachine({
            context: ({ input }) => ({ got: input }),
            on: { GO: {} },
          }),
        input: { at: new Date(5), nothing: undefined, set: new Set([1n]) },
        script: [send("GO")],
      },
      {
        claim: "self.id is that of the instance",
        machine: () =>
          setup({ types: { context: {} as { id: string } } }).createMachine({
            context: ({ self }) => ({ id: self.id }),
            on: { ASK: { actions: assign({ id: ({ self }) => `${self.id} again` }) } },
          }),
        script: [send("ASK")],
      },
      {
        claim: "the same object in two places",
        machine: () =>
          setup({
            types: { context: {} as { a: { n: number }; b: { n: number }; same: boolean } },
          }).createMachine({
            context: () => {
              const shared = { n: 1 };
              return { a: shared, b: shared, same: true };
            },
            on: { LOOK: { actions: assign({ same: ({ context: now }) => now.a === now.b }) } },
          }),
        script: [send("LOOK")],
        differs: {
          only: "killed",
          why: "an object that stands in two places comes back as two objects, equal and apart",
          in: [
            unlike(
              1,
              "context",
              { a: { n: 1 }, b: { n: 1 }, same: true },
              { a: { n: 1 }, b: { n: 1 }, same: false },
            ),
          ],
        },
      },
      {
        claim: "a function in the context",
        machine: keeper,
        script: [send({ type: "KEEP", it: 1 }), send({ type: "KEEP", it: aFunction })],
        differs: {
          why: "an event with what cannot be stored is refused with `SAGA_CONTEXT_NOT_SERIALIZABLE`, which names the place",
          in: [unlike(2, "context", { now: aFunction, before: 1 }, { now: 1, before: null })],
        },
      },
      {
        claim: "an assign that throws",
        machine: () =>
          setup({ types: { context: {} as { n: number } } }).createMachine({
            context: { n: 1 },
            on: {
              GO: {
                actions: [
                  assign({ n: 2 }),
                  assign(() => {
                    throw new Error("bad assign");
                  }),
                ],
              },
            },
          }),
        script: [send("GO")],
        differs: {
          why: "the event is refused with `SAGA_TRANSITION_FAILED` and the instance stays as it was; live, the actor is lost",
          in: [
            unlike(1, "status", "error", "active"),
            unlike(1, "error", new Error("bad assign"), undefined),
          ],
        },
      },
    ],
  },
];
