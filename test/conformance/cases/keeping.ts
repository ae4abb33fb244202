import { assign } from "xstate";

/** Keeps the events that it sees, in order: their `n`, if they have one, or their types. */
export const keeping = {
  types: { context: {} as { seen: unknown[] } },
  actions: {
    // Fits into a machine of any actors.
    keep: assign<{ seen: unknown[] }, { type: string; n?: unknown }, undefined, never, never>({
      seen: ({ context, event }) => [...context.seen, event.n ?? event.type],
    }) as never,
  },
};
