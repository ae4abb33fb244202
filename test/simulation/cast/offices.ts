/** Sagas that lean on what a process does beside activities: rows in its own database, room under a limit, live actors. */
import { assign, createMachine } from "xstate";
import type { AnyEventObject } from "xstate";
import { machineOf, sagaOf } from "./purchases.ts";
import { line } from "./role.ts";
import type { Ended, Role } from "./role.ts";
import { nothingDone, step, stepActions, stepGuards } from "./step.ts";

const tillMachine = machineOf(
  {
    id: "till",
    context: nothingDone,
    initial: "open",
    states: {
      open: { tags: "forward", on: { SELL: "selling", CLOSE: "closed" } },
      selling: step({
        src: "ring",
        done: "#till.open",
        failed: "#till.open",
        on: { CANCEL: "#till.open" },
      }),
      closed: { type: "final", tags: "completed" },
    },
  },
  ["ring"],
);

/** What it does is rows in the database of the store: as many as it was told of. */
export const till: Role = {
  name: "till",
  define: (perform, _act, { transact }) =>
    sagaOf("till", tillMachine, { perform, more: { activities: { ring: transact() } } }),
  input: {},
  outputs: {},
  lines: () => [
    ...[0, 500, 2_000, 4_000].map((atMs) => line({ type: "SELL" }, [atMs, atMs + 3_000])),
    line({ type: "CANCEL" }, [500, 5_000], 0.5),
  ],
  closing: [{ type: "CLOSE" }],
  rules: [],
};

const LINES = ["a", "b", "c"];

const exchangeMachine = machineOf(
  {
    id: "exchange",
    context: nothingDone,
    initial: "connecting",
    states: {
      connecting: {
        type: "parallel",
        states: Object.fromEntries(
          LINES.map((each) => {
            const [done, failed] = [`#exchange.connecting.${each}.over`, "#exchange.closed"];
            const calling = step({ id: `call-${each}`, src: "call", done, failed });
            const over = { type: "final", tags: "forward" };
            return [each, { initial: "calling", states: { calling, over } }];
          }),
        ),
        onDone: "closed",
      },
      closed: { type: "final", tags: "completed" },
    },
  },
  ["call"],
);

/** There is one line for all calls of all instances. */
export const exchange: Role = {
  name: "exchange",
  define: (perform) =>
    sagaOf("exchange", exchangeMachine, {
      perform,
      more: { limits: { activities: { call: { key: () => "line", atOnce: 1 } } } },
    }),
  input: {},
  outputs: {},
  atOnce: { call: 1 },
  lines: () => [],
  closing: [],
  rules: [],
};

interface ListenerContext {
  readonly heard: readonly number[];
}

const HEARD_MAX = 3;

/** Hears numbered events of a callback, each with the number of the callback that sent it. */
export const listener: Role = {
  name: "listener",
  define: (perform, _act, { callback }) => {
    const hear = assign(
      ({ context, event }: { context: ListenerContext; event: AnyEventObject }) => ({
        heard: [...context.heard, Number(event["host"])],
      }),
    );
    const machine = createMachine(
      {
        id: "listener",
        context: { ...nothingDone, heard: [] },
        initial: "listening",
        states: {
          listening: {
            tags: "forward",
            invoke: { id: "line", src: "line", onError: "away" },
            on: {
              TICK: [
                { guard: "isEnough", target: "content", actions: "hear" },
                { actions: "hear" },
              ],
              LEAVE: "away",
            },
          },
          away: { tags: "forward", on: { BACK: "listening", TICK: { actions: "hear" } } },
          content: { type: "final", tags: "completed" },
        },
      } as never,
      {
        actions: { ...stepActions, hear } as never,
        guards: {
          ...stepGuards,
          isEnough: ({ context }: { context: ListenerContext }) =>
            context.heard.length >= HEARD_MAX - 1,
        } as never,
        actors: { line: callback() },
      },
    );
    return sagaOf("listener", machine, { perform, more: { activities: {} } });
  },
  input: {},
  outputs: {},
  lines: () => [
    line({ type: "LEAVE" }, [200, 3_000], 0.7),
    line({ type: "BACK" }, [600, 6_000], 0.7),
  ],
  closing: [{ type: "BACK" }],
  rules: [],
  judge: ({ context, journal }: Ended) => {
    const { heard } = context as unknown as ListenerContext;
    const wrong: string[] = [];
    if (heard.some((host, index) => host < (heard[index - 1] ?? 0))) {
      wrong.push(`it heard a callback that others had followed: ${heard.join(" ")}`);
    }
    const ticks = journal.filter(({ eventType }) => eventType === "TICK");
    if (ticks.some(({ stateAfter }) => stateAfter === "away")) {
      wrong.push("it heard a callback that it had left");
    }
    return wrong;
  },
};
