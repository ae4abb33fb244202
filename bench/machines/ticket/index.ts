/** A saga that waits: it takes notes for as long as nobody closes it, and a timer would close it one day. */
import { assign, setup } from "xstate";
import { defineSaga } from "../../../src/index.ts";

interface Ticket {
  readonly subject: string;
  readonly openMs: number;
  readonly notes: number;
  readonly lastNote: string | null;
}

export const ticketSaga = defineSaga({
  name: "ticket",
  version: 1,
  machine: setup({
    types: {
      input: {} as { subject: string; openMs: number },
      context: {} as Ticket,
      events: {} as { type: "NOTE"; text: string } | { type: "CLOSE" },
    },
    delays: { open: ({ context }) => context.openMs },
  }).createMachine({
    id: "ticket",
    context: ({ input }) => ({ ...input, notes: 0, lastNote: null }),
    initial: "open",
    states: {
      open: {
        tags: "forward",
        on: {
          NOTE: {
            actions: assign({
              notes: ({ context }) => context.notes + 1,
              lastNote: ({ event }) => event.text,
            }),
          },
          CLOSE: "closed",
        },
        after: { open: "closed" },
      },
      closed: { type: "final", tags: "completed" },
    },
  }),
  activities: {},
});
