/** Actors that live in the process: callbacks and observables; and transition functions, which need none. */
import {
  assign,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromTransition,
  log,
  sendTo,
  setup,
  stopChild,
} from "xstate";
import type {
  AnyEventObject,
  CallbackActorLogic,
  ObservableActorLogic,
  Subscribable,
} from "xstate";
import { say, send, unlike } from "../case.ts";
import type { Construct } from "../case.ts";
import { keeping } from "./keeping.ts";
import type { Stage } from "../stage.ts";

type Said = { readonly next: unknown } | { readonly error: unknown } | "complete";

/** A callback that says what the script lets it say, and notes what it hears. */
function callback(
  stage: Stage,
  actor: string,
): CallbackActorLogic<AnyEventObject, { name: string } | undefined> {
  return fromCallback(({ sendBack, receive }) => {
    stage.hear(actor, (event: AnyEventObject) => sendBack(event));
    receive((event) => stage.note(actor, "hears", event.type));
  });
}

/** An observable that says what the script lets it say. */
function source<Value>(stage: Stage, actor: string): Subscribable<Value> {
  return {
    subscribe(observer: unknown) {
      const { next, error, complete } = observer as Record<
        "next" | "error" | "complete",
        ((value?: unknown) => void) | undefined
      >;
      let isOpen = true;
      stage.hear(actor, (said: Said) => {
        if (!isOpen) return;
        if (said === "complete") complete?.();
        else if ("next" in said) next?.(said.next);
        else error?.(said.error);
      });
      return { unsubscribe: () => void (isOpen = false) };
    },
  };
}

function observable(stage: Stage, actor: string): ObservableActorLogic<unknown, unknown> {
  return fromObservable(() => source<unknown>(stage, actor));
}

