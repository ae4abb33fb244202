/** A step of a saga for simulations: tried three times, with a timeout for each attempt. */
import { assign } from "xstate";
import type { AnyEventObject } from "xstate";

const TRIES_MAX = 3;
const TIMEOUT_MS = 1_500;
const BACKOFF_MS = 200;

export interface StepContext {
  readonly tries: number;
  /** Which attempts the chart has taken an answer of, in order. */
  readonly taken: readonly string[];
}

export const nothingDone: StepContext = { tries: 0, taken: [] };

interface StepFacts {
  readonly context: StepContext;
  readonly event: AnyEventObject;
}

/** Which attempt the answer is of. */
function byOf(event: AnyEventObject): string {
  return (event["output"] as { by?: string } | undefined)?.by ?? "nobody";
}

export const stepActions = {
  begin: assign({ tries: 0 }),
  count: assign({ tries: ({ context }: StepFacts) => context.tries + 1 }),
  take: assign({
    taken: ({ context, event }: StepFacts) => [...context.taken, byOf(event)],
  }),
};

export const stepGuards = {
  canRetry: ({ context }: StepFacts) => context.tries < TRIES_MAX,
};

/** A compound state that performs `src` and then goes to `done`; or to `failed`, whatever has become of it. */
export function step(options: {
  /** By default its `src`. */
  readonly id?: string;
  readonly src: string;
  readonly done: string;
  readonly failed: string;
  readonly tag?: "forward" | "compensating";
  readonly on?: object;
}): object {
  const { src, id = src, done, failed, tag = "forward", on = {} } = options;
  const again = [{ guard: "canRetry", target: "backingOff" }, { target: failed }];
  return {
    initial: "attempting",
    entry: "begin",
    on,
    states: {
      attempting: {
        tags: tag,
        entry: "count",
        invoke: {
          id,
          src,
          input: {},
          onDone: { target: done, actions: "take" },
          onError: again,
        },
        after: { [TIMEOUT_MS]: again },
      },
      backingOff: { tags: "retrying", after: { [BACKOFF_MS]: "attempting" } },
    },
  };
}

/** Where a compensation waits for a person. */
export function stuck(target: string): object {
  return { tags: "stuck", on: { "saga.retry": target } };
}
