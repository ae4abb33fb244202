import { assign, log, setup } from "xstate";

/** A machine that counts: names of actions and guards for many cases. */
export const counter = setup({
  types: { context: {} as { n: number } },
  actions: {
    increment: assign({ n: ({ context }) => context.n + 1 }),
    add: assign({ n: ({ context }, params: { by: number }) => context.n + params.by }),
    tell: log(({ context }) => context.n),
    say: log((_, params: { text: string }) => params.text),
  },
  guards: {
    isPositive: ({ context }) => context.n > 0,
    isAbove: ({ context }, params: { limit: number }) => context.n > params.limit,
    isEven: ({ context }) => context.n % 2 === 0,
  },
});