export const liveActors: readonly Construct[] = [
  {
    construct: "callback actors",
    note: "hosted by the process while their state is active, and started again after a restart",
    cases: [
      {
        claim: "what a callback sends back is an event of the machine",
        machine: (stage) =>
          setup({ ...keeping, actors: { ticker: callback(stage, "k") } }).createMachine({
            context: { seen: [] },
            invoke: { id: "k", src: "ticker" },
            on: {
              TICK: {
                actions: assign({
                  seen: ({ context, event }) => [...context.seen, event["n"] as unknown],
                }),
              },
            },
          }),
        script: [say("k", { type: "TICK", n: 1 }), say("k", { type: "TICK", n: 2 })],
      },
      {
        claim: "a callback hears what it is sent",
        machine: (stage) =>
          setup({ actors: { ticker: callback(stage, "k") } }).createMachine({
            invoke: { id: "k", src: "ticker" },
            on: { GO: { actions: [sendTo("k", { type: "ONE" }), sendTo("k", { type: "TWO" })] } },
          }),
        script: [send("GO"), send("GO")],
      },
      {
        claim: "a callback whose state was left is heard no more",
        machine: (stage) =>
          setup({ ...keeping, actors: { ticker: callback(stage, "k") } }).createMachine({
            context: { seen: [] },
            initial: "a",
            on: { TICK: { actions: "keep" } },
            states: { a: { invoke: { id: "k", src: "ticker" }, on: { GO: "b" } }, b: {} },
          }),
        script: [say("k", { type: "TICK" }), send("GO"), say("k", { type: "TICK" })],
      },
      {
        claim: "a callback of a state that is entered again is another one",
        machine: (stage) =>
          setup({ ...keeping, actors: { ticker: callback(stage, "k") } }).createMachine({
            context: { seen: [] },
            initial: "a",
            on: { TICK: { actions: "keep" } },
            states: {
              a: { invoke: { id: "k", src: "ticker" }, on: { GO: "b" } },
              b: { on: { BACK: "a" } },
            },
          }),
        script: [send("GO"), send("BACK"), say("k", { type: "TICK" })],
      },
      {
        claim: "what a callback says may lead out of its own state",
        machine: (stage) =>
          setup({ actors: { ticker: callback(stage, "k") } }).createMachine({
            initial: "a",
            states: { a: { invoke: { id: "k", src: "ticker" }, on: { DONE: "b" } }, b: {} },
          }),
        script: [say("k", { type: "DONE" }), say("k", { type: "DONE" })],
      },
      {
        claim: "a spawned callback is stopped by stopChild",
        machine: (stage) =>
          setup({ ...keeping, actors: { ticker: callback(stage, "k") } }).createMachine({
            context: ({ spawn }) => {
              spawn("ticker", { id: "k" });
              return { seen: [] };
            },
            on: {
              TICK: { actions: "keep" },
              STOP: { actions: stopChild("k") },
            },
          }),
        script: [say("k", { type: "TICK" }), send("STOP"), say("k", { type: "TICK" })],
      },
      {
        claim: "a child machine's callback speaks to the child",
        machine: (stage) => {
          const child = setup({
            ...keeping,
            actors: { ticker: callback(stage, "k") },
          }).createMachine({
            context: { seen: [] },
            invoke: { id: "k", src: "ticker" },
            on: { TICK: { actions: "keep" } },
          });
          return setup({ actors: { child } }).createMachine({ invoke: { id: "c", src: "child" } });
        },
        script: [say("k", { type: "TICK" })],
      },
    ],
  },
  {
    construct: "observable actors",
    note: "hosted like callbacks: after a restart they are subscribed to again",
    cases: [
      {
        claim: "onSnapshot takes each value",
        machine: (stage) =>
          setup({ ...keeping, actors: { prices: observable(stage, "o") } }).createMachine({
            context: { seen: [] },
            invoke: {
              id: "o",
              src: "prices",
              onSnapshot: {
                guard: ({ event }) => event.snapshot.context !== undefined,
                actions: assign({
                  seen: ({ context, event }) => [...context.seen, event.snapshot.context],
                }),
              },
            },
          }),
        script: [say("o", { next: 1 }), say("o", { next: { price: 2 } })],
      },
      {
        claim: "onSnapshot hears of the beginning, before there is a value",
        machine: (stage) =>
          setup({ ...keeping, actors: { prices: observable(stage, "o") } }).createMachine({
            context: { seen: [] },
            invoke: {
              id: "o",
              src: "prices",
              onSnapshot: {
                actions: assign({
                  seen: ({ context, event }) => [...context.seen, event.snapshot.context],
                }),
              },
            },
          }),
        script: [say("o", { next: 1 })],
        differs: {
          only: "killed",
          why: "each restart subscribes anew, and that beginning is told of as well",
          in: [unlike(1, "context", { seen: [undefined, 1] }, { seen: [undefined, undefined, 1] })],
        },
      },
      {
        claim: "its completion is onDone",
        machine: (stage) =>
          setup({ actors: { prices: observable(stage, "o") } }).createMachine({
            initial: "a",
            states: { a: { invoke: { id: "o", src: "prices", onDone: "b" } }, b: {} },
          }),
        script: [say("o", { next: 1 }), say("o", "complete")],
      },
      {
        claim: "its error is onError",
        machine: (stage) =>
          setup({ ...keeping, actors: { prices: observable(stage, "o") } }).createMachine({
            context: { seen: [] },
            initial: "a",
            states: {
              a: {
                invoke: {
                  id: "o",
                  src: "prices",
                  onError: {
                    target: "b",
                    actions: assign({
                      seen: ({ context, event }) => [...context.seen, event.error],
                    }),
                  },
                },
              },
              b: {},
            },
          }),
        script: [say("o", { error: new Error("no prices") })],
      },
      {
        claim: "an observable of events sends them to its parent",
        machine: (stage) =>
          setup({
            actors: { clicks: fromEventObservable(() => source<AnyEventObject>(stage, "o")) },
          }).createMachine({
            invoke: { id: "o", src: "clicks" },
            on: { CLICK: { actions: log(({ event }) => event["n"] as number) } },
          }),
        script: [
          say("o", { next: { type: "CLICK", n: 1 } }),
          say("o", { next: { type: "CLICK", n: 2 } }),
        ],
      },
      {
        claim: "an observable whose state was left is heard no more",
        machine: (stage) =>
          setup({
            actors: { clicks: fromEventObservable(() => source<AnyEventObject>(stage, "o")) },
          }).createMachine({
            initial: "a",
            on: { CLICK: { actions: log("click") } },
            states: { a: { invoke: { id: "o", src: "clicks" }, on: { GO: "b" } }, b: {} },
          }),
        script: [send("GO"), say("o", { next: { type: "CLICK" } })],
      },
    ],
  },
  {
    construct: "transition actors (`fromTransition`)",
    note: "moved within the steps of their parent",
    cases: [
      {
        claim: "its state is kept, and told by onSnapshot",
        machine: () =>
          setup({
            ...keeping,
            actors: {
              sum: fromTransition(
                (state: { n: number }, event: { type: string; by?: number }) => ({
                  n: state.n + (event.by ?? 1),
                }),
                { n: 0 },
              ),
            },
          }).createMachine({
            context: { seen: [] },
            invoke: {
              id: "s",
              src: "sum",
              onSnapshot: {
                actions: assign({
                  seen: ({ context, event }) => [...context.seen, event.snapshot.context.n],
                }),
              },
            },
            on: {
              ADD: {
                actions: sendTo("s", ({ event }) => ({ type: "add", by: event["by"] as number })),
              },
            },
          }),
        script: [send({ type: "ADD", by: 2 }), send({ type: "ADD", by: 40 })],
      },
      {
        claim: "it begins with what its input makes",
        machine: () =>
          setup({
            ...keeping,
            actors: {
              sum: fromTransition(
                (state: { n: number }, _event: { type: string }) => ({ n: state.n + 1 }),
                ({ input }: { input: { from: number } }) => ({ n: input.from }),
              ),
            },
          }).createMachine({
            context: { seen: [] },
            initial: "a",
            states: {
              a: {
                invoke: {
                  id: "s",
                  src: "sum",
                  input: { from: 10 },
                  onSnapshot: {
                    actions: assign({
                      seen: ({ context, event }) => [...context.seen, event.snapshot.context.n],
                    }),
                  },
                },
                on: { ADD: { actions: sendTo("s", { type: "add" }) }, GO: "b" },
              },
              b: { on: { BACK: "a" } },
            },
          }),
        script: [send("ADD"), send("ADD"), send("GO"), send("BACK"), send("ADD")],
      },
    ],
  },
];
