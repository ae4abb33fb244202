/** Charts that several tests of the pure folder walk on. */
import { assign, cancel, raise, setup, spawnChild, stopChild } from "xstate";
import { activity } from "../../src/saga/define.ts";

/** One step as the house draws it: attempt, back off, attempt; then enter the step anew, or end. */
export const invoking = setup({
  types: { events: {} as { type: "AGAIN" } | { type: "GIVE_UP" } },
  actors: { work: activity<{ n: number }, string | undefined>() },
  delays: { timeout: 5_000, backoff: 100 },
}).createMachine({
  id: "m",
  initial: "working",
  states: {
    working: {
      initial: "attempting",
      on: { AGAIN: { target: "working", reenter: true }, GIVE_UP: "failed" },
      states: {
        attempting: {
          tags: "forward",
          invoke: {
            id: "work",
            src: "work",
            input: { n: 1 },
            onDone: "done",
            onError: "backingOff",
          },
          after: { timeout: "backingOff" },
        },
        backingOff: { tags: "retrying", after: { backoff: "attempting" } },
        done: { type: "final" },
      },
      onDone: "completed",
    },
    completed: { type: "final", tags: "completed" },
    failed: { type: "final", tags: "failed" },
  },
});

interface Log {
  log: string;
  isOpen: boolean;
}

/** All that a stored value could lose: regions, both kinds of history, nested ends, spawned children, timers. */
export const rich = setup({
  types: { context: {} as Log, events: {} as { type: string } },
  actors: { work: activity<{ log: string }, string>(), side: activity<number, void>() },
  actions: { log: assign(({ context }, text: string) => ({ log: context.log + text })) },
  delays: { backoff: ({ context }) => context.log.length * 10 },
}).createMachine({
  id: "rich",
  context: { log: "", isOpen: false },
  type: "parallel",
  on: {
    OPEN: { actions: assign({ isOpen: true }) },
    CLOSE: { actions: assign({ isOpen: false }) },
  },
  states: {
    steps: {
      initial: "first",
      on: { PAUSE: ".paused", RESET: ".first" },
      states: {
        first: {
          initial: "attempting",
          states: {
            attempting: {
              tags: "forward",
              invoke: {
                id: "work",
                src: "work",
                input: ({ context }) => ({ log: context.log }),
                onDone: { target: "done", actions: { type: "log", params: "d" } },
                onError: { target: "backingOff", actions: { type: "log", params: "e" } },
              },
              after: { 5000: { target: "backingOff", actions: { type: "log", params: "t" } } },
            },
            backingOff: { tags: "retrying", after: { backoff: "attempting" } },
            done: { type: "final" },
            recent: { type: "history" },
          },
          onDone: "second",
        },
        second: {
          initial: "outer",
          states: {
            outer: {
              initial: "a",
              states: {
                a: { tags: "forward", on: { NEXT: "b" } },
                b: { tags: "forward", on: { NEXT: "a" } },
              },
            },
            deep: { type: "history", history: "deep" },
          },
        },
        paused: {
          tags: "forward",
          on: { SHALLOW: "first.recent", DEEP: "second.deep", SECOND: "second" },
        },
      },
    },
    left: {
      initial: "x",
      on: { BOTH: { actions: { type: "log", params: "L" } } },
      states: {
        x: { tags: "forward", on: { MOVE: "y" } },
        y: {
          tags: "forward",
          always: {
            guard: ({ context }) => context.isOpen,
            target: "x",
            actions: { type: "log", params: "l" },
          },
        },
      },
    },
    right: {
      initial: "y",
      on: { BOTH: { actions: { type: "log", params: "R" } } },
      states: {
        x: { tags: "forward", on: { BACK: "y" } },
        y: {
          tags: "forward",
          always: {
            guard: ({ context }) => context.isOpen,
            target: "x",
            actions: { type: "log", params: "r" },
          },
        },
      },
    },
    children: {
      tags: "forward",
      on: {
        SPAWN: {
          actions: [spawnChild("side", { id: "side", input: 1 }), { type: "log", params: "s" }],
        },
        STOP: { actions: stopChild("side") },
        REMIND: { actions: raise({ type: "BOTH" }, { delay: 50, id: "reminder" }) },
        FORGET: { actions: cancel("reminder") },
      },
    },
  },
});

export const richEvents = [
  "PAUSE",
  "RESET",
  "NEXT",
  "SHALLOW",
  "DEEP",
  "SECOND",
  "BOTH",
  "MOVE",
  "BACK",
  "OPEN",
  "CLOSE",
  "SPAWN",
  "STOP",
  "REMIND",
  "FORGET",
] as const;
