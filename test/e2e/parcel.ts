/** A small saga that the browser tests move by hand: a step that retries, a timer, and an undo that gets stuck. */
import { assign, setup } from "xstate";
import { z } from "zod";
import { activity, defineSaga } from "../../src/index.ts";
import type { Deferred } from "../fixtures/world.ts";
import { deferred } from "../fixtures/world.ts";

type ParcelEvent =
  | { type: "PACKED"; weightGrams: number }
  | { type: "LOST" }
  | { type: "saga.retry"; reason?: string | undefined }
  | { type: "saga.cancel"; reason?: string | undefined };

const machine = setup({
  types: {
    context: {} as { name: string; weightGrams: number; attempt: number },
    input: {} as { name: string },
    events: {} as ParcelEvent,
  },
  actors: { carry: activity<undefined, void>(), fetchBack: activity<undefined, void>() },
  actions: {
    weigh: assign({
      weightGrams: ({ event }) => (event.type === "PACKED" ? event.weightGrams : 0),
    }),
    count: assign({ attempt: ({ context }) => context.attempt + 1 }),
  },
  delays: { backoff: 40 },
}).createMachine({
  id: "parcel",
  context: ({ input }) => ({ name: input.name, weightGrams: 0, attempt: 0 }),
  initial: "packing",
  states: {
    packing: {
      tags: "forward",
      description: "Somebody packs it.",
      on: { PACKED: { target: "carrying", actions: "weigh" }, LOST: "undoing" },
      after: { 3_600_000: "undoing" },
    },
    carrying: {
      initial: "attempting",
      states: {
        attempting: {
          tags: "forward",
          entry: "count",
          invoke: {
            id: "carry",
            src: "carry",
            input: undefined,
            onDone: "#parcel.delivered",
            onError: "backingOff",
          },
        },
        backingOff: { tags: "retrying", after: { backoff: "attempting" } },
      },
      on: { "saga.cancel": "undoing" },
    },
    undoing: {
      initial: "attempting",
      states: {
        attempting: {
          tags: "compensating",
          invoke: {
            id: "fetchBack",
            src: "fetchBack",
            input: undefined,
            onDone: "#parcel.undone",
            onError: "stuck",
          },
        },
        stuck: { tags: "stuck", on: { "saga.retry": "attempting" } },
      },
    },
    delivered: { type: "final", tags: "completed" },
    undone: { type: "final", tags: "compensated" },
  },
});

/** Attempts that began and have not ended, by activity, oldest first. */
export const attempts: Record<"carry" | "fetchBack", Deferred<void>[]> = {
  carry: [],
  fetchBack: [],
};

function waits(name: keyof typeof attempts): () => Promise<void> {
  return () => {
    const attempt = deferred<void>();
    attempts[name].push(attempt);
    return attempt.promise;
  };
}

export const parcelSaga = defineSaga({
  name: "parcel",
  version: 1,
  machine,
  activities: { carry: waits("carry"), fetchBack: waits("fetchBack") },
  compensations: { carry: "fetchBack" },
  input: z.object({ name: z.string().min(1) }),
  events: { PACKED: z.object({ weightGrams: z.number().int().positive() }) },
});
