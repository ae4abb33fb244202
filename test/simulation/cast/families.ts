/** Sagas of several instances: a parent with a child that works for it, and two that write to each other. */
import { assign, createMachine, sendParent, sendTo } from "xstate";
import type { AnyEventObject, AnyStateMachine } from "xstate";
import { machineOf, sagaOf } from "./purchases.ts";
import { line } from "./role.ts";
import type { Ended, Perform, Role } from "./role.ts";
import { nothingDone, step, stepActions, stepGuards } from "./step.ts";

/** The machine with a machine as its child. */
function withChild(config: object, child: AnyStateMachine): AnyStateMachine {
  return createMachine(config as never, {
    actions: stepActions as never,
    guards: stepGuards as never,
    actors: { child },
  });
}

const workerMachine = machineOf(
  {
    id: "worker",
    context: nothingDone,
    initial: "working",
    states: {
      working: step({ src: "work", done: "#worker.reporting", failed: "#worker.gaveUp" }),
      reporting: { tags: "forward", entry: sendParent({ type: "WORKED" }), after: { 300: "done" } },
      done: { type: "final", tags: "completed" },
      gaveUp: { type: "final", tags: "failed" },
    },
    output: { isDone: true },
  },
  ["work"],
);

interface HeardContext {
  readonly heard: number;
}

const bossMachine = withChild(
  {
    id: "boss",
    context: { ...nothingDone, heard: 0 },
    initial: "waiting",
    on: {
      WORKED: {
        actions: assign(({ context }: { context: HeardContext }) => ({ heard: context.heard + 1 })),
      },
    },
    states: {
      waiting: {
        tags: "forward",
        invoke: { id: "child", src: "child", onDone: "satisfied", onError: "satisfied" },
        on: { AGAIN: { target: "waiting", reenter: true }, FIRE: "fired" },
      },
      satisfied: { tags: "forward", on: { AGAIN: "waiting", STOP: "home" } },
      fired: { tags: "forward", on: { STOP: "home" } },
      home: { type: "final", tags: "completed" },
    },
  },
  workerMachine,
);

/** A child machine that is left, and begun again. */
export const boss: Role = {
  name: "boss",
  define: (perform) =>
    sagaOf("boss", bossMachine, {
      perform,
      more: { children: { child: { name: "worker", activities: { work: perform("work") } } } },
    }),
  input: {},
  outputs: {},
  lines: () => [
    line({ type: "AGAIN" }, [20, 1_500], 0.6),
    line({ type: "AGAIN" }, [1_000, 4_000], 0.6),
    line({ type: "FIRE" }, [500, 6_000], 0.3),
  ],
  closing: [{ type: "STOP" }],
  rules: [],
  judge: ({ context, journal }: Ended) => {
    const { heard } = context as unknown as HeardContext;
    const told = journal.filter(({ eventType }) => eventType === "WORKED").length;
    return heard <= told ? [] : [`it counts ${heard} of ${told} messages`];
  },
};

interface LetterContext {
  readonly sent: number;
  readonly numbers: readonly number[];
}

type LetterFacts = { readonly context: LetterContext; readonly event: AnyEventObject };

const keepNumber = assign(({ context, event }: LetterFacts) => ({
  numbers: [...context.numbers, Number(event["n"])],
}));

const friendMachine = machineOf(
  {
    id: "friend",
    context: { ...nothingDone, numbers: [] },
    initial: "writing",
    states: {
      writing: {
        tags: "forward",
        on: {
          LETTER: {
            actions: [
              keepNumber,
              sendParent(({ event }: LetterFacts) => ({ type: "REPLY", n: Number(event["n"]) })),
            ],
          },
          BYE: "gone",
        },
      },
      gone: { type: "final", tags: "completed" },
    },
    output: ({ context }: LetterFacts) => ({ numbers: context.numbers }),
  },
  [],
);

const LETTERS = 3;

/** Sends so many letters at once, numbered on. */
const write = Array.from({ length: LETTERS }, (_, index) =>
  sendTo("child", ({ context }: LetterFacts) => ({ type: "LETTER", n: context.sent + index + 1 })),
);

const writerMachine = withChild(
  {
    id: "writer",
    context: { ...nothingDone, sent: 0, numbers: [], theirs: [] },
    initial: "corresponding",
    states: {
      corresponding: {
        tags: "forward",
        invoke: {
          id: "child",
          src: "child",
          onError: "alone",
          onDone: {
            target: "done",
            actions: assign(
              ({ event }: { event: { output?: { numbers: readonly number[] } } }) => ({
                theirs: event.output?.numbers ?? [],
              }),
            ),
          },
        },
        on: {
          WRITE: {
            actions: [
              ...write,
              assign(({ context }: LetterFacts) => ({ sent: context.sent + LETTERS })),
            ],
          },
          REPLY: { actions: keepNumber },
          STOP: { actions: sendTo("child", { type: "BYE" }) },
        },
      },
      done: { type: "final", tags: "completed" },
      alone: { type: "final", tags: "failed" },
    },
  },
  friendMachine,
);

function isInOrder(numbers: readonly number[]): boolean {
  return numbers.every((n, index) => n === index + 1);
}

/** Messages to and fro, which arrive once and in their order. */
export const writer: Role = {
  name: "writer",
  define: (perform: Perform) =>
    sagaOf("writer", writerMachine, {
      perform,
      more: { children: { child: { name: "friend", activities: {} } } },
    }),
  input: {},
  outputs: {},
  lines: () => [0, 400, 2_000].map((atMs) => line({ type: "WRITE" }, [atMs, atMs + 3_000], 0.8)),
  closing: [{ type: "STOP" }],
  rules: [],
  judge: ({ context }) => {
    const { sent, numbers, theirs } = context as unknown as LetterContext & {
      theirs: readonly number[];
    };
    const wrong: string[] = [];
    if (!isInOrder(theirs) || theirs.length !== sent) {
      wrong.push(`${sent} letters were written, and [${theirs.join(" ")}] were read`);
    }
    if (!isInOrder(numbers) || numbers.length !== sent) {
      wrong.push(`${sent} letters were written, and replies came to [${numbers.join(" ")}]`);
    }
    return wrong;
  },
};
